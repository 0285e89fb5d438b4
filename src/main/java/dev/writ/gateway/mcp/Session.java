package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.ServerError;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.McpLink;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A client's session, bound to the caller that opened it and to one server. The id says nothing about authority: every
 * request brings its credential, and every action is decided anew.
 */
final class Session implements AutoCloseable {
    private final String id;
    private final Caller.OfAgent caller;
    private final Name server;
    private final String version;
    private final Optional<McpLink> upstream;
    private final Map<Json, Cancellation> inFlight = new ConcurrentHashMap<>();
    private final AtomicReference<Optional<EventSink>> listener = new AtomicReference<>(Optional.empty());
    private volatile Instant lastUsed;
    private final Freshness definitions = new Freshness();
    private final Cancellation whileOpen = new Cancellation();
    private volatile Runnable unwatch = () -> {};

    /** @param upstream empty when the caller's authority has ended: the session is then only there to say so */
    Session(String id, Caller.OfAgent caller, Name server, String version, Optional<McpLink> upstream, Instant now) {
        this.id = id;
        this.caller = caller;
        this.server = server;
        this.version = version;
        this.upstream = upstream;
        this.lastUsed = now;
    }

    String id() {
        return id;
    }

    Caller.OfAgent caller() {
        return caller;
    }

    Name server() {
        return server;
    }

    String version() {
        return version;
    }

    Optional<McpLink> upstream() {
        return upstream;
    }

    boolean belongsTo(Caller.OfAgent other, Name route) {
        return caller.same(other) && server.equals(route);
    }

    void touch(Instant now) {
        lastUsed = now;
    }

    Instant lastUsed() {
        return lastUsed;
    }

    boolean idle() {
        return inFlight.isEmpty() && listener.get().isEmpty();
    }

    /** Counts a request in; empty when one with the same id is under way. */
    Optional<Cancellation> begin(Json requestId) {
        var cancellation = new Cancellation();
        return inFlight.putIfAbsent(requestId, cancellation) == null ? Optional.of(cancellation) : Optional.empty();
    }

    void end(Json requestId) {
        inFlight.remove(requestId);
        if (over() && inFlight.isEmpty()) closeUpstream();
    }

    void cancel(Json requestId) {
        var found = inFlight.get(requestId);
        if (found != null) found.cancel();
    }

    Freshness definitions() {
        return definitions;
    }

    /** What a call in this session needs to know of it. */
    Hop hop() {
        return new Hop(caller, server, upstream, definitions);
    }

    /** Ends with the session, for what is done in its name but not for a request. */
    Cancellation whileOpen() {
        return whileOpen;
    }

    /** Whether the server is let go of, and nothing more can be asked of it. */
    boolean over() {
        return whileOpen.cancelled();
    }

    /** Takes back what watches over this session when it ends. */
    void watchedBy(Runnable taken) {
        unwatch = taken;
    }

    /** Whether the server has ended its side: only a new session reaches it again. */
    boolean lost() {
        return upstream.filter(McpLink::lost).isPresent();
    }

    /**
     * Lets go of the server as soon as nothing is under way, which each call's own watch sees to; the session stays, to
     * tell its client why. Does not wait for the server: whoever revokes has more to do.
     */
    void letGo() {
        whileOpen.cancel();
        if (inFlight.isEmpty()) closeUpstream();
    }

    private void closeUpstream() {
        upstream.ifPresent(held -> Thread.ofVirtual().name("mcp-let-go").start(held::close));
    }

    /** Makes a stream the one that hears what the server says unasked; false when there is one already. */
    boolean listen(EventSink sink) {
        return listener.compareAndSet(Optional.empty(), Optional.of(sink));
    }

    void listenNoMore() {
        listener.set(Optional.empty());
    }

    /** Passes a server's notification on, when the client listens. */
    void tell(String method, Json.Obj params) {
        var message = Json.object().put("jsonrpc", "2.0").put("method", method);
        if (!params.members().isEmpty()) message.put("params", params);
        var text = message.build().text();
        listener.get().filter(EventSink::open).ifPresent(sink -> say(sink, text));
    }

    /** Says something to a client; one that has left, or does not listen, must not stop the server's reader. */
    static void say(EventSink sink, String text) {
        try {
            sink.send(text);
        } catch (ServerError e) {
            // The stream is over, and whoever waits for its end hears of it.
        }
    }

    @Override
    public void close() {
        unwatch.run();
        whileOpen.cancel();
        inFlight.values().forEach(Cancellation::cancel);
        listener.getAndSet(Optional.empty()).ifPresent(EventSink::close);
        upstream.ifPresent(McpLink::close);
    }
}
