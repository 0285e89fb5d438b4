package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Reply;
import dev.writ.http.server.Request;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Incoming;
import dev.writ.upstream.LogLevel;
import dev.writ.upstream.Requester;
import dev.writ.upstream.Revision;
import dev.writ.upstream.ToolHeaders;
import dev.writ.upstream.Upstreams;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * MCP 2026-07-28 towards clients: each request stands for itself and brings what is to be known of it. The order is
 * fixed: what it says of itself, its headers, its method, what it brings back from an earlier round, the decision.
 */
final class Stateless implements AutoCloseable {
    private final Guard guard;
    private final Calls calls;
    private final Rounds rounds;
    private final Links links;
    private final Listens listens;
    private final Several several;
    private final Supplier<Answer> noSuchServer;

    /** @param noSuchServer the answer for a server that is not there for the caller, the same in both eras */
    Stateless(
            Guard guard,
            Upstreams upstreams,
            Calls calls,
            Rounds rounds,
            JointRequests requests,
            JointLists lists,
            InstantSource clock,
            Supplier<Answer> noSuchServer) {
        this.guard = guard;
        this.calls = calls;
        this.rounds = rounds;
        this.links = new Links(guard, upstreams, clock);
        this.listens = new Listens(guard, upstreams);
        this.several = new Several(guard, this, links, listens, requests, lists);
        this.noSuchServer = noSuchServer;
    }

    /** The methods of HTTP that only sessions have (streamable-http, earlier revisions). */
    static Optional<Answer> onlyPost(Request request) {
        boolean ours = !request.method().equals("POST")
                && request.headers().all(Envelope.VERSION_HEADER).contains(Revision.VERSION);
        return ours
                ? Optional.of(Answer.problem(405, "Method Not Allowed", Revision.VERSION + " has POST alone")
                        .with("allow", "POST"))
                : Optional.empty();
    }

    /** Streamable-http, sending messages: both must be listed. */
    private static boolean acceptable(Request http) {
        var accepted = String.join(",", http.headers().all("accept")).toLowerCase(Locale.ROOT);
        return lists(accepted, "application/json") && lists(accepted, "text/event-stream");
    }

    /** @param joint whether the request is to several servers at once, and {@code server} stands for all */
    Answer post(Request http, Message message, Caller.OfAgent caller, Name server, boolean joint) {
        if (!acceptable(http))
            return Answer.problem(406, "Not Acceptable", "accept application/json and text/event-stream");
        return switch (message) {
            case Message.Request request -> request(http, request, caller, server, joint);
            // The revision has no notification that a client could send here (streamable-http, sending messages).
            case Message.Notification _ -> Answer.empty(202);
            case Message.Response _ ->
                refused(
                        caller,
                        server,
                        "response",
                        400,
                        RpcError.answer(Json.Null.VALUE, RpcError.INVALID_REQUEST, "a client sends no responses"));
        };
    }

    private static boolean lists(String accepted, String type) {
        return accepted.contains(type)
                || accepted.contains("*/*")
                || accepted.contains(type.substring(0, type.indexOf('/')) + "/*");
    }

    private Answer request(Request http, Message.Request request, Caller.OfAgent caller, Name server, boolean joint) {
        return switch (Envelope.of(request, http.headers())) {
            case Envelope.Checked.Bad(var what, var error) -> refused(caller, server, what, 400, error);
            case Envelope.Checked.Good _
            when !Revision.METHODS.contains(request.method()) -> noSuchMethod(request, caller, server);
            case Envelope.Checked.Good good when joint -> several.answer(http, request, good, caller);
            case Envelope.Checked.Good good ->
                known(http, request, good, caller, server, new Front.Alone(request, noSuchServer));
        };
    }

    private Answer noSuchMethod(Message.Request request, Caller.OfAgent caller, Name server) {
        var error = RpcError.answer(request.id(), RpcError.METHOD_NOT_FOUND, "Method not found");
        return refused(caller, server, "method", 404, error);
    }

    /** Refuses what is no action at all, and puts the attempt on record. */
    private Answer refused(Caller.OfAgent caller, Name server, String what, int status, Json.Obj error) {
        var why = error.object("error").flatMap(e -> e.string("message")).orElse(what);
        var payload = Json.object().put("method", what).build();
        var _ = guard.refused(
                new Attempt(caller, new Action.Unmapped(server, what, payload)), new Refusal.BadArguments(why));
        return Answer.json(status, error);
    }

