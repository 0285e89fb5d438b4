package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The side store of one log, read only: {@code values} holds ciphertexts one after the other, {@code slots} one slot of
 * fixed size for each value in the order of leaf indexes, so that a look-up is a binary search and erasing is
 * overwriting one slot.
 */
public final class SideFolder {
    public static final String SLOTS = "slots";
    public static final String VALUES = "values";

    private final Path folder;

    public SideFolder(Path folder) {
        this.folder = folder;
    }

    /** A slot and where it lies. */
    public record Found(long position, SideSlot slot) {}

    /** The slot of a value; throws when slots that the search meets are damaged. */
    public Optional<Found> find(long index, String name) {
        var file = folder.resolve(SLOTS);
        if (!Files.exists(file)) return Optional.empty();
        try (var slots = FileChannel.open(file, StandardOpenOption.READ)) {
            long count = slots.size() / SideSlot.BYTES;
            long low = 0;
            for (long high = count; low < high; ) {
                long middle = (low + high) >>> 1;
                if (slot(slots, middle).index() < index) low = middle + 1;
                else high = middle;
            }
            for (; low < count; low++) {
                var slot = slot(slots, low);
                if (slot.index() != index) break;
                if (slot.name().equals(name)) return Optional.of(new Found(low * SideSlot.BYTES, slot));
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private SideSlot slot(FileChannel slots, long number) throws IOException {
        var bytes = ByteBuffer.allocate(SideSlot.BYTES);
        fill(slots, bytes, number * SideSlot.BYTES);
        return SideSlot.read(bytes.array())
                .orElseThrow(() -> EvidenceFailure.damaged(folder.resolve(SLOTS), "slot " + number + " is damaged"));
    }

    /** The ciphertext that a slot points to. */
    public byte[] ciphertext(SideSlot slot) {
        var file = folder.resolve(VALUES);
        try (var values = FileChannel.open(file, StandardOpenOption.READ)) {
            if (slot.offset() + slot.length() > values.size())
                throw EvidenceFailure.damaged(file, "ends before the value of record " + slot.index());
            var bytes = ByteBuffer.allocate(slot.length());
            fill(values, bytes, slot.offset());
            return bytes.array();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void fill(FileChannel channel, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at);
            if (read < 0) throw new IOException("unexpected end of file");
            at += read;
        }
    }

    private static EvidenceFailure unreadable(Path file, IOException e) {
        return new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, file, "cannot be read: " + e.getMessage(), e);
    }

    /** What a ciphertext is bound to, so that one cannot be moved to another log or name. */
    public static byte[] boundTo(String origin, String name) {
        return ("writ-side-v1\n" + origin + "\n" + name).getBytes(UTF_8);
    }
}
