package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writing end of an open stream; any thread may write, close or abort. A writer waits while the client does not
 * read, at most as long as {@link Limits#write}; then the connection is cut, so a stalled reader holds bounded memory
 * for bounded time.
 */
public final class Sink implements AutoCloseable {
    private final Connection connection;
    private final Duration patience;
    private final Runnable release;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Departure departure = new Departure();
    private boolean closed;

    /** @param release gives back the stream's place; run once, when it is over */
    Sink(Connection connection, Duration patience, Runnable release) {
        this.release = release;
        this.connection = connection;
        this.patience = patience;
    }

    /**
     * Writes one chunk and sends it off.
     *
     * @throws ServerError {@code GONE} when the stream is over, {@code STALLED} when the client did not read in time
     */
    public void write(byte[] chunk) {
        if (connection.onEventLoop()) throw new IllegalStateException("writing to a stream would block the event loop");
        lock.lock();
        try {
            awaitRoom();
            if (chunk.length > 0) connection.write(Unpooled.wrappedBuffer(framed(chunk)));
        } finally {
            lock.unlock();
        }
    }

    public boolean open() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Runs the callback on a virtual thread once the stream is over, for whatever reason; at once when it is already. */
    public void onClose(Runnable callback) {
        departure.then(callback);
    }

    /** Ends the stream in order: what was written still goes out. */
    @Override
    public void close() {
        if (shut()) connection.endStream();
    }

    /** Cuts the connection; the client sees an incomplete answer. */
    public void abort() {
        if (shut()) connection.cut();
    }

    /** The client has left. */
    void left() {
        shut();
    }

    /** The state of the channel has changed: waiting writers look again. */
    void wake() {
        lock.lock();
        try {
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean shut() {
        lock.lock();
        try {
            if (closed) return false;
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        release.run();
        departure.happen();
        return true;
    }

    private void awaitRoom() {
        long left = patience.toNanos();
        while (!closed && !connection.writable()) {
            if (left <= 0) {
                abort();
                throw new ServerError(ServerError.Code.STALLED, "the client has not read for " + patience);
            }
            try {
                left = room.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ServerError(ServerError.Code.GONE, "interrupted while the client was not reading");
            }
        }
        if (closed) throw new ServerError(ServerError.Code.GONE, "the stream is over");
    }

    private static byte[] framed(byte[] chunk) {
        var size = Integer.toHexString(chunk.length).getBytes(US_ASCII);
        var framed = new byte[size.length + chunk.length + 4];
        System.arraycopy(size, 0, framed, 0, size.length);
        framed[size.length] = '\r';
        framed[size.length + 1] = '\n';
        System.arraycopy(chunk, 0, framed, size.length + 2, chunk.length);
        framed[framed.length - 2] = '\r';
        framed[framed.length - 1] = '\n';
        return framed;
    }
}
