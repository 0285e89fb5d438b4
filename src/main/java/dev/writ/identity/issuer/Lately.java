package dev.writ.identity.issuer;

import java.util.HashMap;
import java.util.Map;

/**
 * What was shown lately, in little memory: 64 bits of each, under the minute that it says of itself, forgotten with that
 * minute. Two that share all 64 bits are taken for one, which refuses the second. Thread-safe.
 */
final class Lately {
    private final int max;
    private final Map<Long, Marks> minutes = new HashMap<>();
    private int size;

    Lately(int max) {
        this.max = max;
    }

    /**
     * Whether it comes for the first time and there is room to remember that.
     *
     * @param minute of the mark's own, always the same for the same mark
     * @param oldest minutes before this one are past
     */
    synchronized boolean first(long mark, long minute, long oldest) {
        if (minute < oldest) return false;
        if (minutes.keySet().removeIf(past -> past < oldest))
            size = minutes.values().stream().mapToInt(marks -> marks.size).sum();
        var marks = minutes.computeIfAbsent(minute, _ -> new Marks());
        if (size >= max || marks.has(mark)) return false;
        marks.add(mark);
        size++;
        return true;
    }

    /** A set of 64-bit numbers, at most half full. */
    private static final class Marks {
        private long[] slots = new long[64];
        private int size;

        /** Where a mark stands, or the free slot where it would; 0 stands for none. */
        private static int slot(long[] slots, long mark) {
            int at = Long.hashCode(mark * 0x9E3779B97F4A7C15L) & (slots.length - 1);
            while (slots[at] != 0 && slots[at] != mark) at = (at + 1) & (slots.length - 1);
            return at;
        }

        private static long stored(long mark) {
            return mark == 0 ? 1 : mark;
        }

        boolean has(long mark) {
            return slots[slot(slots, stored(mark))] != 0;
        }

        void add(long mark) {
            if (size >= slots.length / 2) {
                var wider = new long[slots.length * 2];
                for (long each : slots) if (each != 0) wider[slot(wider, each)] = each;
                slots = wider;
            }
            slots[slot(slots, stored(mark))] = stored(mark);
            size++;
        }
    }
}
