package dev.writ.identity;

import dev.writ.store.StoreError;
import java.util.List;
import java.util.Optional;

/**
 * What came of ending or revoking keys: it is in force.
 *
 * @param keys the keys that it changed
 * @param grants the grants that it changed
 * @param sessions people's sessions that it ended
 * @param unsaved why the database does not hold it yet; it is in force nevertheless and is saved before the next command
 */
public record Revoking(List<Key> keys, List<Grant> grants, List<Session> sessions, Optional<StoreError> unsaved) {
    public Revoking {
        keys = List.copyOf(keys);
        grants = List.copyOf(grants);
        sessions = List.copyOf(sessions);
    }

    Revoking(List<Key> keys, Optional<StoreError> unsaved) {
        this(keys, List.of(), List.of(), unsaved);
    }

    Revoking with(Grants.Ended also) {
        return new Revoking(keys, also.grants(), sessions, unsaved.or(also::unsaved));
    }

    Revoking with(Sessions.Ended also) {
        return new Revoking(keys, grants, also.sessions(), unsaved.or(also::unsaved));
    }

    /** Whether anything was in force. */
    public boolean anything() {
        return !keys.isEmpty() || !grants.isEmpty() || !sessions.isEmpty();
    }
}
