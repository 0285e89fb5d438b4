package dev.writ.http.client;

import dev.writ.base.NeverWaits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the event loop leaves an answer and a blocking reader takes it. Bounded: while the reader lags, the connection
 * is not read and the peer must wait.
 */
final class Inbox implements Receiver {
    private static final int BYTES_HIGH = 256 << 10;
    private static final int BYTES_LOW = 64 << 10;

    private final Channel channel;
    private final long endNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Queue<byte[]> chunks = new ArrayDeque<>();
    private int bytes;
    private boolean paused;
    private boolean sent;
    private boolean notSent;
    private boolean ended;
    private @Nullable Head head;
    private @Nullable ClientError failure;

    /** @param endNanos when the whole exchange must be over, in {@link System#nanoTime} */
    Inbox(Channel channel, long endNanos) {
        this.channel = channel;
        this.endNanos = endNanos;
    }

    // Event loop. What comes with one read of the socket is told to the reader at once, by wake(): a reader that woke
    // for the head alone would go to sleep again before the body is there, and each time costs two switches.

    @Override
    public void wake() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sending() {
        change(() -> sent = true);
    }

    @Override
    public void neverSent() {
        update(() -> notSent = true);
    }

    @Override
    public Receiver head(Head arrived, Link link) {
        change(() -> head = arrived);
        return this;
    }

    @Override
    public void chunk(ByteBuf piece) {
        var chunk = ByteBufUtil.getBytes(piece);
        change(() -> {
            if (failure != null) return;
            chunks.add(chunk);
            bytes += chunk.length;
            if (bytes >= BYTES_HIGH && !paused) {
                paused = true;
                channel.config().setAutoRead(false);
            }
        });
    }

    @Override
    public void detach() {
        change(() -> paused = false);
    }

    @Override
    public void end() {
        change(() -> ended = true);
    }

    // Any thread.

    /** Ends the exchange for its reader, at once and for good; what came after the failure is dropped. */
    @Override
    public void fail(ClientError.Code code, String message) {
        update(() -> {
            if (failure == null && !ended) failure = new ClientError(code, sent, message);
        });
    }

    /** The reader lets go: nothing waits any more, not even what has arrived. */
    void close() {
        update(() -> {
            if (failure == null) failure = new ClientError(ClientError.Code.ABORTED, sent, "the exchange was closed");
            chunks.clear();
        });
    }

    boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    // Reader.

    /** The head of the answer; empty when the request was never sent. */
    Optional<Head> awaitHead(Duration limit) {
        lock.lock();
        try {
            await(limit, "the head of the answer", () -> head != null || notSent);
            return Optional.ofNullable(head);
        } finally {
            lock.unlock();
        }
    }

    /** The next piece of the body; empty at its end. */
    Optional<byte[]> take(Duration limit) {
        lock.lock();
        try {
            await(limit, "more of the answer", () -> !chunks.isEmpty() || ended);
            var chunk = chunks.poll();
            if (chunk == null) return Optional.empty();
            bytes -= chunk.length;
            if (paused && bytes <= BYTES_LOW) {
                paused = false;
                channel.config().setAutoRead(true);
            }
            return Optional.of(chunk);
        } finally {
            lock.unlock();
        }
    }

    private void await(Duration limit, String what, java.util.function.BooleanSupplier there) {
        NeverWaits.refuse(what);
        long until = Math.min(System.nanoTime() + limit.toNanos() - endNanos, 0) + endNanos;
        while (true) {
            // What has arrived is handed out before a failure, unless the reader itself has closed.
            if (failure != null && (failure.code() == ClientError.Code.ABORTED || !there.getAsBoolean())) throw failure;
            if (there.getAsBoolean()) return;
            long left = until - System.nanoTime();
            if (left <= 0) throw new ClientError(ClientError.Code.TIMED_OUT, sent, "waited too long for " + what);
            try {
                var _ = news.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClientError(ClientError.Code.ABORTED, sent, "interrupted while waiting for " + what);
            }
        }
    }

    private void update(Runnable change) {
        change(change);
        wake();
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
