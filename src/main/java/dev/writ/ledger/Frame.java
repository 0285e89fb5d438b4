package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Name;
import dev.writ.ledger.verify.SideKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One append in the write-ahead file: the leaf together with its side values, so that neither is durable without the
 * other. Header: length of the body, CRC32C, sequence number, sequence number of the first frame of its batch. Body:
 * type, tenant, index, leaf, side values. The checksum also covers the segment's salt, so that what a recycled
 * segment still holds from an earlier life is no frame of this one.
 *
 * @param batch the sequence number of the first frame of the same write
 */
@SuppressWarnings("ArrayRecordComponent") // a view of bytes on disk
record Frame(long sequence, long batch, Name tenant, long index, byte[] leaf, List<Sealed.Side> side, int bytes) {
    static final int HEADER_BYTES = 24;
    /** Frames begin at multiples of this, so that a search for survivors behind a torn one is short. */
    static final int ALIGNMENT = 8;

    /** An append whose side values have keys of format 1, as earlier versions wrote them. */
    private static final byte APPEND_WRAPPED = 1;

    private static final byte APPEND = 2;

    static int size(Name tenant, Sealed sealed) {
        int body = 1 + 1 + tenant.text().length() + 8 + 2 + sealed.leaf().length + 1;
        for (var value : sealed.side())
            body += 1 + value.name().length() + SideKey.SEED_BYTES + 4 + value.ciphertext().length;
        return aligned(HEADER_BYTES + body);
    }

    private static int aligned(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes a frame at the buffer's position. */
    static void write(ByteBuffer out, long salt, long sequence, long batch, Name tenant, long index, Sealed sealed) {
        int start = out.position();
        out.putInt(0).putInt(0).putLong(sequence).putLong(batch);
        out.put(APPEND);
        shortText(out, tenant.text());
        out.putLong(index);
        out.putShort((short) sealed.leaf().length).put(sealed.leaf());
        out.put((byte) sealed.side().size());
        for (var value : sealed.side()) {
            shortText(out, value.name());
            out.put(value.key().cell()).putInt(value.ciphertext().length).put(value.ciphertext());
        }
        int length = out.position() - start - HEADER_BYTES;
        out.putInt(start, length);
        out.putInt(start + 4, crc(out.array(), out.arrayOffset() + start, length, salt));
        while (out.position() % ALIGNMENT != 0) out.put((byte) 0);
    }

    private static void shortText(ByteBuffer out, String text) {
        var bytes = text.getBytes(UTF_8);
        out.put((byte) bytes.length).put(bytes);
    }

    /** The frame at a place of a segment's content, if there is a whole one. */
    static Optional<Frame> read(byte[] content, int at, long salt) {
        if (at + HEADER_BYTES > content.length) return Optional.empty();
        var in = ByteBuffer.wrap(content);
        in.position(at);
        int length = in.getInt();
        int crc = in.getInt();
        if (length <= 0 || length > content.length - at - HEADER_BYTES) return Optional.empty();
        if (crc != crc(content, at, length, salt)) return Optional.empty();
        long sequence = in.getLong();
        long batch = in.getLong();
        byte type = in.get();
        if (type != APPEND && type != APPEND_WRAPPED)
            throw new LedgerFailure(
                    LedgerFailure.Code.DAMAGED, "the write-ahead file was written by a newer version of Writ");
        var tenant = new Name(shortText(in));
        long index = in.getLong();
        var leaf = bytes(in, Short.toUnsignedInt(in.getShort()));
        byte format = type == APPEND ? SideKey.SEEDED : SideKey.WRAPPED;
        var side = new ArrayList<Sealed.Side>();
        for (int left = in.get(); left > 0; left--)
            side.add(new Sealed.Side(shortText(in), key(in, format), bytes(in, in.getInt())));
        return Optional.of(
                new Frame(sequence, batch, tenant, index, leaf, List.copyOf(side), aligned(HEADER_BYTES + length)));
    }

    private static SideKey key(ByteBuffer in, byte format) {
        return new SideKey(format, bytes(in, SideKey.bytes(format)));
    }

    private static String shortText(ByteBuffer in) {
        return new String(bytes(in, in.get()), UTF_8);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int crc(byte[] content, int frame, int length, long salt) {
        var crc = new CRC32C();
        for (int shift = 56; shift >= 0; shift -= 8) crc.update((int) (salt >>> shift));
        crc.update(content, frame, 4);
        crc.update(content, frame + 8, HEADER_BYTES - 8 + length);
        return (int) crc.getValue();
    }
}
