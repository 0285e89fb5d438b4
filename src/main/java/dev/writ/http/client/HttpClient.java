package dev.writ.http.client;

import dev.writ.base.NeverWaits;
import dev.writ.http.Loops;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sends calls and waits for their answers; meant for virtual threads. */
public final class HttpClient implements AutoCloseable {
    private static final int STALE_TRIES_MAX = 3;
    private static final long SWEEP_MILLIS = 250;

    private final Destinations destinations;
    private final Loops loops;
    private final boolean ownLoops;
    private final Future<?> sweeping;
    private final Pool pool;
    private final Dialer dialer;

    private HttpClient(Settings settings, Loops loops, boolean ownLoops) {
        this.destinations = settings.destinations();
        this.pool = new Pool(settings.connectionsMax(), settings.keep());
        this.loops = loops;
        this.ownLoops = ownLoops;
        this.dialer = new Dialer(loops.group(), pool, settings.trust());
        this.sweeping =
                loops.group().scheduleAtFixedRate(pool::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    public static HttpClient start(Settings settings) {
        return new HttpClient(settings, Loops.start(settings.threads(), "http-client"), true);
    }

    /** As the other one, on loops that the caller closes afterwards; the number of threads is theirs. */
    public static HttpClient start(Settings settings, Loops loops) {
        return new HttpClient(settings, loops, false);
    }

    /**
     * Begins a call and returns at once; for event loops. From one of the client's own loops, a connection of that loop
     * is preferred and the receiver is told on it; otherwise on whichever thread learns of the end. The receiver must not
     * block. As with {@link #send(Call)}, a request is sent once.
     *
     * @param bodyBytesMax more than that of an answer is {@code TOO_LARGE}; an event stream has no such limit
     * @param then told exactly once, possibly before this returns
     */
    public Begun begin(Call call, int bodyBytesMax, Consumer<Arrival> then) {
        var attempt =
                new Attempt(this, call, bodyBytesMax, then, loops.current().orElse(null));
        connect(attempt);
        return new Begun(attempt);
    }

    /** Finds a connection for an attempt; one that must be opened is opened on a virtual thread. */
    void connect(Attempt attempt) {
        var call = attempt.call();
        var rules = call.destinations().orElse(destinations);
        int tries = attempt.nextTry();
        var pooled = tries > STALE_TRIES_MAX ? null : pool.take(call.url().origin(), rules, attempt.home());
        if (pooled != null) {
            taken(attempt, pooled);
        } else if (tries > STALE_TRIES_MAX + 1) {
            attempt.failed(
                    new ClientError(ClientError.Code.PEER_CLOSED, false, "the peer closed the connection at once"));
        } else {
            var place = pool.place(
                    call.url().origin(), rules, attempt.home(), call.deadlines().connect());
            attempt.waits(place);
            var _ = place.granted().whenComplete((_, _) -> placed(attempt, rules, place));
        }
    }

    /** No thread waits for a place: whoever gives one back brings it here. */
    private void placed(Attempt attempt, Destinations rules, Place place) {
        Optional<Link> left;
        try {
            left = place.await();
        } catch (ClientError e) {
            attempt.failed(e);
            return;
        }
        if (left.isPresent()) taken(attempt, left.get());
        else Thread.ofVirtual().name("http-dial").start(() -> dial(attempt, rules));
    }

    private void taken(Attempt attempt, Link link) {
        if (attempt.on(link)) link.send(attempt.call(), attempt);
        else pool.put(link);
    }

    private void dial(Attempt attempt, Destinations rules) {
        try {
            var call = attempt.call();
            var link = dialer.dial(call.url(), rules, call.deadlines().connect(), attempt.home());
            taken(attempt, link);
        } catch (ClientError e) {
            attempt.failed(e);
        }
    }

    /**
     * Sends the call and waits for the head of its answer. Any status is an answer, also a redirect. A request is sent
     * once: only when a pooled connection turns out to be closed before a byte was written, another one is taken.
     *
     * @throws ClientError when there is no answer
     */
    public Exchange send(Call call) {
        return send(call, _ -> {});
    }

    /**
     * As {@link #send(Call)}, for whom waiting must be able to end.
     *
     * @param started receives, before the head is awaited, what ends the exchange at once: from any thread, and also
     *     later, like {@link Exchange#close}. It comes again when another connection is taken
     */
    public Exchange send(Call call, Consumer<Runnable> started) {
        NeverWaits.refuse("the head of an answer");
        long until = System.nanoTime() + call.deadlines().total().toNanos();
        var rules = call.destinations().orElse(destinations);
        for (int attempt = 1; ; attempt++) {
            var idle = attempt > STALE_TRIES_MAX ? null : pool.take(call.url().origin(), rules, null);
            var found = idle == null ? found(call, rules, started) : new Found(idle, true);
            var link = found.link();
            var inbox = new Inbox(link.channel(), until);
            link.send(call, inbox);
            started.accept(() -> cut(link, inbox));
            var head = awaitHead(call.deadlines().firstByte(), link, inbox);
            if (head.isPresent())
                return new Exchange(link, inbox, head.get(), call.deadlines().idle());
            // One that was used before may have been closed by the peer; after a few of them that is no accident.
            if (!found.used() || attempt > STALE_TRIES_MAX)
                throw new ClientError(ClientError.Code.PEER_CLOSED, false, "the peer closed the connection at once");
        }
    }

    /** @param used whether it has carried a call before */
    private record Found(Link link, boolean used) {}

    /** A connection that another call has left, or a new one; also the wait for it can be ended from outside. */
    private Found found(Call call, Destinations rules, Consumer<Runnable> started) {
        var limit = call.deadlines().connect();
        var place = pool.place(call.url().origin(), rules, null, limit);
        started.accept(place::cancel);
        var left = place.await();
        var link = left.isPresent() ? left.get() : dialer.dial(call.url(), rules, limit, null);
        if (!place.cancelled()) return new Found(link, left.isPresent());
        pool.put(link);
        throw new ClientError(ClientError.Code.ABORTED, false, "the call was given up before it was sent");
    }

    /** Connections that are open now, idle ones included. */
    public int connectionsOpen() {
        return pool.open();
    }

    /** Cuts everything that is open. */
    @Override
    public void close() {
        pool.close();
        dialer.close();
        sweeping.cancel(false);
        if (ownLoops) loops.close();
    }

    private static Optional<Receiver.Head> awaitHead(Duration limit, Link link, Inbox inbox) {
        try {
            return inbox.awaitHead(limit);
        } catch (ClientError e) {
            cut(link, inbox);
            throw e;
        }
    }

    private static void cut(Link link, Inbox inbox) {
        inbox.close();
        link.abort(inbox);
    }
}
