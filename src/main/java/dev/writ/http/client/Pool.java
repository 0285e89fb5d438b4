package dev.writ.http.client;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Idle connections by origin, the last used first; a count of all that are open, and who waits for one. */
final class Pool {
    /** How many calls may wait for a connection. */
    static final int WAITING_MAX = 1_000;

    private final int connectionsMax;
    private final long keepNanos;
    private final Map<Url.Origin, ArrayDeque<Idle>> idle = new HashMap<>();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ArrayDeque<Place> waiting = new ArrayDeque<>();
    private int open;
    private boolean closed;

    private record Idle(Link link, long sinceNanos) {}

    Pool(int connectionsMax, Duration keep) {
        this.connectionsMax = connectionsMax;
        this.keepNanos = keep.toNanos();
    }

    /**
     * An idle connection whose address the rules of this call permit.
     *
     * @param home only a connection of this loop will do; null for any. A connection of another loop would cost every call
     *     two changes of threads, a new one costs once
     */
    synchronized @Nullable Link take(Url.Origin origin, Destinations destinations, @Nullable EventLoop home) {
        var waiting = idle.get(origin);
        if (waiting == null) return null;
        var all = waiting.descendingIterator();
        while (all.hasNext()) {
            var candidate = all.next().link;
            if (!candidate.channel().isActive()) {
                all.remove();
                continue;
            }
            if (home != null && !home.equals(candidate.channel().eventLoop())) continue;
            if (!destinations.permits(candidate.address())) continue;
            all.remove();
            if (waiting.isEmpty()) idle.remove(origin);
            return candidate;
        }
        return null;
    }

    /** A connection is there; it is watched until it has {@link #gone}. */
    void opened(Link link) {
        links.add(link);
        boolean late;
        synchronized (this) {
            late = closed;
        }
        if (late) link.close();
    }

    /** A connection that is free: the first that waits gets it, or its place. */
    void put(Link link) {
        Place first;
        synchronized (this) {
            waiting.removeIf(Place::over);
            first = waiting.peekFirst();
            if (first == null && !closed && keepNanos != 0) {
                idle.computeIfAbsent(link.origin(), _ -> new ArrayDeque<>()).addLast(new Idle(link, System.nanoTime()));
                return;
            }
            if (first != null && first.fits(link)) waiting.removeFirst();
            else first = null;
        }
        if (first == null) link.close();
        else if (!first.grant(Optional.of(link))) put(link);
    }

    /**
     * Counts a connection that is about to be opened. Where all places are taken, an idle one gives way; where none is
     * idle, the call waits for its turn, with a bounded number of others and no longer than it is given.
     */
    Place place(Url.Origin origin, Destinations rules, @Nullable EventLoop home, Duration limit) {
        var place = new Place(origin, rules, home, System.nanoTime() + limit.toNanos());
        Link victim = null;
        synchronized (this) {
            waiting.removeIf(Place::over);
            if (closed) place.fail(ClientError.Code.ABORTED, "the client is closed");
            else if (waiting.isEmpty() && (open < connectionsMax || (victim = oldest()) != null)) open++;
            else if (waiting.size() >= WAITING_MAX)
                place.fail(
                        ClientError.Code.EXHAUSTED,
                        connectionsMax + " connections are open already, and " + WAITING_MAX + " calls wait for one");
            else {
                waiting.addLast(place);
                return place;
            }
        }
        // Its place passes to the new one: gone() will give back the place of the connection that closes.
        if (victim != null) victim.close();
        if (!place.over()) place.grant(Optional.empty());
        return place;
    }

    /** A connection that was to be opened was not. */
    void release() {
        synchronized (this) {
            open--;
        }
        grant();
    }

    /** Passes places that are free to those who wait longest. */
    private void grant() {
        while (true) {
            Place first;
            synchronized (this) {
                if (open >= connectionsMax) return;
                first = waiting.pollFirst();
                if (first == null) return;
                open++;
            }
            if (first.grant(Optional.empty())) continue;
            synchronized (this) {
                open--;
            }
        }
    }

    /** A connection has closed. */
    void gone(Link link) {
        links.remove(link);
        forget(link);
        grant();
    }

    private synchronized void forget(Link link) {
        open--;
        var links = idle.get(link.origin());
        if (links == null) return;
        links.removeIf(i -> i.link == link);
        if (links.isEmpty()) idle.remove(link.origin());
    }

    void sweep() {
        long now = System.nanoTime();
        for (var link : links) link.expireIfDue(now);
        stale(System.nanoTime() - keepNanos).forEach(Link::close);
        for (var place : late(now))
            place.fail(ClientError.Code.EXHAUSTED, "none of " + connectionsMax + " connections came free in time");
    }

    private synchronized List<Place> late(long now) {
        var late = waiting.stream().filter(place -> place.due(now)).toList();
        waiting.removeAll(late);
        return late;
    }

    /** Cuts everything that is open, in use or not. */
    void close() {
        List<Place> left;
        synchronized (this) {
            closed = true;
            idle.clear();
            left = List.copyOf(waiting);
            waiting.clear();
        }
        for (var place : left) place.fail(ClientError.Code.ABORTED, "the client is closed");
        links.forEach(Link::close);
    }

    synchronized int open() {
        return open;
    }

    private synchronized List<Link> stale(long beforeNanos) {
        var stale = new ArrayList<Link>();
        for (var links : idle.values()) links.removeIf(i -> i.sinceNanos - beforeNanos <= 0 && stale.add(i.link));
        idle.values().removeIf(ArrayDeque::isEmpty);
        return stale;
    }

    private @Nullable Link oldest() {
        @Nullable Idle oldest = null;
        for (var links : idle.values()) {
            var first = links.peekFirst();
            if (first != null && (oldest == null || first.sinceNanos - oldest.sinceNanos < 0)) oldest = first;
        }
        if (oldest == null) return null;
        var links = idle.get(oldest.link.origin());
        if (links != null) links.removeFirst();
        return oldest.link;
    }
}
