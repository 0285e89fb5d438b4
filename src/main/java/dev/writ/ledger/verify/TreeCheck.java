package dev.writ.ledger.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds the tree again from leaf hashes, holds every tile above the leaves against it, and tells roots on the way. */
final class TreeCheck {
    private static final int HEIGHT = 8;

    private final LogFolder log;
    private final long size;
    private final Report report;
    private final Set<Long> wanted;
    private final Frontier tree = new Frontier();
    private final List<List<byte[]>> upper = new ArrayList<>();
    private final Map<Long, byte[]> roots = new HashMap<>();

    /** @param wanted sizes whose roots are asked for later */
    TreeCheck(LogFolder log, long size, Set<Long> wanted, Report report) {
        this.log = log;
        this.size = size;
        this.wanted = Set.copyOf(wanted);
        this.report = report;
        roots.put(0L, tree.root());
    }

    /** The next bundle's leaf hashes; a full bundle's root goes into the tile above. */
    void add(BundleCheck bundle, byte[] root) {
        var hashes = bundle.hashes();
        long from = tree.size();
        boolean contains = wanted.stream().anyMatch(w -> w > from && w <= from + hashes.size());
        // Behind a damaged bundle the tree is no longer aligned; it fails anyway and is built leaf by leaf.
        boolean aligned = tree.size() % TilePath.WIDTH == 0;
        if (aligned && hashes.size() == TilePath.WIDTH && !contains) {
            tree.addSubtree(root, HEIGHT);
        } else {
            for (var leaf : hashes) {
                tree.add(leaf);
                if (wanted.contains(tree.size())) roots.put(tree.size(), tree.root());
            }
        }
        if (hashes.size() == TilePath.WIDTH) push(1, root);
    }

    private void push(int level, byte[] node) {
        if (upper.size() < level) upper.add(new ArrayList<>());
        var hashes = upper.get(level - 1);
        hashes.add(node);
        if (hashes.size() < TilePath.WIDTH) return;
        long tile = (tree.size() >>> (HEIGHT * (level + 1))) - 1;
        var joined = compare(level, tile, hashes);
        hashes.clear();
        push(level + 1, new TreeHash().foldInPlace(joined, TilePath.WIDTH));
    }

    private byte[] compare(int level, long tile, List<byte[]> hashes) {
        var joined = new byte[hashes.size() * TreeHash.BYTES];
        for (int i = 0; i < hashes.size(); i++)
            System.arraycopy(hashes.get(i), 0, joined, i * TreeHash.BYTES, TreeHash.BYTES);
        try {
            if (!Arrays.equals(log.tile(level, tile, size), joined))
                report.failed(TilePath.tile(level, tile, hashes.size()) + " does not fit the records below it");
        } catch (EvidenceFailure e) {
            report.failed(e.getMessage() + "");
        }
        return joined;
    }

    /** Compares the unfinished tiles and answers the root of all leaves. */
    byte[] finish() {
        for (int level = 1; level <= upper.size(); level++)
            if (!upper.get(level - 1).isEmpty()) compare(level, size >>> (HEIGHT * (level + 1)), upper.get(level - 1));
        return tree.root();
    }

    long leaves() {
        return tree.size();
    }

    /** The root at a size that was wanted, once the tree has grown past it. */
    Optional<byte[]> rootAt(long wantedSize) {
        return Optional.ofNullable(roots.get(wantedSize));
    }

    /** Whether a checkpoint is of a beginning of these records. */
    boolean contains(Checkpoint checkpoint) {
        return rootAt(checkpoint.size())
                .filter(root -> Arrays.equals(root, checkpoint.root().bytes()))
                .isPresent();
    }
}
