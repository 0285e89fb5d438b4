package dev.writ.ledger.verify;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Inclusion and consistency proofs: making them (RFC 6962 §2.1.1, §2.1.2) and checking them (RFC 9162 §2.1.3.2, §2.1.4.2). */
public final class Proofs {
    /** The root of the perfect subtree over the leaves {@code index * 2^height} to {@code (index + 1) * 2^height}. */
    @FunctionalInterface
    public interface Subtrees {
        byte[] root(int height, long index);
    }

    private final Subtrees subtrees;
    private final TreeHash hash = new TreeHash();

    public Proofs(Subtrees subtrees) {
        this.subtrees = subtrees;
    }

    /** RFC 6962 §2.1.1: the audit path of a leaf, from its sibling up. */
    public List<byte[]> inclusion(long index, long size) {
        if (index < 0 || index >= size) throw new IllegalArgumentException("no leaf " + index + " among " + size);
        var path = new ArrayList<byte[]>();
        collect(index, 0, size, path);
        return path;
    }

    private void collect(long index, long from, long to, List<byte[]> path) {
        if (to - from == 1) return;
        long middle = from + split(to - from);
        if (index < middle) {
            collect(index, from, middle, path);
            path.add(range(middle, to));
        } else {
            collect(index, middle, to, path);
            path.add(range(from, middle));
        }
    }

    /** RFC 6962 §2.1.2: that the tree of {@code older} leaves is a prefix of the tree of {@code newer}. */
    public List<byte[]> consistency(long older, long newer) {
        if (older < 0 || older > newer) throw new IllegalArgumentException("no tree of " + older + " within " + newer);
        var proof = new ArrayList<byte[]>();
        if (older > 0 && older < newer) collectConsistency(older, 0, newer, true, proof);
        return proof;
    }

    private void collectConsistency(long older, long from, long to, boolean whole, List<byte[]> proof) {
        if (older == to) {
            if (!whole) proof.add(range(from, to));
            return;
        }
        long middle = from + split(to - from);
        if (older <= middle) {
            collectConsistency(older, from, middle, whole, proof);
            proof.add(range(middle, to));
        } else {
            collectConsistency(older, middle, to, false, proof);
            proof.add(range(from, middle));
        }
    }

    /** The Merkle tree hash of the leaves from (a multiple of a large enough power of two) to an end. */
    public byte[] range(long from, long to) {
        long count = to - from;
        if (count == 0) return hash.empty();
        if (Long.bitCount(count) == 1) {
            int height = Long.numberOfTrailingZeros(count);
            return subtrees.root(height, from >>> height);
        }
        long middle = from + split(count);
        return hash.node(range(from, middle), range(middle, to));
    }

    /** The largest power of two smaller than a count of at least two. */
    private static long split(long count) {
        return Long.highestOneBit(count - 1);
    }

    /** RFC 9162 §2.1.3.2. */
    public static boolean included(byte[] leafHash, long index, long size, List<byte[]> path, byte[] root) {
        if (index < 0 || index >= size) return false;
        var hash = new TreeHash();
        long at = index;
        long last = size - 1;
        var node = leafHash;
        for (var sibling : path) {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last) {
                node = hash.node(sibling, node);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                node = hash.node(node, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && MessageDigest.isEqual(node, root);
    }

    /** RFC 9162 §2.1.4.2, and the two cases it leaves to the caller: an empty older tree and equal sizes. */
    public static boolean consistent(long older, long newer, List<byte[]> proof, byte[] olderRoot, byte[] newerRoot) {
        if (older < 0 || older > newer) return false;
        if (older == 0) return proof.isEmpty() && MessageDigest.isEqual(olderRoot, new TreeHash().empty());
        if (older == newer) return proof.isEmpty() && MessageDigest.isEqual(olderRoot, newerRoot);
        var path = new ArrayList<>(proof);
        if (Long.bitCount(older) == 1) path.addFirst(olderRoot);
        if (path.isEmpty()) return false;
        long at = older - 1;
        long last = newer - 1;
        while ((at & 1) == 1) {
            at >>>= 1;
            last >>>= 1;
        }
        var hash = new TreeHash();
        var olderNode = path.getFirst();
        var newerNode = path.getFirst();
        for (var sibling : path.subList(1, path.size())) {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last) {
                olderNode = hash.node(sibling, olderNode);
                newerNode = hash.node(sibling, newerNode);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                newerNode = hash.node(newerNode, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && MessageDigest.isEqual(olderNode, olderRoot) && MessageDigest.isEqual(newerNode, newerRoot);
    }
}
