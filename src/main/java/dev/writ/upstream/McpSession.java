package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A session with one MCP server on behalf of one client session. Every request takes a permit, is sent only when the
 * permit is still good and its digest fits the bytes, and is settled with guard whatever happens.
 */
public final class McpSession implements McpLink {
    /** The revisions that we speak, oldest first. */
    public static final List<String> VERSIONS = List.of("2025-03-26", "2025-06-18", "2025-11-25");

    private static final String CLIENT_NAME = "writ";
    private static final String PROGRESS = "notifications/progress";
    private static final Set<String> RELAYED = Set.of(
            "notifications/message",
            "notifications/resources/updated",
            "notifications/tools/list_changed",
            "notifications/prompts/list_changed",
            "notifications/resources/list_changed");

    private final Guard guard;
    private final Settling settling;
    private final Wire wire;
    private final AtomicLong ids = new AtomicLong();
    private volatile Json.Obj initialized = Json.Obj.EMPTY;
    private volatile String version = "";
    private volatile Incoming incoming = Incoming.NOBODY;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param onClose runs once, when the session is closed from our side */
    McpSession(Guard guard, Wire wire, Consumer<McpSession> onClose) {
        this.guard = guard;
        this.settling = new Settling(guard);
        this.wire = wire;
        this.onClose = () -> onClose.accept(this);
    }

    /** The handshake (MCP basic/lifecycle); {@code wanted} is the revision that the client asked for. */
    void initialize(String wanted, Incoming listener, Cancellation cancellation) {
        incoming = listener;
        var params = Json.object()
                .put("protocolVersion", wanted)
                .put("capabilities", Json.Obj.EMPTY)
                .put(
                        "clientInfo",
                        Json.object()
                                .put("name", CLIENT_NAME)
                                .put("version", "0.1.0")
                                .build())
                .build();
        var answer = exchange("initialize", Optional.of(params), _ -> {}, false, cancellation);
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
    public Answer send(Permit permit, Json.Obj payload, Requester requester, Cancellation cancellation) {
        var bytes = Canonical.bytes(payload);
        if (!Digest.of(bytes).equals(permit.payload()))
            throw new IllegalArgumentException("these are not the permitted bytes");
        if (guard.use(permit) instanceof Guard.Use.Stop(var reason))
            return settling.stopped(permit, wire.peer(), reason);
        return settling.settled(permit, wire.peer(), bytes.length, cancellation, () -> {
            var params = payload.object("params");
            return exchange(
                    payload.string("method").orElseThrow(),
                    params,
                    message -> meanwhile(message, requester),
                    requester.progress(),
                    cancellation);
        });
    }

    @Override
    public Answer list(Permit permit, String method, String member, Cancellation cancellation) {
        if (guard.use(permit) instanceof Guard.Use.Stop(var reason))
            return settling.stopped(permit, wire.peer(), reason);
        return settling.settled(
                permit,
                wire.peer(),
                0,
                cancellation,
                () -> Pages.all(member, params -> exchange(method, params, this::unasked, false, cancellation)));
    }

    private Json.Obj exchange(
            String method,
            Optional<Json.Obj> params,
            Wire.Meanwhile meanwhile,
            boolean wantsProgress,
            Cancellation cancellation) {
        if (cancellation.cancelled()) throw new UpstreamError(false, "it was cancelled before it was sent");
        long id = ids.incrementAndGet();
        var request = Json.object().put("jsonrpc", "2.0").put("id", id).put("method", method);
        // Arguments go out in canonical form: what was judged and digested is what is sent.
        if (params.isPresent() || wantsProgress)
            request.put("params", wantsProgress ? withToken(params.orElse(Json.Obj.EMPTY), id) : params.orElseThrow());
        // Telling the server must not hold up whoever cancels: revocation, say, with more to cut.
        try (var _ =
                cancellation.then(() -> Thread.ofVirtual().name("mcp-cancel").start(() -> cancel(id)))) {
            return wire.exchange(
                    id, Canonical.bytes(request.build()), message -> serverAsks(message, meanwhile), cancellation);
        }
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

    /** A request of the server's own is answered here, a notification goes on. */
    private void serverAsks(Json.Obj message, Wire.Meanwhile meanwhile) {
        var id = message.get("id");
        if (id.isEmpty()) {
            meanwhile.message(message);
            return;
        }
        // Sampling, elicitation and roots are never offered in our handshake; only ping may be asked
        // (basic/utilities/ping).
        if (message.get("method").isEmpty()) return;
        var answer = Json.object().put("jsonrpc", "2.0").put("id", id.get());
        if (message.string("method").equals(Optional.of("ping"))) answer.put("result", Json.Obj.EMPTY);
        else
            answer.put(
                    "error",
                    Json.object()
                            .put("code", -32601)
                            .put("message", "not offered")
                            .build());
        wire.send(Canonical.bytes(answer.build()));
    }

    private void unasked(Json.Obj message) {
        try {
            serverAsks(message, this::relay);
        } catch (UpstreamError e) {
            // An answer to a ping that cannot be sent: the next call will tell.
        }
    }

    private void relay(Json.Obj notification) {
        notification
                .string("method")
                .filter(RELAYED::contains)
                .ifPresent(method -> incoming.notification(
                        method, notification.object("params").orElse(Json.Obj.EMPTY)));
    }

    /** What comes on the stream of a call: its progress, but also that the server's tools have changed. */
    private void meanwhile(Json.Obj message, Requester requester) {
        if (!message.string("method").equals(Optional.of(PROGRESS))) relay(message);
        else if (requester.progress())
            message.object("params").ifPresent(params -> requester.told().notification(PROGRESS, params));
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
        onClose.run();
        wire.close();
    }
}
