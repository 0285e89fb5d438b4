package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** The open sessions: bounded in number, each found only by the caller and on the route that opened it. */
final class Sessions {
    static final int SESSIONS_MAX = 4_000;
    static final int SESSIONS_OF_TASK_MAX = 32;
    static final Duration IDLE_MAX = Duration.ofMinutes(30);
    private static final int ID_BYTES = 32;

    private final Map<String, Session> open = new ConcurrentHashMap<>();
    private final RandomGenerator random;
    private final InstantSource clock;

    /** @param random must be unpredictable */
    Sessions(RandomGenerator random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    /** Whether one more may be opened for a task; idle ones make room first. */
    boolean room(Caller.OfAgent caller) {
        closeIdle();
        return open.size() < SESSIONS_MAX && ofTask(caller.tenant(), caller.task()) < SESSIONS_OF_TASK_MAX;
    }

    String nextId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    void add(Session session) {
        open.put(session.id(), session);
    }

    /** The session of this id, for whom and where it was opened; anybody else finds nothing. */
    Optional<Session> find(String id, Caller.OfAgent caller, Name server) {
        var found = Optional.ofNullable(open.get(id)).filter(session -> session.belongsTo(caller, server));
        found.ifPresent(session -> session.touch(clock.instant()));
        // A client whose server has gone opens a new session when it hears 404, and only then.
        if (found.filter(Session::lost).isPresent()) {
            end(found.get());
            return Optional.empty();
        }
        return found;
    }

    int open() {
        return open.size();
    }

    void end(Session session) {
        if (open.remove(session.id()) != null) session.close();
    }

    void closeAll() {
        List.copyOf(open.values()).forEach(this::end);
    }

    private void closeIdle() {
        var since = clock.instant().minus(IDLE_MAX);
        for (var session : List.copyOf(open.values()))
            if (session.idle() && session.lastUsed().isBefore(since)) end(session);
    }

    private long ofTask(Name tenant, Id task) {
        return open.values().stream()
                .filter(session -> session.caller().tenant().equals(tenant)
                        && session.caller().task().equals(task))
                .count();
    }
}
