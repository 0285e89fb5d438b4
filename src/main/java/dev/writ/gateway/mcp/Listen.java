package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.ServerError;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Revision;
import dev.writ.upstream.StatelessLink;
import dev.writ.upstream.Upstreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One open subscription of a client, to one server or several: acknowledges first, tells what is wanted and nothing else,
 * under the client's own id. It also tells when what the caller may see of the tools has changed without the server:
 * policy, pins, scope. Runs on the stream's own thread until the client leaves, the servers have ended it, or the caller
 * loses authority. Of several servers one that ends its part is told of as a change of the lists.
 */
final class Listen {
    static final int UNTOLD_MAX = 1_000;
    static final Duration LOOKED_EVERY = Duration.ofSeconds(1);
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(10);
    private static final int ALIVE_EVERY = 15;

    private final Guard guard;
    private final Upstreams upstreams;
    private final Json id;
    private final List<ListenPart> parts;
    private final Supplier<List<Name>> servers;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(UNTOLD_MAX);
    private final Cancellation over = new Cancellation();
    private volatile boolean graceful;

    private sealed interface Event {
        record Said(ListenPart part, String method, Json.Obj params) implements Event {}

        /** A server's part of it has come to an end, or never begun. */
        record Ended(ListenPart part, boolean taken, boolean graceful) implements Event {}

        record Woken() implements Event {}
    }

    /** @param servers which there are for the caller, where there can be others than those of the parts */
    Listen(Guard guard, Upstreams upstreams, Json id, List<ListenPart> parts, Supplier<List<Name>> servers) {
        this.guard = guard;
        this.upstreams = upstreams;
        this.id = id;
        this.parts = parts;
        this.servers = servers;
    }

    void run(EventSink sink) {
        var taken = new ArrayList<Runnable>();
        sink.onClose(() -> finish(false));
        try {
            // Whoever revokes does not wait: the stream's own thread says farewell.
            for (var part : parts)
                taken.add(guard.watch(part.hop().caller(), part.hop().server(), () -> ended(part, true)));
            var early = opened();
            for (var part : parts)
                part.link()
                        .ifPresent(open ->
                                taken.add(open.changes().listen((method, params) -> said(part, method, params))));
            say(
                    sink,
                    Revision.ACKNOWLEDGED,
                    Json.object().put("notifications", honoured().json()).build());
            if (parts.stream().allMatch(part -> part.link().isEmpty())) finish(true);
            for (var event : early) tell(sink, event);
            tell(sink);
            if (graceful) sink.send(farewell().text());
        } catch (ServerError e) {
            // The client has left, or does not read: there is nobody to tell.
        } finally {
            taken.forEach(Runnable::run);
            over.cancel();
            for (var part : parts) part.over().cancel();
        }
    }

    private void finish(boolean gracefully) {
        graceful |= gracefully;
        over.cancel();
        var _ = events.offer(new Event.Woken());
    }

    /** From here on nothing of this server is told; without any server it is over. */
    private void ended(ListenPart part, boolean gracefully) {
        part.over().cancel();
        if (parts.stream().allMatch(one -> one.over().cancelled())) finish(gracefully);
    }

    private Filter honoured() {
        return parts.stream().map(ListenPart::told).reduce(Filter.NOTHING, Filter::or);
    }

    /**
     * Subscribes with the servers, where they have something to tell, and has each part know what is honoured.
     *
     * @return what was said meanwhile, and is to be told after the acknowledgement
     */
    private List<Event> opened() {
        var asked = new ArrayList<ListenPart>();
        for (var part : parts) if (begun(part)) asked.add(part);
        var early = new ArrayList<Event>();
        long until = System.nanoTime() + ACKNOWLEDGED_WITHIN.toNanos();
        while (!asked.isEmpty() && !over.cancelled()) {
            switch (next(Duration.ofNanos(Math.max(1, until - System.nanoTime())))) {
                case Event.Said(var part, var method, var params)
                when method.equals(Revision.ACKNOWLEDGED) -> {
                    if (asked.remove(part)) part.heard(part.honoured(Filter.acknowledged(params)));
                }
                case Event.Ended(var part, var _, var _) -> {
                    if (asked.remove(part)) part.heard(part.honoured(Filter.NOTHING));
                }
                case Event.Said said when early.size() < UNTOLD_MAX && !asked.contains(said.part()) -> early.add(said);
                case Event.Said _ -> {}
                case Event.Woken _ -> {
                    if (System.nanoTime() < until) continue;
                    for (var part : asked) part.heard(part.honoured(Filter.NOTHING));
                    asked.clear();
                }
            }
        }
        return early;
    }

