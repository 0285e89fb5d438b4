package dev.writ.ledger;

import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Handover;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.SideFolder;
import dev.writ.ledger.verify.SideSlot;
import dev.writ.ledger.verify.TilePath;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Copies a log and its side store exactly as far as a signed checkpoint reaches, also while the log grows. It reads what
 * never changes: full tiles, partial ones of a checkpointed size, side values at their places.
 */
public final class LogCopy {
    private final LogFolder from;
    private final Checkpoint upTo;

    public LogCopy(LogFolder from, Checkpoint upTo) {
        this.from = from;
        this.upTo = upTo;
    }

    /** Writes checkpoint, verifier keys, tiles and entries to a new folder. */
    public void log(Path to) throws IOException {
        Files.createDirectories(to);
        Files.write(to.resolve("checkpoint"), upTo.bytes());
        Files.copy(from.path().resolve("trust"), to.resolve("trust"));
        // Without what the old keys handed over, nobody could tell that these keys are the log's.
        var handovers = from.path().resolve(Handover.FILE);
        if (Files.exists(handovers)) Files.copy(handovers, to.resolve(Handover.FILE));
        long size = upTo.size();
        for (int level = 0; size >>> (8 * level) > 0; level++)
            for (long tile = 0; LogFolder.width(level, tile, size) > 0; tile++)
                write(
                        to.resolve(TilePath.tile(level, tile, LogFolder.width(level, tile, size))),
                        from.tile(level, tile, size));
        for (long bundle = 0; LogFolder.width(0, bundle, size) > 0; bundle++)
            write(to.resolve(TilePath.entries(bundle, LogFolder.width(0, bundle, size))), entries(bundle, size));
    }

    private byte[] entries(long bundle, long size) {
        var out = new ByteArrayOutputStream();
        for (var entry : from.entries(bundle, size)) {
            out.write(entry.length >>> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, content);
    }

    /** Writes the slots and values of the records that the checkpoint covers. */
    public void side(Path side, Path to) throws IOException {
        var slots = side.resolve(SideFolder.SLOTS);
        if (!Files.exists(slots)) return;
        Files.createDirectories(to);
        long end = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(slots));
                var out = Files.newOutputStream(to.resolve(SideFolder.SLOTS), StandardOpenOption.CREATE_NEW)) {
            while (true) {
                var bytes = in.readNBytes(SideSlot.BYTES);
                var slot = bytes.length == SideSlot.BYTES ? SideSlot.read(bytes) : java.util.Optional.<SideSlot>empty();
                if (slot.isEmpty() || slot.get().index() >= upTo.size()) break;
                out.write(bytes);
                end = slot.get().offset() + slot.get().length();
            }
        }
        values(side.resolve(SideFolder.VALUES), to.resolve(SideFolder.VALUES), end);
    }

    private static void values(Path from, Path to, long end) throws IOException {
        var fresh = java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (!Files.exists(from)) return;
        try (var in = FileChannel.open(from, StandardOpenOption.READ);
                var out = FileChannel.open(to, fresh)) {
            for (long at = 0; at < end; ) {
                long moved = in.transferTo(at, end - at, out);
                if (moved <= 0) throw new IOException(from + " ends before the values that its slots name");
                at += moved;
            }
        }
    }
}
