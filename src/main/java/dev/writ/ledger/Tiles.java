package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Frontier;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.TilePath;
import dev.writ.ledger.verify.TreeHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log's tiles and entry bundles (c2sp.org/tlog-tiles): full ones as they fill, partial ones for every
 * checkpointed size. In memory it holds the right edge only: of each level the hashes of its last, unfinished tile.
 */
final class Tiles {
    private static final int HEIGHT = 8;

    private final LogFolder log;
    private final Disk disk;
    private final TreeHash hash = new TreeHash();
    private final List<List<byte[]>> edge = new ArrayList<>();
    /** Files and folders that are not durable yet; until the checkpoint that covers them, the write-ahead file is. */
    private final List<Path> written = new ArrayList<>();

    private final Set<Path> touched = new HashSet<>();
    private final List<Path> superseded = new ArrayList<>();
    /** The partial ones that are durable at the size last settled: to write one again would put its checkpoint at risk. */
    private Set<String> standing;

    private final Gathered room = new Gathered();
    private @Nullable Gathered bundle;
    private long size;

    /** Loads the right edge of a checkpointed tree and compares it with the checkpoint. */
    Tiles(LogFolder log, Checkpoint checkpoint, Disk disk) {
        this.log = log;
        this.disk = disk;
        this.size = checkpoint.size();
        for (int level = 0; size >>> (HEIGHT * level) > 0; level++) edge.add(loaded(level));
        if (!root().equals(checkpoint.root()))
            throw damaged(log.checkpointFile(), "does not fit the tiles beside it: " + String.join(", ", partials()));
        var leaves = edge.isEmpty() ? List.<byte[]>of() : edge.getFirst();
        var entries = leaves.isEmpty() ? List.<byte[]>of() : log.entries(size / TilePath.WIDTH, size);
        for (int i = 0; i < leaves.size(); i++)
            if (!java.util.Arrays.equals(hash.leaf(entries.get(i)), leaves.get(i)))
                throw damaged(log.path().resolve(bundlePath(leaves.size())), "entry " + i + " does not fit its hash");
        this.standing = Set.copyOf(partials());
    }

    private List<byte[]> loaded(int level) {
        long tile = size >>> (HEIGHT * (level + 1));
        int width = LogFolder.width(level, tile, size);
        var hashes = new ArrayList<byte[]>();
        var bytes = width == 0 ? new byte[0] : log.tile(level, tile, size);
        for (int i = 0; i < width; i++)
            hashes.add(java.util.Arrays.copyOfRange(bytes, i * TreeHash.BYTES, (i + 1) * TreeHash.BYTES));
        return hashes;
    }

    /** The names of the partial tiles of the size reached. */
    private List<String> partials() {
        var names = new ArrayList<String>();
        for (int level = 0; level < edge.size(); level++) if (!edge.get(level).isEmpty()) names.add(partial(level));
        return names;
    }

    private String partial(int level) {
        return TilePath.tile(
                level, size >>> (HEIGHT * (level + 1)), edge.get(level).size());
    }

    private static LedgerFailure damaged(Path file, String why) {
        return new LedgerFailure(LedgerFailure.Code.DAMAGED, file + ": " + why);
    }

    long size() {
        return size;
    }

    Digest root() {
        var frontier = new Frontier();
        for (int level = edge.size() - 1; level >= 0; level--)
            for (var node : edge.get(level)) frontier.addSubtree(node, HEIGHT * level);
        return Digest.ofBytes(frontier.root());
    }

    void append(byte[] leaf, byte[] leafHash) throws IOException {
        var out = openBundle();
        out.putShort(leaf.length);
        out.put(leaf);
        size++;
        if (size % TilePath.WIDTH == 0) {
            writeFull(TilePath.entries(size / TilePath.WIDTH - 1, TilePath.WIDTH), out.view());
            bundle = null;
        }
        push(0, leafHash);
    }

    /** The unfinished bundle; between checkpoints it lies on disk alone. */
    private Gathered openBundle() throws IOException {
        if (bundle == null) {
            room.clear();
            bundle = room;
            int width = (int) (size % TilePath.WIDTH);
            if (width > 0) bundle.put(Files.readAllBytes(log.path().resolve(bundlePath(width))));
        }
        return bundle;
    }

    private String bundlePath(int width) {
        return TilePath.entries(size / TilePath.WIDTH, width);
    }

    private void push(int level, byte[] node) throws IOException {
        if (edge.size() == level) edge.add(new ArrayList<>());
        var hashes = edge.get(level);
        hashes.add(node);
        if (hashes.size() < TilePath.WIDTH) return;
        var tile = joined(hashes);
        long index = (size >>> (HEIGHT * (level + 1))) - 1;
        writeFull(TilePath.tile(level, index, TilePath.WIDTH), ByteBuffer.wrap(tile));
        hashes.clear();
        push(level + 1, hash.foldInPlace(tile, TilePath.WIDTH));
    }

    private static byte[] joined(List<byte[]> hashes) {
        var tile = new byte[hashes.size() * TreeHash.BYTES];
        for (int i = 0; i < hashes.size(); i++)
            System.arraycopy(hashes.get(i), 0, tile, i * TreeHash.BYTES, TreeHash.BYTES);
        return tile;
    }

    private void writeFull(String name, ByteBuffer content) throws IOException {
        write(name, content);
        superseded.add(log.path().resolve(name + ".p"));
    }

    private void write(String name, ByteBuffer content) throws IOException {
        var file = log.path().resolve(name);
        var folder = Objects.requireNonNull(file.getParent());
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            for (var above = folder; !above.equals(log.path()); above = Objects.requireNonNull(above.getParent()))
                touched.add(Objects.requireNonNull(above.getParent()));
        }
        disk.create(file, content);
        written.add(file);
        touched.add(folder);
    }

    /** Writes the partial tiles of the size reached and makes all files durable; then it may be checkpointed. */
    void settle() throws IOException {
        int width = (int) (size % TilePath.WIDTH);
        if (width > 0) write(bundlePath(width), openBundle().view());
        bundle = null;
        for (int level = 0; level < edge.size(); level++)
            if (!edge.get(level).isEmpty() && !standing.contains(partial(level)))
                write(partial(level), ByteBuffer.wrap(joined(edge.get(level))));
        disk.forceAll(written);
        written.clear();
        standing = Set.copyOf(partials());
        for (var folder : touched) disk.forceFolder(folder);
        touched.clear();
    }

    /** tlog-tiles, "Partial Tiles": a partial tile may go once the full one is there, and under a checkpoint. */
    void prune() throws IOException {
        for (var folder : superseded) {
            if (!Files.isDirectory(folder)) continue;
            List<Path> partials;
            try (var files = Files.list(folder)) {
                partials = files.toList();
            }
            for (var file : partials) disk.delete(file);
            disk.delete(folder);
        }
        superseded.clear();
    }
}
