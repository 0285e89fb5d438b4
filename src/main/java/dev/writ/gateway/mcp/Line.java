package dev.writ.gateway.mcp;

import dev.writ.base.NeverWaits;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.ServerError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One stream of a session: what is said on it has an order, and from 2025-11-25 on ids, so that a client that lost its
 * connection, or was let go, takes it up where it broke off (basic/transports, resumability). Nothing is said on two
 * lines. A line belongs to one request of the client, or to nothing (the stream that it opens by GET).
 */
final class Line {
    static final int EVENTS_MAX = 1_000;
    static final long BYTES_MAX = 9L << 20;

    /** How long a request goes on whose client has lost its stream and has not come back. */
    static final Duration RETURN_WITHIN = Duration.ofSeconds(5);

    private static final int EVENT_OVERHEAD_BYTES = 64;

    private record Said(long number, String text) {
        long bytes() {
            return (long) text.length() + EVENT_OVERHEAD_BYTES;
        }
    }

    private final long name;
    private final boolean resumable;
    private final Kept kept;
    private final Runnable abandoned;
    /** Fair: whoever says something without end must not keep the one who ends it waiting. */
    private final ReentrantLock lock = new ReentrantLock(true);

    private final Condition changed = lock.newCondition();
    private final Deque<Said> said = new ArrayDeque<>();
    private long bytes;
    private long number;
    private long forgotten;
    private volatile boolean begun;
    private volatile boolean attached;
    private volatile boolean over;
    private Optional<String> whole = Optional.empty();
    private volatile Optional<EventSink> sink = Optional.empty();
    private Optional<Duration> letGo = Optional.empty();

    /** @param abandoned runs when the client has left and did not come back in time */
    Line(long name, boolean resumable, Kept kept, Runnable abandoned) {
        this.name = name;
        this.resumable = resumable;
        this.kept = kept;
        this.abandoned = abandoned;
    }

    /** Says something; false when the line is over. A client that has left, or does not read, stops nobody. */
    boolean say(String text) {
        lock.lock();
        try {
            if (over) return false;
            begun = true;
            changed.signalAll();
            var next = new Said(++number, text);
            remember(next);
            sink.ifPresent(open -> send(open, next));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Says the last thing, the answer; where nothing was said before, it can be given as a whole. */
    void finish(String answer) {
        lock.lock();
        try {
            if (over) return;
            if (begun) say(answer);
            else whole = Optional.of(answer);
            over = true;
            sink.ifPresent(EventSink::close);
            sink = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something is said, or the answer has come before; then the answer. */
    Optional<String> wholeAnswer() {
        NeverWaits.refuse("an answer");
        lock.lock();
        try {
            while (!begun && !over) changed.awaitUninterruptibly();
            return whole;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing was said yet, so that a client that leaves cannot come back to it. */
    boolean silent() {
        return !begun;
    }

    boolean over() {
        return over;
    }

    /** Whether a client ever had it. */
    boolean attached() {
        return attached;
    }

    /** Whether somebody hears what is said now. */
    boolean heard() {
        return sink.filter(EventSink::open).isPresent();
    }

    /** Whether all that came behind this event is still known. */
    boolean remembers(long after) {
        lock.lock();
        try {
            return after >= forgotten && after <= number;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the line to a client, from behind an event on; whoever had it before is let go. */
    void attach(EventSink to, long after) {
        lock.lock();
        try {
            sink.ifPresent(EventSink::close);
            sink = Optional.of(to);
            attached = true;
            changed.signalAll();
            to.onClose(() -> left(to));
            // An event with an id and nothing else: from now on the client can come back (2025-11-25).
            if (resumable && after == 0) quietly(() -> to.send(Optional.empty(), Optional.of(id(0)), ""));
            else quietly(to::keepAlive);
            for (var earlier : said.toArray(Said[]::new)) if (earlier.number() > after) send(to, earlier);
            if (over) {
                to.close();
                sink = Optional.empty();
            } else letGo.ifPresent(this::closeFor);
            letGo = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the client go, to come back after some time; those who cannot know of it are kept. */
    void letGo(Duration retry) {
        lock.lock();
        try {
            if (!resumable || over) return;
            if (!begun) {
                begun = true;
                changed.signalAll();
                letGo = Optional.of(retry);
            } else if (sink.isPresent()) closeFor(retry);
        } finally {
            lock.unlock();
        }
    }

    private void closeFor(Duration retry) {
        var open = sink.orElseThrow();
        sink = Optional.empty();
        quietly(() -> open.retry(retry));
        open.close();
        Thread.ofVirtual().name("mcp-line").start(() -> awaitReturn(retry.plus(RETURN_WITHIN)));
    }

    /** Ends the line without an answer, at once: also while somebody says something to a client that does not read. */
    void close() {
        over = true;
        sink.ifPresent(EventSink::close);
        lock.lock();
        try {
            sink.ifPresent(EventSink::close);
            sink = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what was said. */
    void forget() {
        lock.lock();
        try {
            forgotten = number;
            while (!said.isEmpty()) drop();
        } finally {
            lock.unlock();
        }
    }

    private void left(EventSink gone) {
        lock.lock();
        try {
            if (sink.filter(gone::equals).isEmpty()) return;
            sink = Optional.empty();
        } finally {
            lock.unlock();
        }
        awaitReturn(resumable ? RETURN_WITHIN : Duration.ZERO);
    }

    private void awaitReturn(Duration within) {
        lock.lock();
        try {
            long nanos = within.toNanos();
            while (!over && sink.isEmpty() && nanos > 0) nanos = changed.awaitNanos(nanos);
            if (over || sink.isPresent()) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        abandoned.run();
    }

    private void remember(Said next) {
        while (!said.isEmpty() && (said.size() >= EVENTS_MAX || bytes + next.bytes() > BYTES_MAX)) drop();
        if (next.bytes() > BYTES_MAX || !kept.take(next.bytes())) {
            while (!said.isEmpty()) drop();
            forgotten = next.number();
            return;
        }
        said.add(next);
        bytes += next.bytes();
    }

    private void drop() {
        var oldest = said.removeFirst();
        bytes -= oldest.bytes();
        kept.give(oldest.bytes());
        forgotten = Math.max(forgotten, oldest.number());
    }

    private void send(EventSink to, Said one) {
        quietly(() ->
                to.send(Optional.empty(), resumable ? Optional.of(id(one.number())) : Optional.empty(), one.text()));
        // Nobody can come back to it.
        if (!resumable && said.remove(one)) {
            bytes -= one.bytes();
            kept.give(one.bytes());
        }
    }

    private static void quietly(Runnable sending) {
        try {
            sending.run();
        } catch (ServerError e) {
            // The stream is over, and whoever waits for its end hears of it.
        }
    }

    private String id(long of) {
        return name + "-" + of;
    }
}
