package dev.writ.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;

/** The last bytes of a child's error output, in a ring. */
final class ErrorTail {
    private final byte[] ring;
    private long written;

    ErrorTail(int bytesMax) {
        this.ring = new byte[bytesMax];
    }

    void pump(InputStream in) {
        Child.drain(in, this::add);
    }

    synchronized String text() {
        int size = (int) Math.min(written, ring.length);
        var tail = new byte[size];
        for (int i = 0; i < size; i++) tail[i] = ring[(int) ((written - size + i) % ring.length)];
        return new String(tail, UTF_8);
    }

    private synchronized void add(byte[] buffer, int count) {
        for (int i = 0; i < count; i++) ring[(int) (written++ % ring.length)] = buffer[i];
    }
}
