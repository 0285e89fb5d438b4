package dev.writ.identity.issuer;

import dev.writ.base.Digest;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Remembers what may be shown only once, for as long as it could be shown again; without room, nothing is accepted. */
public final class Once {
    private final int max;
    private final Map<Digest, Instant> seen = new HashMap<>();
    private Instant swept = Instant.EPOCH;

    public Once(int max) {
        this.max = max;
    }

    /** Whether it comes for the first time and there is room to remember that. */
    public synchronized boolean first(Digest mark, Instant now, Instant until) {
        if (seen.size() >= max / 2 && now.isAfter(swept.plusSeconds(1))) {
            seen.values().removeIf(end -> end.isBefore(now));
            swept = now;
        }
        var before = seen.get(mark);
        if (before != null && !before.isBefore(now)) return false;
        if (seen.size() >= max) return false;
        seen.put(mark, until);
        return true;
    }
}
