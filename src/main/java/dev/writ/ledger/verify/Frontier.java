package dev.writ.ledger.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * The right edge of a growing Merkle tree: the roots of its perfect subtrees, largest first, one for each bit of the
 * size. Enough to add leaves and to tell the root, in memory that grows with the logarithm of the size.
 */
public final class Frontier {
    private final TreeHash hash = new TreeHash();
    private final List<byte[]> roots;
    private long size;

    public Frontier() {
        this(new ArrayList<>(), 0);
    }

    private Frontier(List<byte[]> roots, long size) {
        this.roots = roots;
        this.size = size;
    }

    public Frontier copy() {
        return new Frontier(new ArrayList<>(roots), size);
    }

    public long size() {
        return size;
    }

    public void add(byte[] leafHash) {
        addSubtree(leafHash, 0);
    }

    /** Adds {@code 2^height} leaves at once by their root; the size so far must be a multiple of that. */
    public void addSubtree(byte[] root, int height) {
        if ((size & ((1L << height) - 1)) != 0) throw new IllegalArgumentException("a subtree that is not aligned");
        var node = root;
        long bit = 1L << height;
        for (; (size & bit) != 0; bit <<= 1) node = hash.node(roots.removeLast(), node);
        roots.add(node);
        size += 1L << height;
    }

    /** The Merkle tree hash of all leaves so far. */
    public byte[] root() {
        if (roots.isEmpty()) return hash.empty();
        var node = roots.getLast();
        for (int i = roots.size() - 2; i >= 0; i--) node = hash.node(roots.get(i), node);
        return node.clone();
    }
}
