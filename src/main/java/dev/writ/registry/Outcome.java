package dev.writ.registry;

import dev.writ.store.StoreError;

/** What came of a command. */
public sealed interface Outcome<T> {
    record Done<T>(T value) implements Outcome<T> {}

    /** In force in memory, not yet in the database: it is saved before the next command, which fails until then. */
    record Unsaved<T>(T value, StoreError why) implements Outcome<T> {}

    /** @param what for example {@code agent support-bot} */
    record NotFound<T>(String what) implements Outcome<T> {}

    record AlreadyExists<T>(String what) implements Outcome<T> {}

    /** The command contradicts what is; {@code why} is a sentence for people. */
    record Refused<T>(String why) implements Outcome<T> {}
}
