package dev.writ.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that come one after the other to be written in one go; keeps its room for the next time. Used by one thread. */
final class Gathered {
    private static final int KEPT_BYTES_MAX = 8 << 20;

    private byte[] bytes = new byte[256];
    private int size;

    int size() {
        return size;
    }

    void put(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
    }

    void putShort(int value) {
        room(Short.BYTES);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
    }

    void putLong(long value) {
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) bytes[size++] = (byte) (value >>> shift);
    }

    /** A view of what is gathered, good until more comes. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    void clear() {
        size = 0;
        if (bytes.length > KEPT_BYTES_MAX) bytes = new byte[256];
    }

    private void room(int more) {
        if (size + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
}
