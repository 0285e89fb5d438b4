package dev.writ.authority;

/** What came of opening a task. */
public sealed interface Opening {
    record Opened(Task task) implements Opening {}

    record AlreadyExists(Task task) implements Opening {}

    /** @param why a sentence for people */
    record Refused(String why) implements Opening {}
}
