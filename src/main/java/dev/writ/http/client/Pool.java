package dev.writ.http.client;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Idle connections by origin, the last used first; and a count of all that are open. */
final class Pool {
    private final int connectionsMax;
    private final long keepNanos;
    private final Map<Url.Origin, ArrayDeque<Idle>> idle = new HashMap<>();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
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

    synchronized void put(Link link) {
        if (closed || keepNanos == 0) {
            link.close();
            return;
        }
        idle.computeIfAbsent(link.origin(), _ -> new ArrayDeque<>()).addLast(new Idle(link, System.nanoTime()));
    }

    /** Counts a connection that is about to be opened. Where all places are taken, an idle one gives way. */
    void reserve() {
        Link victim;
        synchronized (this) {
            if (closed) throw new ClientError(ClientError.Code.ABORTED, false, "the client is closed");
            if (open < connectionsMax) {
                open++;
                return;
            }
            victim = oldest();
            if (victim == null)
                throw new ClientError(
                        ClientError.Code.EXHAUSTED, false, connectionsMax + " connections are open already");
        }
        // Its place passes to the new one: gone() will give back the place of the connection that closes.
        synchronized (this) {
            open++;
        }
        victim.close();
    }

    synchronized void release() {
        open--;
    }

    /** A connection has closed. */
    void gone(Link link) {
        links.remove(link);
        forget(link);
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
    }

    /** Cuts everything that is open, in use or not. */
    void close() {
        synchronized (this) {
            closed = true;
            idle.clear();
        }
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
