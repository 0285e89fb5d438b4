package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.Revision;
import dev.writ.upstream.Upstreams;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The ways to servers that we keep for clients without sessions: one for each key of a task and server, opened under a
 * permit like a session, bounded in number, closed when it idles and when its caller loses authority.
 */
final class Links implements AutoCloseable {
    static final int LINKS_MAX = 4_000;
    static final int LINKS_OF_TASK_MAX = 32;
    static final Duration IDLE_MAX = Duration.ofMinutes(10);
    private static final Duration SWEPT_EVERY = Duration.ofMinutes(1);
    private static final Json.Obj DISCOVER =
            Json.object().put("method", Revision.DISCOVER).build();

    private final Guard guard;
    private final Upstreams upstreams;
    private final InstantSource clock;
    private final Map<Key, Slot> slots = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** Whoever shows another key of the same task has a way of its own: what a server keeps for one is not the other's. */
    private record Key(Name tenant, Name agent, Id task, Id key, Name server) {
        static Key of(Caller.OfAgent caller, Name server) {
            return new Key(caller.tenant(), caller.agent(), caller.task(), caller.key(), server);
        }
    }

    /** The place of one link: opened once, however many ask for it. */
    private static final class Slot {
        private final ReentrantLock opening = new ReentrantLock();
        private volatile Optional<OpenLink> open = Optional.empty();
        private volatile boolean gone;
    }

    Links(Guard guard, Upstreams upstreams, InstantSource clock) {
        this.guard = guard;
        this.upstreams = upstreams;
        this.clock = clock;
    }

    /** How a caller reaches a server. */
    sealed interface Way {
        /** @param link taken, and to be given back */
        record Through(OpenLink link) implements Way {}

        /** The caller's authority has ended, and calls say so. */
        record Ended(Hop hop) implements Way {}

        /** No server of this name for this caller. */
        record Nowhere() implements Way {}

        record Not(String why) implements Way {}
    }

    /** @param anew whether discovering is decided once more, also where a link is open */
    Way way(Caller.OfAgent caller, Name server, boolean anew, Cancellation cancellation) {
        var ended = guard.barred(caller, server).filter(reason -> !(reason instanceof Refusal.Absent));
        if (ended.isPresent() && !anew) return ended(caller, server);
        var key = Key.of(caller, server);
        while (true) {
            var slot = slots.computeIfAbsent(key, _ -> new Slot());
            slot.opening.lock();
            try {
                if (slot.gone) continue;
                var way = in(slot, caller, server, anew, cancellation);
                if (slot.open.isEmpty()) remove(key, slot);
                return way;
            } finally {
                slot.opening.unlock();
            }
        }
    }

    /** The link that is open for a caller, taken and to be given back; empty where more is to be done or said. */
    Optional<OpenLink> open(Caller.OfAgent caller, Name server) {
        var slot = slots.get(Key.of(caller, server));
        if (slot == null || guard.barred(caller, server).isPresent() || !guard.serverShown(caller, server))
            return Optional.empty();
        return slot.open.filter(link -> !link.lost()).filter(OpenLink::take);
    }

    private Way in(Slot slot, Caller.OfAgent caller, Name server, boolean anew, Cancellation cancellation) {
        var open = slot.open.filter(link -> !link.lost()).filter(OpenLink::take);
        // Policy may have hidden the server since: then it is not there for calls either.
        return open.isPresent() && !anew && guard.serverShown(caller, server)
                ? new Way.Through(open.get())
                : decided(caller, server, slot, open, cancellation);
    }

    /** Whoever has found the slot already looks for another. */
    private void remove(Key key, Slot slot) {
        slot.gone = true;
        slots.remove(key, slot);
    }

    private Way decided(
            Caller.OfAgent caller, Name server, Slot slot, Optional<OpenLink> open, Cancellation cancellation) {
        return switch (guard.admit(new Attempt(caller, new Action.DiscoverServer(server, DISCOVER)))) {
            case Permit permit ->
                open.isPresent()
                        ? known(caller, permit, open.get())
                        : opened(caller, server, slot, permit, cancellation);
            case Refusal refusal -> {
                open.ifPresent(OpenLink::giveBack);
                yield not(caller, server, refusal.reason());
            }
            case Held held -> {
                open.ifPresent(OpenLink::giveBack);
                yield new Way.Not("PENDING approval " + held.approval().brief() + " to use this server");
            }
        };
    }

