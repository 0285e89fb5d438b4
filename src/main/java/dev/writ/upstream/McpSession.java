package dev.writ.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * A session with one MCP server on behalf of one client session. Every request takes a permit, is sent only when the
 * permit is still good and its digest fits the bytes, and is settled with guard whatever happens.
 */
public final class McpSession implements McpLink {
    /** The revisions that we speak, oldest first. */
    public static final List<String> VERSIONS = List.of("2025-03-26", "2025-06-18", "2025-11-25");

    private static final String CLIENT_NAME = "writ";
    /** What a payload has, and sorts behind id and jsonrpc. */
    private static final Set<String> JUDGED = Set.of("method", "params");

    private static final String PROGRESS = "notifications/progress";
    private static final Set<String> RELAYED = Set.of(
            "notifications/resources/updated",
            "notifications/elicitation/complete",
            "notifications/tools/list_changed",
            "notifications/prompts/list_changed",
            "notifications/resources/list_changed");

    private final Guard guard;
    private final Presenting presenting;
    private final Settling settling;
    private final Wire wire;
    private final AtomicLong ids = new AtomicLong();
    private volatile Json.Obj initialized = Json.Obj.EMPTY;
    private volatile String version = "";
    private volatile Incoming incoming = Incoming.NOBODY;
    /** What the server was shown last: opened once, for as long as nothing of it changes. */
    private volatile Guard.Use.Go shown = Guard.Use.Go.BARE;

    private final ServerRequests requests;
    private final ServerRequests.Of ofNoCall = new ServerRequests.Of();
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param onClose runs once, when the session is closed from our side */
    McpSession(Guard guard, Presenting presenting, Wire wire, Consumer<McpSession> onClose) {
        this.guard = guard;
        this.presenting = presenting;
        this.settling = new Settling(guard);
        this.wire = wire;
        this.requests = new ServerRequests(guard, wire);
        this.onClose = () -> onClose.accept(this);
    }

    /** The handshake (MCP basic/lifecycle); {@code wanted} is the revision that the client asked for. */
    void initialize(String wanted, Showing showing, Incoming listener, Cancellation cancellation) {
        incoming = listener;
        var params = Json.object()
                .put("protocolVersion", wanted)
                .put("capabilities", listener.capabilities())
                .put(
                        "clientInfo",
                        Json.object()
                                .put("name", CLIENT_NAME)
                                .put("version", "0.1.0")
                                .build())
                .build();
        var answer = exchange("initialize", Optional.of(params), showing, Requester.SILENT, cancellation);
        var result = answer.object("result")
                .orElseThrow(() -> new UpstreamError(true, "the server refuses to initialize a session"));
        version = result.string("protocolVersion")
                .filter(VERSIONS::contains)
                .orElseThrow(() -> new UpstreamError(true, "the server offers no revision of MCP that we speak"));
        initialized = result;
        wire.send(message("notifications/initialized", Json.Obj.EMPTY));
        wire.ready(version, this::unasked);
    }

