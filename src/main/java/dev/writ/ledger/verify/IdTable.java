package dev.writ.ledger.verify;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A map from ids to indexes in three longs an entry, so that a log of ten million records can be checked in a few
 * hundred megabytes. An id's 26 characters of base 32 are 130 bits: two longs, and two bits beside the index.
 */
final class IdTable {
    private static final int CHARS = 26;
    private static final long FREE = -1;
    private static final byte[] DIGITS = digits();

    private long[] high = new long[1024];
    private long[] low = new long[1024];
    private long[] value = filled(1024);
    private int size;
    /** Texts that are not ids; there are none in a sound log. */
    private final Map<String, Long> odd = new HashMap<>();

    private static long[] filled(int length) {
        var array = new long[length];
        Arrays.fill(array, FREE);
        return array;
    }

    /** Puts an index if the id has none; answers the index it had, or -1. */
    long put(String id, long index) {
        if (!packs(id)) {
            var before = odd.putIfAbsent(id, index);
            return before == null ? -1 : before;
        }
        if (size * 2 > value.length) grow();
        long h = half(id, id.length() - CHARS);
        long l = half(id, id.length() - CHARS / 2);
        long rest = rest(id);
        int at = slot(h, l, rest);
        if (value[at] != FREE) return value[at] >>> 2;
        high[at] = h;
        low[at] = l;
        value[at] = (index << 2) | rest;
        size++;
        return -1;
    }

    /** The index of an id, or -1. */
    long at(String id) {
        if (!packs(id)) return odd.getOrDefault(id, -1L);
        int at = slot(half(id, id.length() - CHARS), half(id, id.length() - CHARS / 2), rest(id));
        return value[at] == FREE ? -1 : value[at] >>> 2;
    }

    /** Only ids of records are packed; the kind is then always the same. */
    private static boolean packs(String id) {
        if (id.length() != CHARS + 4 || !id.startsWith("rec_")) return false;
        for (int i = 4; i < id.length(); i++) if (digit(id.charAt(i)) < 0) return false;
        return true;
    }

    private static int digit(char c) {
        return c < DIGITS.length ? DIGITS[c] : -1;
    }

    private static byte[] digits() {
        var digits = new byte[128];
        Arrays.fill(digits, (byte) -1);
        var alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
        for (int i = 0; i < alphabet.length(); i++) digits[alphabet.charAt(i)] = (byte) i;
        return digits;
    }

    /** Thirteen characters as 65 bits, of which the first is left to {@link #rest}. */
    private static long half(String id, int from) {
        long bits = 0;
        for (int i = from; i < from + CHARS / 2; i++) bits = (bits << 5) | digit(id.charAt(i));
        return bits;
    }

    private static long rest(String id) {
        long first = digit(id.charAt(id.length() - CHARS)) >> 4;
        long second = digit(id.charAt(id.length() - CHARS / 2)) >> 4;
        return (first << 1) | second;
    }

    private int slot(long h, long l, long rest) {
        long mixed = ((h * 0x9E3779B97F4A7C15L) ^ l) * 0xD6E8FEB86659FD93L;
        int mask = value.length - 1;
        int at = (int) (mixed >>> 32) & mask;
        while (value[at] != FREE && !(high[at] == h && low[at] == l && (value[at] & 3) == rest)) at = (at + 1) & mask;
        return at;
    }

    private void grow() {
        var oldHigh = high;
        var oldLow = low;
        var oldValue = value;
        high = new long[oldValue.length * 2];
        low = new long[oldValue.length * 2];
        value = filled(oldValue.length * 2);
        for (int i = 0; i < oldValue.length; i++) {
            if (oldValue[i] == FREE) continue;
            int at = slot(oldHigh[i], oldLow[i], oldValue[i] & 3);
            high[at] = oldHigh[i];
            low[at] = oldLow[i];
            value[at] = oldValue[i];
        }
    }
}
