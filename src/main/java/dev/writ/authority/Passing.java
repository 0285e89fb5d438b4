package dev.writ.authority;

/** What came of passing a part of a task on. */
public sealed interface Passing {
    record Passed(Task child) implements Passing {}

    record AlreadyExists(Task child) implements Passing {}

    /** @param why a sentence for people */
    record Refused(Fault fault, String why) implements Passing {}

    /** What a task cannot pass on. */
    enum Fault {
        /** The task, or one above it, is over. */
        OVER,
        /** Too many tasks stand above it already. */
        DEPTH,
        /** The agent stands in the chain already. */
        CYCLE,
        /** Another person or purpose than the task's own. */
        SUBJECT,
        SCOPE,
        DATA,
        DEADLINE,
        BUDGET,
        CONSENT,
        /** Too many of its parts are open. */
        TOO_MANY;

        /** The case as records and answers write it. */
        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