    @Override
    public boolean lost() {
        return wire.lost();
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public Json.Obj capabilities() {
        return initialized.object("capabilities").orElse(Json.Obj.EMPTY);
    }

    @Override
    public Json.Obj serverInfo() {
        return initialized.object("serverInfo").orElse(Json.Obj.EMPTY);
    }

    @Override
    public boolean begins() {
        return wire.begins();
    }

    @Override
    public void begin(
            Permit permit,
            Json.Obj payload,
            Requester requester,
            Cancellation cancellation,
            Consumer<Coming<Answer>> then) {
        var bytes = Canonical.bytes(payload);
        if (!Digest.of(bytes).equals(permit.payload()))
            throw new IllegalArgumentException("these are not the permitted bytes");
        LongFunction<byte[]> request = id -> request(id, payload, bytes, requester);
        if (!presenting.atHand(permit)) {
            then.accept(new Coming<>(
                    true,
                    () -> under(
                            permit,
                            bytes.length,
                            cancellation,
                            showing -> Coming.awaited(
                                    taken -> begin(request, showing, requester, cancellation, taken), cancellation))));
            return;
        }
        switch (guard.useAgain(permit, shown)) {
            case Guard.Use.Stop(var reason) -> {
                var stopped = settling.stopped(permit, wire.peer(), reason);
                then.accept(new Coming<>(false, () -> stopped));
            }
            case Guard.Use.Go go ->
                settling.begun(
                        permit,
                        wire.peer(),
                        bytes.length,
                        () -> begin(
                                request,
                                showing(go),
                                requester,
                                cancellation,
                                coming -> then.accept(new Coming<>(
                                        coming.waits(),
                                        () -> settling.settled(
                                                permit, wire.peer(), bytes.length, cancellation, coming.source())))));
        }
    }

    private Showing showing(Guard.Use.Go go) {
        shown = go;
        return presenting.showing(go);
    }

    /** Sends under a permit for which a token may have to be got, or got once more: on a thread that may wait. */
    private Answer under(Permit permit, long bytes, Cancellation cancellation, Presenting.Sending<Json.Obj> sending) {
        var unprepared = presenting.prepare(permit);
        if (unprepared.isPresent()) return settling.unprepared(permit, wire.peer(), unprepared.get());
        return switch (guard.useAgain(permit, shown)) {
            case Guard.Use.Stop(var reason) -> settling.stopped(permit, wire.peer(), reason);
            case Guard.Use.Go go -> {
                shown = go;
                yield settling.settled(
                        permit, wire.peer(), bytes, cancellation, () -> presenting.sent(permit, go, sending));
            }
        };
    }

    @Override
    public Answer list(Permit permit, String method, String member, Cancellation cancellation) {
        return under(
                permit,
                0,
                cancellation,
                showing -> Pages.all(member, params -> exchange(method, params, showing, ofSession(), cancellation)));
    }

    /** For what is asked in the session's own name: whatever the server says meanwhile is said to the session. */
    private Requester ofSession() {
        return new Requester(false, false, Json.Obj.EMPTY, Optional.empty(), incoming);
    }

    private Json.Obj exchange(
            String method, Optional<Json.Obj> params, Showing showing, Requester requester, Cancellation cancellation) {
        return Coming.awaited(
                then -> begin(id -> request(id, method, params, requester), showing, requester, cancellation, then),
                cancellation);
    }

    /** @param request writes the message under the id that it gets */
    private void begin(
            LongFunction<byte[]> request,
            Showing showing,
            Requester requester,
            Cancellation cancellation,
            Consumer<Coming<Json.Obj>> then) {
        if (cancellation.cancelled()) {
            then.accept(Coming.failed(new UpstreamError(false, "it was cancelled before it was sent")));
            return;
        }
        long id = ids.incrementAndGet();
        var message = request.apply(id);
        var meanwhile = new During(id, requester);
        // Telling the server must not hold up whoever cancels: revocation, say, with more to cut.
        var cancelling =
                cancellation.then(() -> Thread.ofVirtual().name("mcp-cancel").start(() -> cancel(id)));
        wire.begin(
                id,
                message,
                showing,
                meanwhile,
                cancellation,
                coming -> then.accept(coming.then(() -> {
                    cancelling.close();
                    meanwhile.close();
                })));
    }

    private static byte[] request(long id, String method, Optional<Json.Obj> params, Requester requester) {
        var request = Json.object().put("jsonrpc", "2.0").put("id", id).put("method", method);
        boolean progress = requester.progress();
        // Arguments go out in canonical form: what was judged and digested is what is sent.
        if (params.isPresent() || progress)
            request.put("params", progress ? withToken(params.orElse(Json.Obj.EMPTY), id) : params.orElseThrow());
        return Canonical.bytes(request.build());
    }

    /** Where nothing is added, the very bytes that were judged go out behind what is ours: id, jsonrpc, method, params. */
    private static byte[] request(long id, Json.Obj payload, byte[] canonical, Requester requester) {
        if (requester.progress() || !JUDGED.containsAll(payload.members().keySet()))
            return request(id, payload.string("method").orElseThrow(), payload.object("params"), requester);
        var ours = ("{\"id\":" + id + ",\"jsonrpc\":\"2.0\",").getBytes(US_ASCII);
        var message = Arrays.copyOf(ours, ours.length + canonical.length - 1);
        System.arraycopy(canonical, 1, message, ours.length, canonical.length - 1);
        return message;
    }

    private static Json.Obj withToken(Json.Obj params, long id) {
        var meta = new LinkedHashMap<>(
                params.object("_meta").orElse(Json.Obj.EMPTY).members());
        meta.put("progressToken", Json.of(id));
        return params.with("_meta", new Json.Obj(meta));
    }

    private void cancel(long id) {
        try {
            wire.send(message(
                    "notifications/cancelled",
                    Json.object().put("requestId", id).build()));
        } catch (UpstreamError e) {
            // The server will find out by the closed connection.
        }
    }

    /** What the server says while it answers one call. */
    private final class During implements Wire.Meanwhile, AutoCloseable {
        private final long id;
        private final Requester requester;
        private final ServerRequests.Of asked = new ServerRequests.Of();

        During(long id, Requester requester) {
            this.id = id;
            this.requester = requester;
        }

        @Override
        public void message(Json.Obj message) {
            told(message, requester.told(), asked, params -> progress(params));
        }

        /** Only under this call's own token; another one belongs to another call, or to nobody. */
        private void progress(Json.Obj params) {
            if (requester.progress() && params.get("progressToken").equals(Optional.of(Json.of(id))))
                requester.told().notification(PROGRESS, params);
        }

        @Override
        public void paused(Duration retry) {
            requester.told().paused(retry);
        }

        @Override
        public boolean waiting() {
            return asked.waiting();
        }

        @Override
        public void close() {
            asked.close();
        }
    }

    /** What comes outside of calls. */
    private void unasked(Json.Obj message) {
        try {
            told(message, incoming, ofNoCall, _ -> {});
        } catch (UpstreamError e) {
            // An answer to a ping that cannot be sent: the next call will tell.
        }
    }

    private void told(Json.Obj message, Incoming told, ServerRequests.Of call, Consumer<Json.Obj> progress) {
        var method = message.string("method");
        // An answer that nobody waits for is dropped: to a cancelled call, or unsolicited.
        if (method.isEmpty()) return;
        var params = message.object("params").orElse(Json.Obj.EMPTY);
        if (message.get("id").isPresent()) {
            ServerRequests.id(message).ifPresent(id -> requests.take(id, method.get(), params, told, call));
            return;
        }
        switch (method.get()) {
            case PROGRESS -> progress.accept(params);
            case "notifications/cancelled" -> params.get("requestId").ifPresent(requests::cancelled);
            // What the server logs belongs to the call during which it does.
            case "notifications/message" -> told.notification(method.get(), params);
            default -> {
                if (RELAYED.contains(method.get())) incoming.notification(method.get(), params);
            }
        }
    }

    /** The client's roots have changed; whoever wants to know asks for them. */
    @Override
    public void rootsChanged() {
        try {
            wire.send(message("notifications/roots/list_changed", Json.Obj.EMPTY));
        } catch (UpstreamError e) {
            // The next call will tell.
        }
    }

    private static byte[] message(String method, Json.Obj params) {
        var message = Json.object().put("jsonrpc", "2.0").put("method", method);
        if (!params.members().isEmpty()) message.put("params", params);
        return Canonical.bytes(message.build());
    }

    /** Ends the session and, for a stdio server, its process. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        requests.close();
        onClose.run();
        wire.close();
    }
}
