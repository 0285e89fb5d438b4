package dev.writ.ledger;

import dev.writ.ledger.verify.SideKey;
import java.util.List;

/** A record ready to be written: its leaf text, the leaf's hash, and the encrypted side values it commits to. */
@SuppressWarnings("ArrayRecordComponent") // passed from hand to hand inside the ledger, never changed
record Sealed(byte[] leaf, byte[] hash, RecordKeys keys, List<Side> side) {
    /** A side value under a key of its own. */
    record Side(String name, SideKey key, byte[] ciphertext) {}

    /** Roughly what it takes in memory and in the write-ahead file. */
    long weight() {
        long bytes = leaf.length + 100L;
        for (var value : side) bytes += value.ciphertext.length + 150L;
        return bytes;
    }
}
