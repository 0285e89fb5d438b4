package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Action;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A way to one server that speaks the revision without sessions: each request brings its own metadata, which we make
 * anew, and ids and progress tokens that are ours.
 */
public final class StatelessLink implements McpLink {
    private static final System.Logger LOG = System.getLogger(StatelessLink.class.getName());

    /** How many tools the log names as left out. */
    private static final int LEFT_OUT_MAX = 100;

    private final Guard guard;
    private final Presenting presenting;
    private final Settling settling;
    private final Carrier carrier;
    private final Json.Obj discovered;
    private final Consumer<StatelessLink> onClose;
    private final AtomicLong ids = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Set<String> leftOut = ConcurrentHashMap.newKeySet();
    private final ToolHeaders.Known known = new ToolHeaders.Known();
    private volatile boolean lost;

    /**
     * @param discovered the server's answer to {@code server/discover}
     * @param onClose runs once, when the link is closed from our side
     */
    StatelessLink(
            Guard guard, Presenting presenting, Carrier carrier, Json.Obj discovered, Consumer<StatelessLink> onClose) {
        this.guard = guard;
        this.presenting = presenting;
        this.settling = new Settling(guard);
        this.carrier = carrier;
        this.discovered = discovered;
        this.onClose = onClose;
    }

    @Override
    public String version() {
        return Revision.VERSION;
    }

    @Override
    public Json.Obj capabilities() {
        return discovered.object("capabilities").orElse(Json.Obj.EMPTY);
    }

    @Override
    public Json.Obj serverInfo() {
        return discovered
                .object("_meta")
                .flatMap(meta -> meta.object(Revision.SERVER_INFO))
                .or(() -> discovered.object("serverInfo"))
                .orElse(Json.Obj.EMPTY);
    }

    @Override
    public boolean lost() {
        return lost || carrier.lost();
    }

    @Override
    public boolean begins() {
        return carrier.begins();
    }

    @Override
    public void begin(
            Permit permit,
            Json.Obj payload,
            Requester requester,
            Cancellation cancellation,
            Consumer<Coming<Answer>> then) {
        var bytes = permitted(permit, payload);
        if (!presenting.atHand(permit)) {
            then.accept(new Coming<>(
                    true,
                    () -> under(
                            permit,
                            bytes.length,
                            cancellation,
                            showing -> Coming.awaited(
                                    taken -> begin(permit, payload, requester, showing, cancellation, taken),
                                    cancellation))));
            return;
        }
        switch (guard.use(permit)) {
            case Guard.Use.Stop(var reason) -> {
                var stopped = settling.stopped(permit, carrier.peer(), reason);
                then.accept(new Coming<>(false, () -> stopped));
            }
            case Guard.Use.Go go ->
                settling.begun(
                        permit,
                        carrier.peer(),
                        bytes.length,
                        () -> begin(
                                permit,
                                payload,
                                requester,
                                presenting.showing(go),
                                cancellation,
                                coming -> then.accept(new Coming<>(
                                        coming.waits(),
                                        () -> understood(settling.settled(
                                                permit,
                                                carrier.peer(),
                                                bytes.length,
                                                cancellation,
                                                coming.source()))))));
        }
    }

    private void begin(
            Permit permit,
            Json.Obj payload,
            Requester requester,
            Showing showing,
            Cancellation cancellation,
            Consumer<Coming<Json.Obj>> then) {
        var method = payload.string("method").orElseThrow();
        var params = payload.object("params").orElse(Json.Obj.EMPTY);
        // What a client of the older era asks, and this one no longer has.
        if (Revision.METHODS.contains(method)) begin(permit, method, params, requester, showing, cancellation, then);
        else then.accept(new Coming<>(false, StatelessLink::notHere));
    }

    /** Sends under a permit for which a token may have to be got, or got once more: on a thread that may wait. */
    private Answer under(Permit permit, long bytes, Cancellation cancellation, Presenting.Sending<Json.Obj> sending) {
        var unprepared = presenting.prepare(permit);
        if (unprepared.isPresent()) return settling.unprepared(permit, carrier.peer(), unprepared.get());
        return switch (guard.use(permit)) {
            case Guard.Use.Stop(var reason) -> settling.stopped(permit, carrier.peer(), reason);
            case Guard.Use.Go go ->
                understood(settling.settled(
                        permit, carrier.peer(), bytes, cancellation, () -> presenting.sent(permit, go, sending)));
        };
    }

    @Override
    public Answer list(Permit permit, String method, String member, Cancellation cancellation) {
        return under(
                permit,
                0,
                cancellation,
                showing -> usable(
                        member,
                        Pages.all(
                                member,
                                params -> exchange(
                                        permit,
                                        method,
                                        params.orElse(Json.Obj.EMPTY),
                                        Requester.SILENT,
                                        showing,
                                        cancellation))));
    }

    /** What came of a subscription. */
    public sealed interface Heard {
        /**
         * The server took it, and it is over now.
         *
         * @param graceful whether the server said so itself
         */
        record Ended(boolean graceful) implements Heard {}

        /** The server did not take it. */
        record NotTaken(String why) implements Heard {}

        record Stopped(Refusal.Reason reason) implements Heard {}
    }