    /** Refuses a request of a method that there is, for what it brings. */
    Answer malformed(Message.Request request, int code, String why, Caller.OfAgent caller, Name server) {
        return refused(caller, server, request.method(), 200, RpcError.answer(request.id(), code, why));
    }

    /** A request to one server, under that server's own names. */
    Answer known(
            Request http,
            Message.Request request,
            Envelope.Checked.Good good,
            Caller.OfAgent caller,
            Name server,
            Front front) {
        return switch (rounds.read(caller, server, request)) {
            case Rounds.Read.Wrong(var why) -> malformed(request, RpcError.INVALID_PARAMS, why, caller, server);
            case Rounds.Read.Forged(var why) -> forged(request, why, good, caller, server);
            case Rounds.Read.Good(var read) -> {
                var cancellation = new Cancellation();
                http.onGone(cancellation::cancel);
                boolean anew = read.method().equals(Revision.DISCOVER);
                yield switch (links.way(caller, server, anew, cancellation)) {
                    case Links.Way.Nowhere _ -> front.nowhere();
                    case Links.Way.Not(var why) -> front.not(why);
                    case Links.Way.Ended(var hop) ->
                        reached(http, new Round(read, good, front), hop, Optional.empty(), cancellation);
                    case Links.Way.Through(var link) ->
                        reached(http, new Round(read, good, front), link.hop(), Optional.of(link), cancellation);
                };
            }
        };
    }

    /** A request as it goes on, and where its client stands. */
    private record Round(Message.Request request, Envelope.Checked.Good good, Front front) {}

    /** The attempt is recorded as what it pretends to be. */
    private Answer forged(
            Message.Request request, String why, Envelope.Checked.Good good, Caller.OfAgent caller, Name server) {
        var params = request.params().without(Methods.STATE);
        var bare = new Message.Request(request.id(), request.method(), params, request.hasParams());
        if (!(Methods.stateless(server, bare, good.claims()) instanceof Methods.Asked.For asked))
            return malformed(request, RpcError.INVALID_PARAMS, why, caller, server);
        guard.refused(new Attempt(caller, asked.action(), asked.claims()), new Refusal.BadArguments(why));
        return Answer.json(200, RpcError.answer(request.id(), RpcError.INVALID_PARAMS, why));
    }

    /** @param link given back when the answer is complete */
    private Answer reached(Request http, Round round, Hop hop, Optional<OpenLink> link, Cancellation cancellation) {
        boolean kept = false;
        var request = round.request();
        try {
            if (!Offered.has(hop, request.method()))
                return round.front().lacking(() -> noSuchMethod(request, hop.caller(), hop.server()));
            if (request.method().equals(Revision.DISCOVER)) return discovered(round, hop);
            if (request.method().equals(Revision.LISTEN)) {
                var answer = listens.answer(request, round.good(), hop, link);
                kept = answer instanceof Answer.EventStream;
                return answer;
            }
            var mismatch = mirrored(http, request, hop);
            if (mismatch.isPresent()) return mismatch.get();
            return switch (Methods.stateless(hop.server(), request, round.good().claims())) {
                case Methods.Asked.Ping _ -> noSuchMethod(request, hop.caller(), hop.server());
                case Methods.Asked.Wrong(var code, var why) ->
                    malformed(request, code, why, hop.caller(), hop.server());
                case Methods.Asked.For asked -> {
                    kept = true;
                    yield called(http, round, hop, asked, cancellation, link);
                }
            };
        } finally {
            if (!kept) link.ifPresent(OpenLink::giveBack);
        }
    }

    private Answer called(
            Request http,
            Round round,
            Hop hop,
            Methods.Asked.For asked,
            Cancellation cancellation,
            Optional<OpenLink> link) {
        var good = round.good();
        return LateStream.answer(http, cancellation, said -> {
            try {
                var answer = calls.answer(call(round.request(), good, hop, asked, cancellation, said));
                return round.front().dressed(hop, answer);
            } finally {
                link.ifPresent(OpenLink::giveBack);
            }
        });
    }

