package dev.writ.vault;

import dev.writ.base.Secret;

/** What came of a command or a question about a secret. */
public sealed interface Keeping {
    /** @param version 1 when put, one more with every rotation */
    record Kept(long version) implements Keeping {}

    record Deleted() implements Keeping {}

    record Revealed(Secret secret, long version) implements Keeping {}

    record AlreadyExists() implements Keeping {}

    record NotFound() implements Keeping {}
}
