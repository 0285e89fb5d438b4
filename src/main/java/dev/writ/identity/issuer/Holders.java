package dev.writ.identity.issuer;

import dev.writ.base.Digest;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Remembers by whose key something was shown first, for as long as it could be shown again. Thread-safe. */
public final class Holders {
    private final int max;
    private final Map<Digest, Held> held = new HashMap<>();

    private record Held(String holder, Instant until) {}

    public Holders(int max) {
        this.max = max;
    }

    /**
     * Whether it may be shown by this holder. Whoever proves a key is its only holder from then on; without room to
     * remember that, nobody becomes one.
     */
    public synchronized boolean takes(Digest mark, Optional<String> holder, Instant now, Instant until) {
        var known = held.get(mark);
        if (known != null && !known.until().isBefore(now)) return holder.equals(Optional.of(known.holder()));
        if (holder.isEmpty()) return true;
        if (held.size() >= max) held.values().removeIf(old -> old.until().isBefore(now));
        if (held.size() >= max) return false;
        held.put(mark, new Held(holder.get(), until));
        return true;
    }
}
