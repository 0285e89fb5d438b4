package dev.writ.ledger;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Space that is taken before it is needed, for records that take authority away: when neither the ledger nor the
 * database can be written any more, they go here, and the next start makes them true and records them. Filled with zeros
 * when it is made, so that writing into it asks the file system for nothing (not so on file systems that copy on write).
 * Frames: length, CRC32C, canonical JSON; the first that is not whole ends them. Thread-safe.
 */
public final class Reserve implements AutoCloseable {
    /** Some thousand revocations. */
    public static final int BYTES = 1 << 20;

    private static final int HEADER_BYTES = 8;

    private final Path file;
    private final FileChannel channel;
    private long at;

    private Reserve(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens the reserve or makes it; a file that is shorter than it should be is filled up. */
    public static Reserve open(Path file) {
        FileChannel channel = null;
        try {
            var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            channel = FileChannel.open(file, options, owner);
            long size = channel.size();
            if (size < BYTES) {
                channel.write(ByteBuffer.allocate((int) (BYTES - size)), size);
                channel.force(true);
            }
            var reserve = new Reserve(file, channel);
            reserve.at = reserve.read(new ArrayList<>());
            return reserve;
        } catch (IOException e) {
            close(channel, e);
            throw LedgerFailure.of(e, "the reserve " + file + " cannot be made");
        }
    }

    /** Keeps a record; it is on disk when this returns true. False when it does not fit or the disk fails. */
    public synchronized boolean keep(Json.Obj record) {
        var text = record.bytes();
        int bytes = HEADER_BYTES + text.length;
        if (at + bytes > BYTES) return false;
        var frame = ByteBuffer.allocate(bytes)
                .putInt(text.length)
                .putInt(crc(text))
                .put(text)
                .flip();
        try {
            for (long to = at; frame.hasRemaining(); ) to += channel.write(frame, to);
            channel.force(false);
            at += bytes;
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What is kept, oldest first. */
    public synchronized List<Json.Obj> kept() {
        var found = new ArrayList<Json.Obj>();
        try {
            read(found);
            return List.copyOf(found);
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the reserve " + file + " cannot be read");
        }
    }

    /** Forgets everything: it is in the ledger by now. */
    public synchronized void clear() {
        try {
            channel.write(ByteBuffer.allocate((int) Math.min(BYTES, at + HEADER_BYTES)), 0);
            channel.force(false);
            at = 0;
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the reserve " + file + " cannot be cleared");
        }
    }

    private long read(List<Json.Obj> into) throws IOException {
        var content = ByteBuffer.wrap(Files.readAllBytes(file));
        while (content.remaining() >= HEADER_BYTES) {
            int start = content.position();
            int length = content.getInt();
            int crc = content.getInt();
            if (length <= 0 || length > content.remaining()) return start;
            var text = new byte[length];
            content.get(text);
            if (crc(text) != crc) return start;
            try {
                into.add(JsonReader.readObject(text));
            } catch (JsonError e) {
                throw new LedgerFailure(
                        LedgerFailure.Code.DAMAGED, file + ": byte " + start + " is no record of the reserve", e);
            }
        }
        return content.position();
    }

    private static int crc(byte[] text) {
        var crc = new CRC32C();
        crc.update(text);
        return (int) crc.getValue();
    }

    private static void close(@org.jspecify.annotations.Nullable FileChannel channel, IOException because) {
        try {
            if (channel != null) channel.close();
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the reserve " + file + " could not be closed");
        }
    }
}
