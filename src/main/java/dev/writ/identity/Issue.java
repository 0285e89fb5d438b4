package dev.writ.identity;

import dev.writ.base.Secret;

/** What came of making a key. */
public sealed interface Issue {
    /** @param text the key itself, for the only time */
    record Issued(Key key, Secret text) implements Issue {}

    /** A key with this id exists; its text cannot be had again. */
    record AlreadyExists(Key key) implements Issue {}

    /** The holder has {@value Identity#KEYS_MAX} keys in force. */
    record TooMany() implements Issue {}
}
