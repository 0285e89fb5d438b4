package dev.writ.gateway.mcp;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.ServerError;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.McpSession;
import dev.writ.upstream.Revision;
import dev.writ.upstream.StatelessLink;
import dev.writ.upstream.Unconnected;
import dev.writ.upstream.Upstreams;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One open subscription of a client: acknowledges first, tells what is wanted and nothing else, under the client's own
 * id. It also tells when what the caller may see of the tools has changed without the server: policy, pins, scope. Runs
 * on the stream's own thread until the client leaves, the server ends it, or the caller loses authority.
 */
final class Listen {
    static final int UNTOLD_MAX = 1_000;
    static final Duration LOOKED_EVERY = Duration.ofSeconds(1);
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(10);
    private static final int ALIVE_EVERY = 15;

    private final Guard guard;
    private final Upstreams upstreams;
    private final Json id;
    private final Hop hop;
    private final Optional<OpenLink> link;
    private final Listens.Decided.Yes decided;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(UNTOLD_MAX);
    private final Cancellation over = new Cancellation();
    private volatile boolean graceful;

    private sealed interface Event {
        record Said(String method, Json.Obj params) implements Event {}

        /** The server's part of it has come to an end, or never begun. */
        record Ended(boolean taken, boolean graceful) implements Event {}

        record Woken() implements Event {}
    }

    Listen(Guard guard, Upstreams upstreams, Json id, Hop hop, Optional<OpenLink> link, Listens.Decided.Yes decided) {
        this.guard = guard;
        this.upstreams = upstreams;
        this.id = id;
        this.hop = hop;
        this.link = link;
        this.decided = decided;
    }

    void run(EventSink sink) {
        // Whoever revokes does not wait: the stream's own thread says farewell.
        var watching = guard.watch(hop.caller(), hop.server(), () -> finish(true));
        sink.onClose(() -> finish(false));
        Runnable unlisten = () -> {};
        try {
            var heard = link.isPresent() ? opened(link.get()) : nothing();
            unlisten = link.map(open -> open.changes().listen(this::said)).orElse(unlisten);
            say(
                    sink,
                    Revision.ACKNOWLEDGED,
                    Json.object().put("notifications", heard.json()).build());
            if (link.isEmpty()) finish(true);
            tell(sink, heard);
            if (graceful) sink.send(farewell().text());
        } catch (ServerError e) {
            // The client has left, or does not read: there is nobody to tell.
        } finally {
            unlisten.run();
            watching.run();
            over.cancel();
        }
    }

    private void finish(boolean gracefully) {
        graceful |= gracefully;
        over.cancel();
        var _ = events.offer(new Event.Woken());
    }

    private static Filter nothing() {
        return new Filter(false, false, false, java.util.Set.of());
    }

    /** Subscribes with the server, where it has something to tell, and answers with what is honoured. */
    private Filter opened(OpenLink open) {
        var wanted = decided.filter();
        var permit = decided.permit().orElseThrow();
        if (wanted.empty()) return settled(permit, open);
        return switch (open.upstream()) {
            case McpSession _, Unconnected _ -> settled(permit, open);
            case StatelessLink server -> {
                Thread.ofVirtual().name("mcp-listen").start(() -> listen(server, permit));
                var honoured = acknowledged();
                yield new Filter(
                        wanted.tools(),
                        wanted.prompts() && honoured.prompts(),
                        wanted.resources() && honoured.resources(),
                        wanted.and(honoured).uris());
            }
        };
    }

    /** A server with sessions has its stream open already: what it says comes to all who listen. */
    private Filter settled(Permit permit, OpenLink open) {
        return upstreams.known(permit, open.upstream()) instanceof Upstreams.Opened.Open ? decided.filter() : nothing();
    }

    private void listen(StatelessLink server, Permit permit) {
        var heard = server.listen(permit, decided.uris(), decided.payload(), this::said, over);
        var ended =
                switch (heard) {
                    case StatelessLink.Heard.Ended(var gracefully) -> new Event.Ended(true, gracefully);
                    case StatelessLink.Heard.NotTaken _, StatelessLink.Heard.Stopped _ -> new Event.Ended(false, false);
                };
        if (!events.offer(ended)) finish(false);
    }

    /** What the server honours; nothing, when it does not take the subscription or says nothing in time. */
    private Filter acknowledged() {
        long until = System.nanoTime() + ACKNOWLEDGED_WITHIN.toNanos();
        while (!over.cancelled()) {
            switch (next(Duration.ofNanos(Math.max(1, until - System.nanoTime())))) {
                case Event.Said(var method, var params)
                when method.equals(Revision.ACKNOWLEDGED) -> {
                    return Filter.acknowledged(params);
                }
                case Event.Ended _ -> {
                    return nothing();
                }
                case Event.Said _ -> {}
                case Event.Woken _ -> {
                    if (System.nanoTime() >= until) return nothing();
                }
            }
        }
        return nothing();
    }

    private void said(String method, Json.Obj params) {
        // At once: no call goes out before the comparison, whoever makes it.
        if (method.equals("notifications/tools/list_changed")) hop.definitions().stale();
        // A client that does not read what it asked for has to ask again.
        if (!events.offer(new Event.Said(method, params))) finish(false);
    }

    private void tell(EventSink sink, Filter heard) {
        var shown = shown(heard);
        for (int look = 1; !over.cancelled(); look++) {
            switch (next(LOOKED_EVERY)) {
                case Event.Said(var method, var params) -> {
                    if (heard.wants(method, params) && readable(method, params)) say(sink, method, params);
                }
                case Event.Ended(var taken, var gracefully) -> {
                    if (taken) finish(gracefully);
                }
                case Event.Woken _ -> {
                    if (over.cancelled()) return;
                    var now = shown(heard);
                    if (!now.equals(shown)) say(sink, "notifications/tools/list_changed", Json.Obj.EMPTY);
                    shown = now;
                    if (look % ALIVE_EVERY == 0) sink.keepAlive();
                }
            }
        }
    }

    private Optional<Digest> shown(Filter heard) {
        return heard.tools() ? Optional.of(guard.toolsShown(hop.caller(), hop.server())) : Optional.empty();
    }

    /** Policy may have changed since the subscription was decided. */
    private boolean readable(String method, Json.Obj params) {
        return !method.equals("notifications/resources/updated")
                || guard.resourceShown(
                        hop.caller(), hop.server(), params.string("uri").orElse(""));
    }

    private void say(EventSink sink, String method, Json.Obj params) {
        var meta = new LinkedHashMap<>(
                params.object("_meta").orElse(Json.Obj.EMPTY).members());
        meta.put(Revision.SUBSCRIPTION, id);
        var message = Json.object()
                .put("jsonrpc", "2.0")
                .put("method", method)
                .put("params", params.with("_meta", new Json.Obj(meta)))
                .build();
        sink.send(message.text());
    }

    private Json.Obj farewell() {
        var result = Json.object()
                .put("resultType", "complete")
                .put("_meta", Json.object().put(Revision.SUBSCRIPTION, id).build())
                .build();
        return RpcError.result(id, result);
    }

    private Event next(Duration wait) {
        try {
            var event = events.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
            return event == null ? new Event.Woken() : event;
        } catch (InterruptedException e) {
            finish(false);
            Thread.currentThread().interrupt();
            return new Event.Woken();
        }
    }
}