    /** Whether the server has to acknowledge before it is known what is honoured. */
    private boolean begun(ListenPart part) {
        if (part.link().isEmpty()) return false;
        var permit = part.decided().permit().orElseThrow();
        if (!part.decided().filter().empty() && part.link().get().upstream() instanceof StatelessLink server) {
            Thread.ofVirtual().name("mcp-listen").start(() -> listen(server, part, permit));
            return true;
        }
        // A server with sessions has its stream open already: what it says comes to all who listen.
        if (upstreams.known(permit, part.link().get().upstream()) instanceof Upstreams.Opened.Open)
            part.heard(part.decided().filter());
        return false;
    }

    private void listen(StatelessLink server, ListenPart part, Permit permit) {
        var decided = part.decided();
        var heard = server.listen(
                permit, decided.uris(), decided.payload(), (method, params) -> said(part, method, params), part.over());
        var ended =
                switch (heard) {
                    case StatelessLink.Heard.Ended(var gracefully) -> new Event.Ended(part, true, gracefully);
                    case StatelessLink.Heard.NotTaken _, StatelessLink.Heard.Stopped _ ->
                        new Event.Ended(part, false, false);
                };
        if (!events.offer(ended)) finish(false);
    }

    private void said(ListenPart part, String method, Json.Obj params) {
        // At once: no call goes out before the comparison, whoever makes it.
        if (method.equals("notifications/tools/list_changed"))
            part.hop().definitions().stale();
        // A client that does not read what it asked for has to ask again.
        if (!events.offer(new Event.Said(part, method, params))) finish(false);
    }

    private void tell(EventSink sink) {
        var shown = shown();
        for (int look = 1; !over.cancelled(); look++) {
            var event = next(LOOKED_EVERY);
            tell(sink, event);
            if (!(event instanceof Event.Woken)) continue;
            if (over.cancelled()) return;
            var now = shown();
            if (barred()) finish(true);
            else if (!now.equals(shown)) say(sink, "notifications/tools/list_changed", Json.Obj.EMPTY);
            shown = now;
            if (look % ALIVE_EVERY == 0) sink.keepAlive();
        }
    }

    private void tell(EventSink sink, Event event) {
        switch (event) {
            case Event.Said(var part, var method, var params) -> {
                if (!over.cancelled()
                        && !part.over().cancelled()
                        && part.heard().wants(method, params)
                        && readable(part, method, params)) say(sink, method, part.shown(params));
            }
            case Event.Ended(var part, var taken, var gracefully) -> {
                if (!taken) return;
                ended(part, gracefully);
                if (barred()) finish(true);
                else if (!over.cancelled()) gone(sink, part);
            }
            case Event.Woken _ -> {}
        }
    }

    /** Whether the caller may do nothing any more: then there is the farewell, and nothing else. */
    private boolean barred() {
        return parts.stream()
                .anyMatch(part -> guard.barred(part.hop().caller(), part.hop().server())
                        .filter(reason -> !(reason instanceof Refusal.Absent))
                        .isPresent());
    }

    /** What a server had is in no list any more; that of the tools is looked at anyhow. */
    private void gone(EventSink sink, ListenPart part) {
        if (part.heard().prompts()) say(sink, "notifications/prompts/list_changed", Json.Obj.EMPTY);
        if (part.heard().resources()) say(sink, "notifications/resources/list_changed", Json.Obj.EMPTY);
    }

    /** What is seen of the tools: for each server, and which there are. */
    private List<Object> shown() {
        var all = new ArrayList<Object>();
        for (var part : parts)
            if (part.heard().tools() && !part.over().cancelled())
                all.add(guard.toolsShown(part.hop().caller(), part.hop().server()));
        if (honoured().tools()) all.addAll(servers.get());
        return all;
    }

    /** Policy may have changed since the subscription was decided. */
    private boolean readable(ListenPart part, String method, Json.Obj params) {
        return !method.equals("notifications/resources/updated")
                || guard.resourceShown(
                        part.hop().caller(),
                        part.hop().server(),
                        params.string("uri").orElse(""));
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
