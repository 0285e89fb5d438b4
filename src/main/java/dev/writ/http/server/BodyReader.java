package dev.writ.http.server;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Collects a request's body up to its limit. Chunks are read strictly (RFC 9112 §7.1): sizes of at most eight
 * hexadecimal digits, no extensions, no trailers; both have carried smuggled requests and nobody sends them to us.
 */
final class BodyReader {
    private static final int FIRST_BYTES = 16 << 10;

    private enum Part {
        DATA,
        SIZE,
        SIZE_LF,
        DATA_CR,
        DATA_LF,
        LAST_CR,
        LAST_LF,
        DONE
    }

    private final boolean chunked;
    private final int bytesMax;
    private final Admission.Slot slot;
    private byte[] body;
    private int size;
    private long left;
    private int digits;
    private Part part;

    /** @param slot where room for the bytes is taken as they come: what is only declared takes none */
    BodyReader(Framing framing, int bytesMax, Admission.Slot slot) {
        this.slot = slot;
        this.bytesMax = bytesMax;
        this.chunked = framing instanceof Framing.Chunked;
        this.left = framing instanceof Framing.Length(var bytes) ? bytes : 0;
        this.part = chunked ? Part.SIZE : left == 0 ? Part.DONE : Part.DATA;
        // Not the whole declared length: a declaration costs the client nothing.
        this.body = new byte[0];
    }

    /** Takes what belongs to the body; true when it is complete. */
    boolean feed(ByteBuf in) {
        while (part != Part.DONE && in.isReadable()) {
            if (part == Part.DATA) data(in);
            else step(in.readByte());
        }
        return part == Part.DONE;
    }

    byte[] body() {
        return size == body.length ? body : Arrays.copyOf(body, size);
    }

    private void data(ByteBuf in) {
        int count = (int) Math.min(left, in.readableBytes());
        if (size + count > body.length) enlarge(size + count);
        in.readBytes(body, size, count);
        size += count;
        left -= count;
        if (left == 0) part = chunked ? Part.DATA_CR : Part.DONE;
    }

    private void enlarge(int needed) {
        int larger = (int) Math.min(Math.max(Math.max(body.length * 2L, FIRST_BYTES), needed), size + left);
        if (!slot.grow(larger - body.length)) throw Gate.busy(true);
        body = Arrays.copyOf(body, larger);
    }

    private void step(byte b) {
        switch (part) {
            case SIZE -> sizeDigit(b);
            case SIZE_LF -> {
                expect(b, '\n');
                part = left == 0 ? Part.LAST_CR : Part.DATA;
            }
            case DATA_CR -> {
                expect(b, '\r');
                part = Part.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                part = Part.SIZE;
                digits = 0;
            }
            case LAST_CR -> {
                expect(b, '\r');
                part = Part.LAST_LF;
            }
            case LAST_LF -> {
                expect(b, '\n');
                part = Part.DONE;
            }
            case DATA, DONE -> throw new IllegalStateException("no framing byte is due in " + part);
        }
    }

    private void sizeDigit(byte b) {
        if (b == '\r' && digits > 0) {
            if (left > bytesMax - size) throw Gate.tooLarge(bytesMax);
            part = Part.SIZE_LF;
            return;
        }
        int digit = Character.digit((char) (b & 0xff), 16);
        if (digit < 0 || ++digits > 8) throw Refused.malformed("A chunk's size is not valid.");
        left = left * 16 + digit;
    }

    private static void expect(byte b, char expected) {
        if (b != expected) throw Refused.malformed("The chunked body is not framed correctly.");
    }
}