    private static Calls.Call call(
            Message.Request request,
            Envelope.Checked.Good good,
            Hop hop,
            Methods.Asked.For asked,
            Cancellation cancellation,
            Incoming said) {
        var requester = new Requester(
                asked.progress().isPresent(), true, good.capabilities(), good.logLevel(), (method, params) -> {
                    if (wanted(method, params, good.logLevel()))
                        said.notification(method, own(method, params, asked.progress()));
                });
        return new Calls.Call(hop, request.id(), asked, requester, cancellation);
    }

    /**
     * Begins a tool's call on the connection's event loop. False, and nothing has happened, when it needs a thread that
     * may wait, which {@link #post} is for; also where something is wrong, since that is put on record.
     */
    boolean begin(Request http, Message message, Caller.OfAgent caller, Name server, Reply reply) {
        if (!(message instanceof Message.Request request)
                || !request.method().equals("tools/call")
                || !acceptable(http)
                || !(Envelope.of(request, http.headers()) instanceof Envelope.Checked.Good good)
                || !(rounds.read(caller, server, request) instanceof Rounds.Read.Good(var read))) return false;
        var link = links.open(caller, server);
        if (link.isEmpty()) return false;
        boolean begun = false;
        try {
            begun = begin(http, read, good, link.get(), reply);
        } finally {
            if (!begun) link.get().giveBack();
        }
        return begun;
    }

    private boolean begin(
            Request http, Message.Request request, Envelope.Checked.Good good, OpenLink link, Reply reply) {
        var hop = link.hop();
        if (!Offered.has(hop, request.method())
                || mismatch(http, request, hop).isPresent()
                || !(Methods.stateless(hop.server(), request, good.claims()) instanceof Methods.Asked.For asked))
            return false;
        var front = new Front.Alone(request, noSuchServer);
        var cancellation = new Cancellation();
        var stream = new LateStream(cancellation);
        boolean begun = calls.begin(
                call(request, good, hop, asked, cancellation, stream::said),
                reply.loop(),
                coming -> reply.step(() -> stream.come(
                        coming.map(answer -> front.dressed(hop, answer)).then(link::giveBack), reply)));
        if (begun) http.onGone(cancellation::cancel);
        return begun;
    }

    /** Server/utilities/logging: no message for a request that names no level; a server with sessions knows of none. */
    private static boolean wanted(String method, Json.Obj params, Optional<String> level) {
        return !method.equals("notifications/message")
                || level.filter(from -> LogLevel.reaches(from, params)).isPresent();
    }

    /** A server's progress under the client's own token: ours never reaches the client. */
    private static Json.Obj own(String method, Json.Obj params, Optional<Json> token) {
        return method.equals("notifications/progress") && token.isPresent()
                ? params.with("progressToken", token.get())
                : params.without("_meta");
    }

    private Optional<Answer> mirrored(Request http, Message.Request request, Hop hop) {
        return mismatch(http, request, hop)
                .map(why -> refused(
                        hop.caller(),
                        hop.server(),
                        "header",
                        400,
                        RpcError.answer(request.id(), Revision.HEADER_MISMATCH, "Header mismatch: " + why)));
    }

    /** Arguments that the tool wants repeated in headers; a tool that the caller may not see wants nothing. */
    private Optional<String> mismatch(Request http, Message.Request request, Hop hop) {
        var tool = request.params().string("name");
        if (!request.method().equals("tools/call") || tool.isEmpty()) return Optional.empty();
        var schema = guard.definition(hop.caller(), hop.server(), tool.get())
                .flatMap(definition -> definition.object("inputSchema"));
        return schema.isPresent()
                        && hop.headers().of(tool.get(), schema.get()) instanceof ToolHeaders.Read.Valid(var wanted)
                ? wanted.mismatch(
                        http.headers(), request.params().object("arguments").orElse(Json.Obj.EMPTY))
                : Optional.empty();
    }

    private static Answer discovered(Round round, Hop hop) {
        var answer = discovered(round.request(), Offered.capabilities(hop));
        return Answer.json(200, round.front().dressed(hop, answer));
    }

    static Json.Obj discovered(Message.Request request, Json.Obj capabilities) {
        var result = Json.object()
                .put("supportedVersions", Envelope.VERSIONS)
                .put("capabilities", capabilities)
                .put("instructions", Handshake.INSTRUCTIONS)
                .build();
        return RpcError.result(request.id(), result);
    }

    /** Ends what is kept for clients, and the server processes behind it. */
    @Override
    public void close() {
        links.close();
    }
}
