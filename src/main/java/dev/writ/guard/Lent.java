package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens that were got for one task without a person, in memory and for at most a minute: by then whatever they rest on
 * was looked at again.
 */
final class Lent {
    static final Duration LIFETIME_MAX = Duration.ofSeconds(60);
    static final int KEPT_MAX = 10_000;

    /**
     * What a token is good for, and for whom it was got. Nothing of it may be left out: a token that is found without one
     * of these is somebody else's.
     *
     * @param task the task, or the person who acts without one
     * @param subject whose token it is
     * @param endpoint digest of the server's address
     * @param access digest of what the registration says: another client, scope or issuer is another token
     * @param key the credential by which the caller was authenticated
     */
    record For(Name tenant, String task, String subject, Name server, Digest endpoint, Digest access, String key) {}

    private final Map<For, Holding> kept = new ConcurrentHashMap<>();

    Optional<Holding> find(For place, Instant now) {
        return Optional.ofNullable(kept.get(place)).filter(holding -> holding.goodAt(now));
    }

    void keep(For place, Holding holding, Instant now) {
        if (kept.size() >= KEPT_MAX) kept.values().removeIf(old -> !old.goodAt(now));
        // Full of what is still good: the next call gets a token of its own again.
        if (kept.size() < KEPT_MAX) kept.put(place, holding.until(now.plus(LIFETIME_MAX)));
    }

    boolean forget(For place) {
        return kept.remove(place) != null;
    }
}
