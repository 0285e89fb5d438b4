package dev.writ.authority;

/** What came of putting labels on a task. */
public sealed interface Labelling {
    /** On the task, durable, and seen by every decision that follows. */
    record Labelled(Task task) implements Labelling {}

    record TooMany() implements Labelling {}

    record NotFound() implements Labelling {}
}
