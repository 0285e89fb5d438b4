package dev.writ.ledger;

import dev.writ.base.Digest;

/** How far a log is signed: the size of its newest checkpoint and the root it has there. */
public record Head(long size, Digest root) {
    public static final Head NONE = new Head(0, Digest.of());
}
