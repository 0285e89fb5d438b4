package dev.writ.authority;

/** What came of a vote. */
public sealed interface Voting {
    /** @param approval with the vote, in the state that follows from it */
    record Counted(Approval approval) implements Voting {}

    record AlreadyVoted() implements Voting {}

    /** The question is no longer open. */
    record Closed(Approval.State state) implements Voting {}

    /** The vote would count for no group: wrong groups, too weak a proof, or a party to the action. */
    record NotEligible() implements Voting {}

    record NotFound() implements Voting {}
}
