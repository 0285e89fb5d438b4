package dev.writ.guard;

/** What came of a person's vote. */
public sealed interface Voted {
    /** @param state the approval's state now, in lower case */
    record Counted(String state) implements Voted {}

    record NotCounted(String why) implements Voted {}

    record Refused(Refusal refusal) implements Voted {}
}
