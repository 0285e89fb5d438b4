package dev.writ.ledger;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A segment of the write-ahead file that takes frames: where the next one goes, and up to which index it holds whose records. */
final class Segment {
    static final int HEADER_BYTES = 40;
    private static final long MAGIC = 0x5752_4954_5741_4C31L; // "WRITWAL1"

    /** What a segment's first bytes say. */
    record Header(long number, long firstSequence, long salt) {
        byte[] bytes() {
            var out = ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC);
            out.putLong(number).putLong(firstSequence).putLong(salt);
            return out.putInt(HEADER_BYTES - 8, crc(out.array())).array();
        }

        /** The header that a file begins with, unless it is damaged. */
        static Optional<Header> read(byte[] content) {
            if (content.length < HEADER_BYTES) return Optional.empty();
            var in = ByteBuffer.wrap(content);
            boolean ours = in.getLong() == MAGIC;
            var header = new Header(in.getLong(), in.getLong(), in.getLong());
            return ours && in.getInt() == crc(content) ? Optional.of(header) : Optional.empty();
        }

        private static int crc(byte[] content) {
            var crc = new CRC32C();
            crc.update(content, 0, HEADER_BYTES - 8);
            return (int) crc.getValue();
        }
    }

    private final Header header;
    private final Path file;
    private final FileChannel channel;
    private final Disk disk;
    private final long size;
    private final Map<Name, Long> last = new HashMap<>();
    private long at = HEADER_BYTES;

    /** Opens a file that begins with this header; what follows are zeros, or frames of an earlier life. */
    Segment(Header header, Path file, Disk disk) throws IOException {
        this.header = header;
        this.file = file;
        this.disk = disk;
        this.channel = disk.open(file);
        this.size = channel.size();
    }

    Header header() {
        return header;
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    boolean fits(long bytes) {
        return at + bytes <= size;
    }

    /** Writes frames and waits until they are on disk. */
    void commit(ByteBuffer frames) throws IOException {
        int bytes = frames.remaining();
        disk.write(channel, file, frames, at);
        disk.force(channel, file);
        at += bytes;
    }

    void holds(Name tenant, long index) {
        synchronized (last) {
            last.put(tenant, index);
        }
    }

    Map<Name, Long> last() {
        synchronized (last) {
            return Map.copyOf(last);
        }
    }

    void close() throws IOException {
        channel.close();
    }
}
