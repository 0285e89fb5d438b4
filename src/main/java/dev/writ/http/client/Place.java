package dev.writ.http.client;

import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A place among the connections of a client, or the wait for one; whoever comes first gets the first that is free. */
final class Place {
    private final Url.Origin origin;
    private final Destinations rules;
    private final @Nullable EventLoop home;
    private final long untilNanos;
    private final CompletableFuture<Optional<Link>> granted = new CompletableFuture<>();
    private volatile boolean cancelled;

    Place(Url.Origin origin, Destinations rules, @Nullable EventLoop home, long untilNanos) {
        this.origin = origin;
        this.rules = rules;
        this.home = home;
        this.untilNanos = untilNanos;
    }

    /** A connection that somebody has left, or the right to open one; a {@link ClientError} when neither came. */
    CompletableFuture<Optional<Link>> granted() {
        return granted;
    }

    /** Waits for {@link #granted}; for virtual threads. */
    Optional<Link> await() {
        try {
            return granted.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClientError known) throw known;
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
            throw new ClientError(ClientError.Code.ABORTED, false, "interrupted while waiting for a connection");
        }
    }

    /** Nobody waits any more; what was granted already is not to be used. */
    void cancel() {
        cancelled = true;
        fail(ClientError.Code.ABORTED, "the call was given up before it had a connection");
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Whether a connection that becomes free is one that this call may take. */
    boolean fits(Link link) {
        return link.origin().equals(origin)
                && link.channel().isActive()
                && (home == null || home.equals(link.channel().eventLoop()))
                && rules.permits(link.address());
    }

    boolean over() {
        return granted.isDone();
    }

    boolean due(long nowNanos) {
        return untilNanos - nowNanos <= 0;
    }

    /** False when nobody waits for it any more. */
    boolean grant(Optional<Link> link) {
        return granted.complete(link);
    }

    void fail(ClientError.Code code, String why) {
        granted.completeExceptionally(new ClientError(code, false, why));
    }
}
