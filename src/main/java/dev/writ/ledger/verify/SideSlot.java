package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where a side value lies and what its key comes from ({@link SideKey}). Once erased, that is zeros and the slot names
 * the record that ordered it. 128 bytes, so that a slot never straddles two sectors: format of the key, state, name
 * length, 0, CRC32C of the rest, index, offset, length, 0, ordering record, 40 bytes for the key, name.
 */
@SuppressWarnings("ArrayRecordComponent") // a view of bytes on disk
public record SideSlot(long index, String name, long offset, int length, SideKey key, long orderedBy) {
    public static final int BYTES = 128;
    private static final int KEY_BYTES = SideKey.WRAPPED_BYTES;
    private static final int KEY_AT = 40;
    private static final byte PRESENT = 1;
    private static final byte ERASED = 2;
    private static final long NOBODY = -1;

    public static SideSlot present(long index, String name, long offset, int length, SideKey key) {
        return new SideSlot(index, name, offset, length, key, NOBODY);
    }

    public SideSlot erased(long orderedBy) {
        return new SideSlot(index, name, offset, length, key.erased(), orderedBy);
    }

    public boolean isErased() {
        return orderedBy != NOBODY;
    }

    public byte[] bytes() {
        var name = this.name.getBytes(UTF_8);
        var out = ByteBuffer.allocate(BYTES);
        out.put(key.format())
                .put(isErased() ? ERASED : PRESENT)
                .put((byte) name.length)
                .put((byte) 0);
        out.putInt(0).putLong(index).putLong(offset).putInt(length).putInt(0).putLong(orderedBy);
        out.put(key.cell()).position(KEY_AT + KEY_BYTES).put(name);
        out.putInt(4, crc(out.array()));
        return out.array();
    }

    /** The slot in 128 bytes, unless any of them was changed. */
    public static Optional<SideSlot> read(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        byte format = in.get();
        byte state = in.get();
        int nameLength = in.get();
        in.get();
        boolean known = format == SideKey.WRAPPED || format == SideKey.SEEDED;
        if (in.getInt() != crc(bytes) || !known || nameLength < 0) return Optional.empty();
        long index = in.getLong();
        long offset = in.getLong();
        int length = in.getInt();
        in.getInt();
        long orderedBy = in.getLong();
        int nameAt = KEY_AT + KEY_BYTES;
        if (nameAt + nameLength > BYTES || offset < 0 || length < 0) return Optional.empty();
        var key = new SideKey(format, Arrays.copyOfRange(bytes, KEY_AT, KEY_AT + SideKey.bytes(format)));
        var name = new String(bytes, nameAt, nameLength, UTF_8);
        var slot = new SideSlot(index, name, offset, length, key, orderedBy);
        return slot.isErased() == (state == ERASED) ? Optional.of(slot) : Optional.empty();
    }

    private static int crc(byte[] slot) {
        var crc = new CRC32C();
        crc.update(slot, 0, 4);
        crc.update(slot, 8, BYTES - 8);
        return (int) crc.getValue();
    }
}
