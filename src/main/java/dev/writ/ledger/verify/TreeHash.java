package dev.writ.ledger.verify;

import dev.writ.base.Digest;
import java.security.DigestException;
import java.security.MessageDigest;

/** The two hashes of a Merkle tree (RFC 6962 §2.1): leaves and nodes are told apart by their first byte. Not thread-safe. */
public final class TreeHash {
    public static final int BYTES = Digest.BYTES;
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha = Digest.sha256();

    public byte[] leaf(byte[] entry) {
        return leaf(entry, 0, entry.length);
    }

    public byte[] leaf(byte[] text, int from, int length) {
        sha.update(LEAF);
        sha.update(text, from, length);
        return sha.digest();
    }

    public byte[] node(byte[] left, byte[] right) {
        sha.update(NODE);
        sha.update(left);
        sha.update(right);
        return sha.digest();
    }

    /** The root of the empty tree: the hash of nothing. */
    public byte[] empty() {
        return sha.digest();
    }

    /** The root of a full tile, {@code 2^n} hashes lying one after the other in {@code hashes}, which it overwrites. */
    public byte[] foldInPlace(byte[] hashes, int count) {
        try {
            for (int width = count; width > 1; width /= 2)
                for (int i = 0; i < width / 2; i++) {
                    sha.update(NODE);
                    sha.update(hashes, 2 * i * BYTES, 2 * BYTES);
                    sha.digest(hashes, i * BYTES, BYTES);
                }
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-256 has 32 bytes", e);
        }
        return java.util.Arrays.copyOf(hashes, BYTES);
    }
}
