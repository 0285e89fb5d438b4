package dev.writ.http.client;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sends calls and waits for their answers; meant for virtual threads. */
public final class HttpClient implements AutoCloseable {
    private static final int STALE_TRIES_MAX = 3;
    private static final long SWEEP_SECONDS = 5;

    private final Destinations destinations;
    private final EventLoopGroup loops;
    private final Pool pool;
    private final Dialer dialer;

    private HttpClient(Settings settings) {
        this.destinations = settings.destinations();
        this.pool = new Pool(settings.connectionsMax(), settings.keep());
        this.loops = new MultiThreadIoEventLoopGroup(
                settings.threads(),
                new DefaultThreadFactory("http-client", true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.dialer = new Dialer(loops, pool, settings.trust());
        var _ = loops.scheduleAtFixedRate(pool::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    public static HttpClient start(Settings settings) {
        return new HttpClient(settings);
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
        long until = System.nanoTime() + call.deadlines().total().toNanos();
        var rules = call.destinations().orElse(destinations);
        for (int attempt = 1; ; attempt++) {
            var pooled = attempt > STALE_TRIES_MAX ? null : pool.take(call.url().origin(), rules);
            var link = pooled == null
                    ? dialer.dial(call.url(), rules, call.deadlines().connect())
                    : pooled;
            var inbox = new Inbox(link.channel(), until);
            link.send(call, inbox);
            started.accept(() -> cut(link, inbox));
            var head = awaitHead(call.deadlines().firstByte(), link, inbox);
            if (head.isPresent())
                return new Exchange(link, inbox, head.get(), call.deadlines().idle());
            if (pooled == null)
                throw new ClientError(ClientError.Code.PEER_CLOSED, false, "the peer closed the connection at once");
        }
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
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private static java.util.Optional<Inbox.Head> awaitHead(Duration limit, Link link, Inbox inbox) {
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
