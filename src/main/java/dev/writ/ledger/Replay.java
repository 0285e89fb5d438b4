package dev.writ.ledger;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads what a write-ahead folder holds. Frames end at the first one that is not whole; that is the torn tail of a
 * crash if it lies in the last segment and nothing behind it was written later. A frame of a later batch behind it
 * means that the broken one had been synced and told: then bytes were changed, and the ledger does not open.
 */
final class Replay {
    private static final Pattern SEGMENT = Pattern.compile("([0-9]{16})\\.wal");

    private static final int PIECE_BYTES = 128 << 10;
    private static final int ZEROS_KEPT = 4 << 10;

    private final Path folder;
    private final Consumer<Frame> apply;
    private long segment = -1;
    private long sequence = -1;

    Replay(Path folder, Consumer<Frame> apply) {
        this.folder = folder;
        this.apply = apply;
    }

    /** The segments of a folder, oldest first. */
    static List<Path> segments(Path folder) throws IOException {
        return matching(folder, SEGMENT);
    }

    static List<Path> spares(Path folder) throws IOException {
        return matching(folder, Pattern.compile("spare-[0-9]+"));
    }

    private static List<Path> matching(Path folder, Pattern name) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (var files = Files.list(folder)) {
            return files.filter(
                            f -> name.matcher(String.valueOf(f.getFileName())).matches())
                    .sorted()
                    .toList();
        }
    }

    void run() throws IOException {
        var files = segments(folder);
        for (var file : files) read(file);
    }

    private void read(Path file) throws IOException {
        var matcher = SEGMENT.matcher(String.valueOf(file.getFileName()));
        if (!matcher.matches()) throw new IllegalStateException("not a segment: " + file);
        long number = Long.parseLong(matcher.group(1));
        if (segment >= 0 && number != segment + 1) throw damaged(file, "the segment before it is missing");
        segment = number;
        var content = written(file);
        var header = Segment.Header.read(content);
        if (header.isEmpty() || header.get().number() != number) throw damaged(file, "its header is damaged");
        long salt = header.get().salt();
        long first = header.get().firstSequence();
        if (sequence >= 0 && first != sequence) throw damaged(file, "does not continue the segment before it");
        sequence = first;
        int end = frames(content, salt);
        if (survivor(content, end, salt, sequence))
            throw damaged(file, "a frame at byte " + end + " was changed after it had been written");
    }

    /**
     * A segment without the zeros at its end: it has its full length from the beginning, and a start should not hold all of
     * that in memory. No frame ends in so many zeros as are kept: its last bytes are a checksummed leaf or a cipher's tag.
     */
    private static byte[] written(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var piece = ByteBuffer.allocate(PIECE_BYTES);
            long end = channel.size();
            while (end > 0) {
                long from = Math.max(0, end - PIECE_BYTES);
                fill(channel, piece.clear().limit((int) (end - from)), from);
                int used = piece.limit();
                while (used > 0 && piece.get(used - 1) == 0) used--;
                if (used > 0) {
                    end = Math.min(channel.size(), from + used + ZEROS_KEPT);
                    break;
                }
                end = from;
            }
            var content = new byte[Math.toIntExact(end)];
            for (int at = 0; at < content.length; at += PIECE_BYTES)
                fill(channel, ByteBuffer.wrap(content, at, Math.min(PIECE_BYTES, content.length - at)), at);
            return content;
        }
    }

    private static void fill(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) throw new EOFException("a segment became shorter while it was read");
            at += read;
        }
    }

    private int frames(byte[] content, long salt) {
        int at = Segment.HEADER_BYTES;
        while (true) {
            var frame = Frame.read(content, at, salt);
            if (frame.isEmpty() || frame.get().sequence() != sequence) return at;
            apply.accept(frame.get());
            sequence++;
            at += frame.get().bytes();
        }
    }

    /** Whether a whole frame of a batch after the broken frame lies behind it. */
    private static boolean survivor(byte[] content, int from, long salt, long broken) {
        var view = ByteBuffer.wrap(content);
        for (int at = from; at + Frame.HEADER_BYTES < content.length; at += Frame.ALIGNMENT) {
            if (view.getInt(at) == 0) continue;
            long sequence = view.getLong(at + 8);
            long batch = view.getLong(at + 16);
            // Plausible numbers first: a checksum at every place of a large random value would take minutes.
            if (batch <= broken || batch > sequence || sequence - batch > content.length) continue;
            if (Frame.read(content, at, salt).isPresent()) return true;
        }
        return false;
    }

    private static LedgerFailure damaged(Path file, String why) {
        return new LedgerFailure(LedgerFailure.Code.DAMAGED, file + ": " + why);
    }

    long nextSegment() {
        return segment + 1;
    }

    long nextSequence() {
        return Math.max(0, sequence);
    }
}