    /**
     * Subscribes, and stays until the subscription ends. {@code told} hears the acknowledgement first; it must be short.
     *
     * @param uris a permit for each resource that the payload names
     */
    public Heard listen(Permit permit, List<Permit> uris, Json.Obj payload, Incoming told, Cancellation cancellation) {
        permitted(permit, payload);
        var params = payload.object("params").orElse(Json.Obj.EMPTY);
        var filter = params.object("notifications").orElse(Json.Obj.EMPTY);
        if (!uris.stream().map(StatelessLink::uri).toList().containsAll(filter.strings("resourceSubscriptions")))
            throw new IllegalArgumentException("a resource without a permit");
        var all = new ArrayList<>(uris);
        all.add(permit);
        var subscription = new Subscription(guard, carrier.peer(), all, told);
        return switch (subscription.use()) {
            case Guard.Use.Stop(var reason) -> new Heard.Stopped(reason);
            case Guard.Use.Go go ->
                subscription.heard(() -> presenting.sent(permit, go, showing -> {
                    var letter = letter(permit, Revision.LISTEN, params, Requester.SILENT, showing);
                    return carrier.listen(letter, subscription::message, cancellation);
                }));
        };
    }

    private static String uri(Permit permit) {
        return permit.action() instanceof Action.ReadResource read ? read.uri() : "";
    }

    private static byte[] permitted(Permit permit, Json.Obj payload) {
        var bytes = Canonical.bytes(payload);
        if (!Digest.of(bytes).equals(permit.payload()))
            throw new IllegalArgumentException("these are not the permitted bytes");
        return bytes;
    }

    private Json.Obj exchange(
            Permit permit,
            String method,
            Json.Obj params,
            Requester requester,
            Showing showing,
            Cancellation cancellation) {
        return Coming.awaited(
                then -> begin(permit, method, params, requester, showing, cancellation, then), cancellation);
    }

    private void begin(
            Permit permit,
            String method,
            Json.Obj params,
            Requester requester,
            Showing showing,
            Cancellation cancellation,
            Consumer<Coming<Json.Obj>> then) {
        Carrier.Letter letter;
        try {
            if (cancellation.cancelled()) throw new UpstreamError(false, "it was cancelled before it was sent");
            letter = letter(permit, method, params, requester, showing);
        } catch (UpstreamError e) {
            then.accept(Coming.failed(e));
            return;
        }
        carrier.begin(letter, message -> meanwhile(letter.id(), message, requester), cancellation, then);
    }

    private Carrier.Letter letter(Permit permit, String method, Json.Obj params, Requester requester, Showing showing) {
        return Letters.of(ids.incrementAndGet(), method, params, requester, mirrored(permit, params), showing);
    }

    /** The arguments that the tool's pinned definition wants repeated in headers. */
    private Map<String, String> mirrored(Permit permit, Json.Obj params) {
        if (!carrier.mirrors()
                || !(permit.action() instanceof Action.CallTool call)
                || !(permit.attempt().caller() instanceof Caller.OfAgent caller)) return Map.of();
        var schema = guard.definition(caller, call.server(), call.tool())
                .flatMap(definition -> definition.object("inputSchema"));
        if (schema.isEmpty()) return Map.of();
        return switch (known.of(call.tool(), schema.get())) {
            case ToolHeaders.Read.Valid(var headers) ->
                headers.forCall(params.object("arguments").orElse(Json.Obj.EMPTY));
            case ToolHeaders.Read.Invalid(var why) ->
                throw new UpstreamError(false, "the tool cannot be called: " + why);
        };
    }

    /** What comes on the stream of a request; nothing there may concern another one (streamable-http, receiving). */
    private static void meanwhile(long id, Json.Obj message, Requester requester) {
        var params = message.object("params").orElse(Json.Obj.EMPTY);
        switch (message.string("method").orElse("")) {
            case "notifications/progress" -> {
                if (requester.progress() && params.integer("progressToken").equals(Optional.of(id)))
                    requester.told().notification("notifications/progress", params);
            }
            case "notifications/message" -> {
                if (requester
                        .logLevel()
                        .filter(from -> LogLevel.reaches(from, params))
                        .isPresent()) requester.told().notification("notifications/message", params);
            }
            default -> {}
        }
    }

    /**
     * A tool whose headers no client may send is not offered over HTTP (streamable-http, schema extension): left out
     * before the pins are compared, it is gone for everybody.
     */
    private Json.Obj usable(String member, Json.Obj answer) {
        var result = answer.object("result");
        if (!member.equals("tools") || !carrier.mirrors() || result.isEmpty()) return answer;
        var kept = new ArrayList<Json>();
        for (var item : result.get().array(member).map(Json.Arr::items).orElse(List.of()))
            if (valid(item)) kept.add(item);
        return answer.with("result", result.get().with(member, new Json.Arr(kept)));
    }

    private boolean valid(Json item) {
        if (!(item instanceof Json.Obj tool)) return true;
        var read = ToolHeaders.of(tool.object("inputSchema").orElse(Json.Obj.EMPTY));
        if (!(read instanceof ToolHeaders.Read.Invalid(var why))) return true;
        var name = dev.writ.base.Visible.text(tool.string("name").orElse(""), 80);
        if (leftOut.size() < LEFT_OUT_MAX && leftOut.add(name))
            LOG.log(System.Logger.Level.WARNING, "{0}: the tool {1} is left out: {2}", carrier.peer(), name, why);
        return false;
    }

    /** Errors that concern us and not our client: it did not send these headers, nor choose this version. */
    private Answer understood(Answer answer) {
        if (!(answer instanceof Answer.ServerError(var error))) return answer;
        long code = error.integer("code").orElse(0L);
        if (code == Revision.VERSION_NOT_SERVED) {
            lost = true;
            return new Answer.Failed(true, "the server no longer speaks the revision that it spoke");
        }
        return code == Revision.HEADER_MISMATCH
                ? new Answer.Failed(true, "the server finds our headers wrong; its tools may have changed")
                : answer;
    }

    private static Json.Obj notHere() {
        var error = Json.object()
                .put("code", -32601)
                .put("message", "the server speaks " + Revision.VERSION + ", which has no such method")
                .build();
        return Json.object().put("error", error).build();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        onClose.accept(this);
        carrier.close();
    }
}
