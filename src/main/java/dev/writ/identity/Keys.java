package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.store.Copies;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * All keys at one moment, immutable. Keys of all tenants stand together, for the key itself says which tenant it is of.
 * They are found by the SHA-256 of 256 random bits, so the time of a look-up tells nothing about another key.
 */
record Keys(Map<Digest, Key> byDigest, Map<Id, Digest> byId) {
    static final Keys NONE = new Keys(Map.of(), Map.of());

    Optional<Key> find(Digest digest) {
        // Digest compares in constant time.
        return Optional.ofNullable(byDigest.get(digest));
    }

    Optional<Key> find(Id id) {
        return Optional.ofNullable(byId.get(id)).flatMap(this::find);
    }

    Keys with(Key key) {
        return new Keys(Copies.with(byDigest, key.digest(), key), Copies.with(byId, key.id(), key.digest()));
    }

    /** Without those that ended or were revoked before a moment. */
    Keys since(Instant moment) {
        if (byDigest.values().stream().noneMatch(key -> overBefore(key, moment))) return this;
        var kept = new HashMap<>(byDigest);
        kept.values().removeIf(key -> overBefore(key, moment));
        var keptIds = new HashMap<>(byId);
        keptIds.values().retainAll(kept.keySet());
        return new Keys(Map.copyOf(kept), Map.copyOf(keptIds));
    }

    private static boolean overBefore(Key key, Instant moment) {
        boolean ended = key instanceof Key.AgentKey agent
                && agent.endedAt().filter(moment::isAfter).isPresent();
        return ended || key.revokedAt().filter(moment::isAfter).isPresent();
    }

    Keys changed(UnaryOperator<Key> change) {
        var changed = new HashMap<>(byDigest);
        changed.replaceAll((_, key) -> change.apply(key));
        return new Keys(Map.copyOf(changed), byId);
    }
}
