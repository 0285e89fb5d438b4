package dev.writ.http.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that nobody waits for: the event loop collects its answer and tells the receiver once. Until it has a
 * connection it belongs to whoever connects it, from then on to the connection's event loop; only {@link #cancel} comes
 * from elsewhere.
 */
final class Attempt implements Receiver {
    private static final System.Logger LOG = System.getLogger(Attempt.class.getName());
    private static final byte[] NOTHING = {};

    private final HttpClient client;
    private final Call call;
    private final int bodyBytesMax;
    private final Consumer<Arrival> then;
    private final @Nullable EventLoop home;
    private final long endNanos;

    private int tries;
    private boolean sent;
    private boolean over;
    private @Nullable Head head;
    private byte[] body = NOTHING;
    private int size;

    private boolean cancelled;
    private @Nullable Place waiting;
    private @Nullable Link link;
    private @Nullable Exchange opened;

    /** @param home where the receiver is told; null for wherever the answer comes */
    Attempt(HttpClient client, Call call, int bodyBytesMax, Consumer<Arrival> then, @Nullable EventLoop home) {
        this.client = client;
        this.call = call;
        this.bodyBytesMax = bodyBytesMax;
        this.then = then;
        this.home = home;
        this.endNanos = System.nanoTime() + call.deadlines().total().toNanos();
    }

    Call call() {
        return call;
    }

    @Nullable
    EventLoop home() {
        return home;
    }

    /** How often a connection was taken for it, this time included. */
    int nextTry() {
        return ++tries;
    }

    /** Takes a connection; false when nobody wants it any more. */
    boolean on(Link taken) {
        synchronized (this) {
            if (!cancelled) {
                link = taken;
                return true;
            }
        }
        failed(new ClientError(ClientError.Code.ABORTED, false, "the call was cancelled"));
        return false;
    }

    /** A place among the connections is asked for in its name. */
    void waits(Place place) {
        boolean unwanted;
        synchronized (this) {
            waiting = place;
            unwanted = cancelled;
        }
        if (unwanted) place.cancel();
    }

    /** No connection could be had. */
    void failed(ClientError error) {
        tell(new Arrival.Failed(error));
    }

    void cancel() {
        Link current;
        Exchange stream;
        Place asked;
        synchronized (this) {
            cancelled = true;
            asked = waiting;
            current = link;
            stream = opened;
        }
        if (asked != null) asked.cancel();
        if (stream != null) stream.close();
        else if (current != null) current.abort(this);
    }

    // Event loop.

    @Override
    public void sending() {
        sent = true;
        due(call.deadlines().firstByte().toNanos());
    }

    @Override
    public void neverSent() {
        client.connect(this);
    }

    @Override
    public Receiver head(Head arrived, Link from) {
        if (Exchange.isEventStream(arrived.headers())) return opened(arrived, from);
        head = arrived;
        var length = arrived.headers().first("content-length");
        if (length.isPresent()) {
            if (Exchange.exceeds(length.get(), bodyBytesMax)) throw Exchange.tooLargeFor(bodyBytesMax);
            body = new byte[Math.min(Integer.parseInt(length.get()), 64 << 10)];
        }
        return this;
    }

    @Override
    public void chunk(ByteBuf chunk) {
        int count = chunk.readableBytes();
        if (count > bodyBytesMax - size) throw Exchange.tooLargeFor(bodyBytesMax);
        if (size + count > body.length)
            body = Arrays.copyOf(body, (int) Math.min(Math.max(body.length * 2L, size + count), bodyBytesMax));
        chunk.getBytes(chunk.readerIndex(), body, size, count);
        size += count;
        due(call.deadlines().idle().toNanos());
    }

    @Override
    public void detach() {
        var from = link;
        if (from != null) from.due(Link.NEVER);
    }

    @Override
    public void end() {
        var whole = head;
        var from = link;
        if (whole == null || from == null) throw new IllegalStateException("an answer without a head");
        tell(new Arrival.Whole(
                whole.status(),
                whole.headers(),
                size == body.length ? body : Arrays.copyOf(body, size),
                (InetSocketAddress) from.channel().remoteAddress()));
    }

    @Override
    public void fail(ClientError.Code code, String message) {
        tell(new Arrival.Failed(new ClientError(code, sent, message)));
    }

    @Override
    public void wake() {}

    private Receiver opened(Head arrived, Link from) {
        var inbox = new Inbox(from.channel(), endNanos);
        inbox.sending();
        inbox.head(arrived, from);
        var exchange = new Exchange(from, inbox, arrived, call.deadlines().idle());
        boolean unwanted;
        synchronized (this) {
            opened = exchange;
            unwanted = cancelled;
        }
        from.due(Link.NEVER);
        if (unwanted) exchange.close();
        tell(new Arrival.Opened(exchange));
        return inbox;
    }

    private void due(long inNanos) {
        var from = link;
        long now = System.nanoTime();
        if (from != null) from.due(now + Math.min(inNanos, endNanos - now));
    }

    /** Connecting and the event loop take turns, so this runs on one thread at a time. */
    private void tell(Arrival arrival) {
        if (over) return;
        over = true;
        if (home == null || home.inEventLoop()) {
            receive(arrival);
            return;
        }
        try {
            home.execute(() -> receive(arrival));
        } catch (RejectedExecutionException e) {
            // The loop has ended; the promise to tell has not.
            receive(arrival);
        }
    }

    private void receive(Arrival arrival) {
        try {
            then.accept(arrival);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the receiver of an answer failed", e);
            if (arrival instanceof Arrival.Opened(var exchange)) exchange.close();
        }
    }
}
