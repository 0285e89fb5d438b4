package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** JSON text while it is written: bytes that grow, and the one place where strings are escaped (RFC 8785 §3.2.2.2). */
final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    /** From this length on a copy and a look at eight bytes at a time beat looking at each character. */
    private static final int LONG_CHARS = 40;

    private byte[] out;
    private int size;

    JsonBytes(int capacity) {
        out = new byte[capacity];
    }

    int size() {
        return size;
    }

    byte[] bytes() {
        return Arrays.copyOf(out, size);
    }

    void put(char ascii) {
        room(1);
        out[size++] = (byte) ascii;
    }

    void raw(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, out, size, text.length);
        size += text.length;
    }

    @SuppressWarnings("deprecation") // copies Latin-1 bytes without a decoder; the text is ASCII
    void ascii(String text) {
        room(text.length());
        text.getBytes(0, text.length(), out, size);
        size += text.length();
    }

    /** A string with its quotes. */
    void string(String value) {
        int length = value.length();
        room(length + 2);
        out[size++] = '"';
        if (length >= LONG_CHARS) utf8(value.getBytes(UTF_8));
        else if (plain(value, length)) ascii(value);
        else utf8(value.getBytes(UTF_8));
        put('"');
    }

    private static boolean plain(String value, int length) {
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') return false;
        }
        return true;
    }

    private void utf8(byte[] text) {
        room(text.length);
        int plainFrom = 0;
        int i = 0;
        while (i < text.length) {
            if (i + Long.BYTES <= text.length && plain((long) EIGHT.get(text, i))) {
                i += Long.BYTES;
                continue;
            }
            byte b = text[i];
            if (b < 0 || (b >= 0x20 && b != '"' && b != '\\')) {
                i++;
                continue;
            }
            copy(text, plainFrom, i);
            escape((char) b);
            plainFrom = ++i;
        }
        copy(text, plainFrom, text.length);
    }

    /** Whether none of eight bytes is a control character, a quote, a backslash, or part of a longer character. */
    private static boolean plain(long eight) {
        long quote = eight ^ ('"' * ONES);
        long backslash = eight ^ ('\\' * ONES);
        long found = (eight - 0x20 * ONES) | (quote - ONES) | (backslash - ONES) | eight;
        return (found & HIGH) == 0;
    }

    private void copy(byte[] text, int from, int to) {
        room(to - from);
        System.arraycopy(text, from, out, size, to - from);
        size += to - from;
    }

    private void escape(char c) {
        put('\\');
        switch (c) {
            case '"', '\\' -> put(c);
            case '\b' -> put('b');
            case '\f' -> put('f');
            case '\n' -> put('n');
            case '\r' -> put('r');
            case '\t' -> put('t');
            default -> {
                ascii("u00");
                put((char) HEX[c >> 4]);
                put((char) HEX[c & 15]);
            }
        }
    }

    private void room(int more) {
        if (size + more > out.length) out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }
}