    private Way known(Caller.OfAgent caller, Permit permit, OpenLink open) {
        if (upstreams.known(permit, open.upstream()) instanceof Upstreams.Opened.Stopped(var reason)) {
            open.giveBack();
            return not(caller, open.hop().server(), reason);
        }
        return new Way.Through(open);
    }

    private Way opened(Caller.OfAgent caller, Name server, Slot slot, Permit permit, Cancellation cancellation) {
        if (!room(caller)) {
            upstreams.unused(permit, "too many links");
            return new Way.Not("too many servers are in use by this task; try again later");
        }
        var told = new Changes();
        return switch (upstreams.open(permit, Revision.VERSION, told, cancellation)) {
            case Upstreams.Opened.Open(var upstream) -> kept(caller, server, slot, upstream, told);
            case Upstreams.Opened.NotConnected(var instead, var _) -> kept(caller, server, slot, instead, told);
            case Upstreams.Opened.Stopped(var reason) -> not(caller, server, reason);
            case Upstreams.Opened.Failed(var why) -> new Way.Not("server " + server + ": " + why);
        };
    }

    private Way kept(Caller.OfAgent caller, Name server, Slot slot, McpLink upstream, Changes told) {
        var link =
                new OpenLink(new Hop(caller, server, Optional.of(upstream), told.definitions()), upstream, told, clock);
        slot.open.ifPresent(OpenLink::end);
        slot.open = Optional.of(link);
        link.watchedBy(guard.watch(caller, server, () -> {
            remove(Key.of(caller, server), slot);
            link.end();
        }));
        sweepSoon();
        return link.take() ? new Way.Through(link) : ended(caller, server);
    }

    private static Way not(Caller.OfAgent caller, Name server, Refusal.Reason reason) {
        return switch (reason) {
            case Refusal.Absent _ -> new Way.Nowhere();
            case Refusal.Unavailable(var what) -> new Way.Not("TEMPORARILY BLOCKED: " + what + "; safe to retry");
            case Refusal.TaskEnded _,
                    Refusal.Suspended _,
                    Refusal.NotPassedOn _,
                    Refusal.NoEmergency _,
                    Refusal.NotAllowed _,
                    Refusal.ByPolicy _,
                    Refusal.ByPerson _,
                    Refusal.BudgetSpent _,
                    Refusal.BadArguments _,
                    Refusal.Quarantined _ -> ended(caller, server);
        };
    }

    private static Way ended(Caller.OfAgent caller, Name server) {
        return new Way.Ended(new Hop(caller, server, Optional.empty(), new Freshness()));
    }

    /** Idle links make room first, and of a task with its number the one that was longest not used. */
    private boolean room(Caller.OfAgent caller) {
        endIdle();
        var ofTask = slots.entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(caller.tenant())
                        && entry.getKey().task().equals(caller.task()))
                .flatMap(entry -> entry.getValue().open.stream())
                .toList();
        if (ofTask.size() >= LINKS_OF_TASK_MAX) {
            var longest = ofTask.stream().filter(OpenLink::idle).min(Comparator.comparing(OpenLink::lastUsed));
            if (longest.isEmpty()) return false;
            longest.get().end();
        }
        return open() < LINKS_MAX;
    }

    /** How many links are open. */
    long open() {
        return slots.values().stream().filter(slot -> slot.open.isPresent()).count();
    }

    private void sweepSoon() {
        if (sweeping.compareAndSet(false, true))
            Thread.ofVirtual().name("idle-links").start(this::sweep);
    }

    /** Lives while there are links: a server's process must not outlive its client for want of another request. */
    private void sweep() {
        while (!slots.isEmpty()) {
            LockSupport.parkNanos(SWEPT_EVERY.toNanos());
            endIdle();
        }
        sweeping.set(false);
        if (!slots.isEmpty()) sweepSoon();
    }

    private void endIdle() {
        var since = clock.instant().minus(IDLE_MAX);
        for (var entry : List.copyOf(slots.entrySet())) {
            var slot = entry.getValue();
            var idle = slot.open.filter(link -> link.over() || link.lost() || link.idleSince(since));
            if (idle.isEmpty() || !slot.opening.tryLock()) continue;
            try {
                idle.get().end();
                remove(entry.getKey(), slot);
            } finally {
                slot.opening.unlock();
            }
        }
    }

    @Override
    public void close() {
        for (var slot : List.copyOf(slots.values())) slot.open.ifPresent(OpenLink::end);
        slots.clear();
    }
}
