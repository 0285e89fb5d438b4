package dev.writ.ledger.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the tree again from leaf hashes, holds every tile above the leaves against it, and tells roots on the way. */
final class TreeCheck {
    private static final int HEIGHT = 8;

    private final LogFolder log;
    private final long size;
    private final Report report;
    private final @Nullable Checkpoint since;
    private final Frontier tree = new Frontier();
    private final List<List<byte[]>> upper = new ArrayList<>();
    private byte @Nullable [] rootSince;

    TreeCheck(LogFolder log, long size, @Nullable Checkpoint since, Report report) {
        this.log = log;
        this.size = size;
        this.since = since;
        this.report = report;
        if (since != null && since.size() == 0) rootSince = tree.root();
    }

    /** The next bundle's leaf hashes; a full bundle's root goes into the tile above. */
    void add(BundleCheck bundle, byte[] root) {
        var hashes = bundle.hashes();
        boolean containsSince =
                since != null && since.size() > tree.size() && since.size() <= tree.size() + hashes.size();
        // Behind a damaged bundle the tree is no longer aligned; it fails anyway and is built leaf by leaf.
        boolean aligned = tree.size() % TilePath.WIDTH == 0;
        if (aligned && hashes.size() == TilePath.WIDTH && !containsSince) {
            tree.addSubtree(root, HEIGHT);
        } else {
            for (var leaf : hashes) {
                tree.add(leaf);
                if (since != null && tree.size() == since.size()) rootSince = tree.root();
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

    /** The root at the size of the older checkpoint, once the tree has grown past it. */
    byte @Nullable [] rootSince() {
        return rootSince;
    }
}
