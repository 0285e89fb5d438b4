package dev.writ.gateway.mcp;

import dev.writ.base.Name;
import dev.writ.guard.Caller;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/** The open sessions: bounded in number, each found only by the caller and on the route that opened it. */
final class Sessions {
    private static final Crowd CROWD = new Crowd(10_000, 32);
    static final Duration IDLE_MAX = Duration.ofMinutes(30);
    private static final int ID_BYTES = 32;
    private static final Duration SWEPT_EVERY = Duration.ofMinutes(1);

    private final Map<String, Session> open = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();
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
        return switch (CROWD.place(List.copyOf(open.values()), caller.tenant(), caller.task())) {
            case Crowd.Place.Free<Session> _ -> true;
            case Crowd.Place.After<Session>(var leaving) -> {
                end(leaving);
                yield true;
            }
            case Crowd.Place.None<Session> _ -> false;
        };
    }

    String nextId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    void add(Session session) {
        open.put(session.id(), session);
        if (sweeping.compareAndSet(false, true))
            Thread.ofVirtual().name("idle-sessions").start(this::sweep);
    }

    /** Lives while there are sessions: a server's process must not outlive its client for want of another request. */
    private void sweep() {
        while (!open.isEmpty()) {
            LockSupport.parkNanos(SWEPT_EVERY.toNanos());
            closeIdle();
        }
        sweeping.set(false);
        if (!open.isEmpty() && sweeping.compareAndSet(false, true)) sweep();
    }

    /** What an id leads to. */
    sealed interface Found {
        record Own(Session session) implements Found {}

        /** Somebody else's, or of another server: to the caller there is none, but it is worth a record. */
        record Foreign() implements Found {}

        record None() implements Found {}
    }

    /**
     * The session of this id, for whom and where it was opened; anybody else finds nothing.
     *
     * @param joint whether it is one over several servers
     */
    Found find(String id, Caller.OfAgent caller, Name server, boolean joint) {
        var session = open.get(id);
        if (session == null) return new Found.None();
        if (!session.belongsTo(caller, server, joint)) return new Found.Foreign();
        session.touch(clock.instant());
        if (!session.lost()) return new Found.Own(session);
        // A client whose server has gone opens a new session when it hears 404, and only then.
        end(session);
        return new Found.None();
    }

    /** As find, where it is an open session of one's own; empty where more is to be done or said. */
    Optional<Session> ready(String id, Caller.OfAgent caller, Name server, boolean joint) {
        var session = open.get(id);
        if (session == null || !session.belongsTo(caller, server, joint) || session.lost() || session.over())
            return Optional.empty();
        session.touch(clock.instant());
        return Optional.of(session);
    }

    void end(Session session) {
        if (open.remove(session.id()) != null) session.close();
    }

    void closeAll() {
        List.copyOf(open.values()).forEach(this::end);
    }

    private void closeIdle() {
        var since = clock.instant().minus(IDLE_MAX);
        for (var session : List.copyOf(open.values())) {
            session.lines().expire();
            if (session.lost() || (session.idle() && session.lastUsed().isBefore(since))) end(session);
        }
    }
}
