package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.JsonError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;

/** The files of one log in the layout of c2sp.org/tlog-tiles, read only. */
public final class LogFolder {
    /** The height of a tile: eight levels of the tree. */
    private static final int HEIGHT = 8;

    /** The file with the last witnessed checkpoint. */
    public static final String WITNESSED = "witnessed";
    /** The file of a log that says what a witness holds against it; whoever has it may not go on with the log. */
    public static final String CONTRADICTED = "contradicted";

    private static final int CONTRADICTION_CHARS_MAX = 2_000;

    private final Path folder;

    public LogFolder(Path folder) {
        this.folder = folder;
    }

    public Path path() {
        return folder;
    }

    public Path checkpointFile() {
        return folder.resolve("checkpoint");
    }

    public Checkpoint checkpoint() {
        var file = checkpointFile();
        try {
            return Checkpoint.parse(read(file));
        } catch (IllegalArgumentException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.DAMAGED, file, "not a checkpoint: " + e.getMessage(), e);
        }
    }

    /** The last checkpoint that enough witnesses cosigned, as the log's owner keeps it. */
    public Optional<Checkpoint> witnessed() {
        var file = folder.resolve(WITNESSED);
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(Checkpoint.parse(read(file)));
        } catch (IllegalArgumentException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.DAMAGED, file, "not a checkpoint: " + e.getMessage(), e);
        }
    }

    /** What a witness held against this log while it was written. */
    public Optional<String> contradiction() {
        var file = folder.resolve(CONTRADICTED);
        if (!Files.exists(file)) return Optional.empty();
        return Optional.of(dev.writ.base.Visible.text(new String(read(file), UTF_8), CONTRADICTION_CHARS_MAX));
    }

    /** From which keys to which the log went over, oldest first. */
    public List<Handover> handovers() {
        var file = folder.resolve(Handover.FILE);
        if (!Files.exists(file)) return List.of();
        try {
            return Handover.parseAll(read(file));
        } catch (IllegalArgumentException | JsonError e) {
            throw new EvidenceFailure(EvidenceFailure.Code.DAMAGED, file, "not handovers: " + e.getMessage(), e);
        }
    }

    /** How many hashes or entries tile n of a level has in a tree of some size. */
    public static int width(int level, long tile, long size) {
        long hashes = size >>> (HEIGHT * level);
        return (int) Math.max(0, Math.min(TilePath.WIDTH, hashes - tile * TilePath.WIDTH));
    }

    /** A file that holds at least the wanted width; an exact one holds nothing more. */
    private record Chosen(Path file, boolean exact) {}

    /** The entries of a bundle as far as a tree of this size has them. */
    public List<byte[]> entries(long bundle, long size) {
        int width = width(0, bundle, size);
        var chosen = chosen(TilePath.entries(bundle, width), TilePath.entries(bundle, TilePath.WIDTH));
        return split(chosen, read(chosen.file), width);
    }

    private static List<byte[]> split(Chosen chosen, byte[] bundle, int width) {
        var entries = new ArrayList<byte[]>(width);
        int at = 0;
        while (at < bundle.length && entries.size() < width) {
            int length = at + 2 <= bundle.length ? ((bundle[at] & 0xFF) << 8) | (bundle[at + 1] & 0xFF) : -1;
            if (length < 0 || at + 2 + length > bundle.length)
                throw EvidenceFailure.damaged(chosen.file, "cut short after " + entries.size() + " entries");
            entries.add(Arrays.copyOfRange(bundle, at + 2, at + 2 + length));
            at += 2 + length;
        }
        if (entries.size() < width)
            throw EvidenceFailure.damaged(chosen.file, "holds " + entries.size() + " of " + width + " entries");
        if (chosen.exact && at != bundle.length)
            throw EvidenceFailure.damaged(chosen.file, "has bytes after its " + width + " entries");
        return entries;
    }

    /** The hashes of a tile as far as a tree of this size has them, one after the other. */
    public byte[] tile(int level, long tile, long size) {
        int width = width(level, tile, size);
        var chosen = chosen(TilePath.tile(level, tile, width), TilePath.tile(level, tile, TilePath.WIDTH));
        var hashes = read(chosen.file);
        int expected = (chosen.exact ? width : TilePath.WIDTH) * TreeHash.BYTES;
        if (hashes.length != expected)
            throw EvidenceFailure.damaged(chosen.file, "has " + hashes.length + " bytes, not " + expected);
        return Arrays.copyOf(hashes, width * TreeHash.BYTES);
    }

    /** Proofs over the tree of a size, which must have been checkpointed or consist of full tiles. */
    public Proofs proofs(long size) {
        var tiles = new HashMap<String, byte[]>();
        var hash = new TreeHash();
        return new Proofs((height, index) -> {
            int level = height / HEIGHT;
            int within = height % HEIGHT;
            long first = index << within;
            long tile = first / TilePath.WIDTH;
            var hashes = tiles.computeIfAbsent(level + "/" + tile, _ -> tile(level, tile, size));
            int from = (int) (first % TilePath.WIDTH) * TreeHash.BYTES;
            var part = Arrays.copyOfRange(hashes, from, from + (TreeHash.BYTES << within));
            return hash.foldInPlace(part, 1 << within);
        });
    }

    /** tlog-tiles, "Partial Tiles": a partial tile may have given way to the full one. */
    private Chosen chosen(String exact, String full) {
        var file = folder.resolve(exact);
        var fallback = folder.resolve(full);
        return Files.exists(file) || !Files.exists(fallback) ? new Chosen(file, true) : new Chosen(fallback, false);
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.DAMAGED, file, "missing", e);
        } catch (ZipException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.DAMAGED, file, "damaged inside the zip file", e);
        } catch (IOException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, file, "cannot be read: " + e.getMessage(), e);
        }
    }
}
