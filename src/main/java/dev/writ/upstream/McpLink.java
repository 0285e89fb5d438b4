package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Permit;
import java.util.function.Consumer;

/**
 * A way to one MCP server, in the era that the server speaks. Every request takes a permit, is sent only when the permit
 * is still good and its digest fits the bytes, and is settled with guard whatever happens.
 */
public sealed interface McpLink extends AutoCloseable permits McpSession, StatelessLink, Unconnected {
    /** The revision that the server speaks with us. */
    String version();

    Json.Obj capabilities();

    /** What the server says of itself; a claim. */
    Json.Obj serverInfo();

    /** Whether there is a server behind it: what is listed is then compared with what was approved. */
    default boolean reaches() {
        return true;
    }

    /** Whether the server has ended its side; only a new link can reach it again. */
    boolean lost();

    /**
     * Sends the permitted request and waits for its answer.
     *
     * @param payload {@code method} and {@code params}: the very members that were judged
     */
    default Answer send(Permit permit, Json.Obj payload, Requester requester, Cancellation cancellation) {
        return Coming.awaited(then -> begin(permit, payload, requester, cancellation, then), cancellation);
    }

    /**
     * As send, without waiting where the link {@link #begins}.
     *
     * @param then told once, on the thread on which this was called or on the connection's event loop
     */
    void begin(
            Permit permit,
            Json.Obj payload,
            Requester requester,
            Cancellation cancellation,
            Consumer<Coming<Answer>> then);

    /** Whether requests can be begun on a thread that never waits. */
    boolean begins();

    /** Sends the permitted list request and follows the server's cursors to the end; the result holds all items. */
    Answer list(Permit permit, String method, String member, Cancellation cancellation);

    /** Tells the server that the client's roots have changed, where the era knows of it. */
    default void rootsChanged() {}

    @Override
    void close();
}
