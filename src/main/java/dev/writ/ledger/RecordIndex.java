package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds records by id: a cache file with one row of four 64-bit fingerprints per record, in the order of the log. A
 * look-up reads the whole file backwards, 32 MB for a million records (some 10 ms from memory); its answers are
 * candidates that the caller confirms. Lost or foreign, it is built again from the log.
 */
final class RecordIndex {
    private static final int HEADER_BYTES = Digest.BYTES;
    private static final int ROW_BYTES = 4 * Long.BYTES;
    private static final int CHUNK_ROWS = 8192;

    private final Path file;
    private final Disk disk;
    private final Gathered fresh = new Gathered();
    private long rows;

    RecordIndex(Path file, String origin, long size, Disk disk) throws IOException {
        this.file = file;
        this.disk = disk;
        var header =
                Digest.of(("writ-record-index-v1\n" + origin).getBytes(UTF_8)).bytes();
        disk.createFolders(java.util.Objects.requireNonNull(file.getParent()));
        try (var channel = disk.open(file)) {
            var found = ByteBuffer.allocate(HEADER_BYTES);
            channel.read(found, 0);
            if (java.util.Arrays.equals(found.array(), header)) {
                rows = Math.min(size, (channel.size() - HEADER_BYTES) / ROW_BYTES);
            } else {
                disk.write(channel, file, ByteBuffer.wrap(header), 0);
            }
            channel.truncate(HEADER_BYTES + rows * ROW_BYTES);
        }
    }

    long rows() {
        return rows + fresh.size() / ROW_BYTES;
    }

    void add(RecordKeys keys) {
        fresh.putLong(fingerprint(keys.id()));
        fresh.putLong(fingerprint(keys.decision()));
        fresh.putLong(fingerprint(keys.intent()));
        fresh.putLong(fingerprint(keys.subject()));
    }

    /** Writes the added rows; with {@code durably} syncs them. */
    void settle(boolean durably) throws IOException {
        if (fresh.size() == 0 && !durably) return;
        try (var channel = disk.open(file)) {
            disk.write(channel, file, fresh.view(), HEADER_BYTES + rows * ROW_BYTES);
            if (durably) disk.force(channel, file);
        }
        rows += fresh.size() / ROW_BYTES;
        fresh.clear();
    }

    /** The indexes below a bound whose rows hold an id's fingerprint, ascending. */
    List<Long> candidates(String id, long below) throws IOException {
        long wanted = fingerprint(id);
        var found = new ArrayList<Long>();
        try (var channel = FileChannel.open(file)) {
            long end = Math.min(below, (channel.size() - HEADER_BYTES) / ROW_BYTES);
            var chunk = ByteBuffer.allocate(CHUNK_ROWS * ROW_BYTES);
            for (; end > 0; end -= CHUNK_ROWS) {
                long from = Math.max(0, end - CHUNK_ROWS);
                chunk.clear().limit((int) (end - from) * ROW_BYTES);
                while (chunk.hasRemaining())
                    if (channel.read(chunk, HEADER_BYTES + from * ROW_BYTES + chunk.position()) < 0) break;
                collect(chunk.flip(), from, wanted, found);
            }
        }
        Collections.sort(found);
        return found;
    }

    private static void collect(ByteBuffer chunk, long first, long wanted, List<Long> found) {
        for (int row = 0; (row + 1) * ROW_BYTES <= chunk.limit(); row++)
            for (int column = 0; column < 4; column++)
                if (chunk.getLong(row * ROW_BYTES + column * Long.BYTES) == wanted) {
                    found.add(first + row);
                    break;
                }
    }

    /** FNV-1a with a final mix; 0 stands for no id. Ids are random already, and a collision only costs a read. */
    private static long fingerprint(String id) {
        if (id.isEmpty()) return 0;
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
