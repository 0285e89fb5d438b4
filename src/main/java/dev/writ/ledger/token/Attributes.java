package dev.writ.ledger.token;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Attributes of an object (CK_ATTRIBUTE), to find it by or to make it with. */
final class Attributes {
    static final long CLASS = 0x0;
    static final long TOKEN = 0x1;
    static final long PRIVATE = 0x2;
    static final long LABEL = 0x3;
    static final long KEY_TYPE = 0x100;
    static final long ID = 0x102;
    static final long SENSITIVE = 0x103;
    static final long SIGN = 0x108;
    static final long VERIFY = 0x10a;
    static final long EXTRACTABLE = 0x162;
    static final long NEVER_EXTRACTABLE = 0x164;
    static final long EC_PARAMS = 0x180;
    static final long EC_POINT = 0x181;

    static final long PUBLIC_KEY = 2;
    static final long PRIVATE_KEY = 3;
    static final long EC_EDWARDS = 0x40;

    private static final long VALUE_OFFSET = 8;
    private static final long LENGTH_OFFSET = 16;

    private record Attribute(long type, MemorySegment value) {}

    private final Arena arena;
    private final List<Attribute> all = new ArrayList<>();

    /** @param arena where the values lie; it must outlive the call that they are for */
    Attributes(Arena arena) {
        this.arena = arena;
    }

    Attributes with(long type, byte[] value) {
        var copy = arena.allocate(Math.max(1, value.length)).asSlice(0, value.length);
        MemorySegment.copy(value, 0, copy, JAVA_BYTE, 0, value.length);
        all.add(new Attribute(type, copy));
        return this;
    }

    Attributes with(long type, boolean value) {
        return with(type, new byte[] {(byte) (value ? 1 : 0)});
    }

    Attributes with(long type, long value) {
        return with(
                type,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.nativeOrder())
                        .putLong(value)
                        .array());
    }

    Attributes with(long type, String text) {
        return with(type, text.getBytes(UTF_8));
    }

    /** A place of this size for a value that the token will write. */
    Attributes room(long type, int bytes) {
        all.add(new Attribute(type, arena.allocate(bytes)));
        return this;
    }

    long count() {
        return all.size();
    }

    /** The array that functions take. */
    MemorySegment array() {
        var array = arena.allocate(Cryptoki.ATTRIBUTE, all.size());
        for (int i = 0; i < all.size(); i++) {
            long at = i * Cryptoki.ATTRIBUTE.byteSize();
            array.set(Cryptoki.ULONG, at, all.get(i).type);
            array.set(ADDRESS, at + VALUE_OFFSET, all.get(i).value);
            array.set(Cryptoki.ULONG, at + LENGTH_OFFSET, all.get(i).value.byteSize());
        }
        return array;
    }

    /** What the token wrote into the only attribute of an array; its length is the token's word, our room the limit. */
    byte[] written(MemorySegment array) {
        var room = all.getFirst().value;
        long length = array.get(Cryptoki.ULONG, LENGTH_OFFSET);
        if (length < 0 || length > room.byteSize())
            throw new TokenFailure(TokenFailure.Code.KEY, "the token gives an attribute of a wrong length");
        return room.asSlice(0, length).toArray(JAVA_BYTE);
    }
}
