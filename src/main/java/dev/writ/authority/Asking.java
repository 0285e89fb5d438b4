package dev.writ.authority;

/** What came of asking people. */
public sealed interface Asking {
    record Asked(Approval approval) implements Asking {}

    /** The same question is open, or answered with yes and not used; nothing new was asked. */
    record AlreadyAsked(Approval approval) implements Asking {}

    /** People said no to the same question; it is not asked again before that answer expires. */
    record AlreadyRefused(Approval approval) implements Asking {}

    /** The agent has {@value Approvals#PENDING_MAX} open questions. */
    record TooMany() implements Asking {}

    /** The task touched further labels since the question was put together; decide again. */
    record LabelsGrew() implements Asking {}

    record TaskOver() implements Asking {}
}
