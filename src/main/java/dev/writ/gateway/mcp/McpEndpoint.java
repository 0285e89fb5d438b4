package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.McpSession;
import dev.writ.upstream.Requester;
import dev.writ.upstream.Upstreams;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * {@code /mcp/{server}}: one server with its own tool names, over Streamable HTTP (MCP basic/transports). 401 and 404
 * are for missing credentials and for what does not exist; a decision is always an answer at HTTP 200.
 */
public final class McpEndpoint implements AutoCloseable {
    static final int BODY_BYTES_MAX = 4 << 20;
    private static final String PATTERN = "/mcp/{server}";
    private static final String AUDIENCE = "agent";
    private static final String SESSION = "mcp-session-id";
    private static final String VERSION = "mcp-protocol-version";
    private static final String EVENTS = "text/event-stream";

    private final Guard guard;
    private final Upstreams upstreams;
    private final Calls calls;
    private final Sessions sessions;
    private final Stateless stateless;
    private final InstantSource clock;

    /**
     * @param random must be unpredictable: session ids come from it
     * @param hold how long a call waits for a person before it is answered as pending
     */
    public McpEndpoint(Guard guard, Upstreams upstreams, RandomGenerator random, InstantSource clock, Duration hold) {
        this.guard = guard;
        this.upstreams = upstreams;
        var rounds = new Rounds(guard, random, clock);
        this.calls = new Calls(guard, rounds, clock, hold);
        this.stateless = new Stateless(guard, upstreams, calls, rounds, clock, McpEndpoint::noSuchServer);
        this.sessions = new Sessions(random, clock);
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                new Route("POST", PATTERN, BODY_BYTES_MAX, AUDIENCE, request -> authenticated(request, this::post)),
                new Route("GET", PATTERN, 0, AUDIENCE, request -> authenticated(request, this::listen)),
                new Route("DELETE", PATTERN, 0, AUDIENCE, request -> authenticated(request, this::end)));
    }

    @FunctionalInterface
    private interface Known {
        Answer handle(Request request, Caller.OfAgent caller, Name server);
    }

    private Answer authenticated(Request request, Known known) {
        var caller = guard.callerOf(bearer(request));
        if (caller.isEmpty() || !(caller.get() instanceof Caller.OfAgent agent))
            return Answer.problem(
                            401, "Unauthorized", "send the key of an agent's task as Authorization: Bearer writ_…")
                    .with("www-authenticate", "Bearer realm=\"writ\"");
        var server = server(request);
        if (server.isEmpty()) return noSuchServer();
        return Stateless.onlyPost(request).orElseGet(() -> known.handle(request, agent, server.get()));
    }

    private static Optional<String> bearer(Request request) {
        return request.headers()
                .only("authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
    }

    private static Optional<Name> server(Request request) {
        try {
            return Optional.of(new Name(request.parameter("server")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The same for a server that is not there, not approved, outside the task, or denied by policy. */
    private static Answer noSuchServer() {
        return Answer.problem(404, "Not Found", "there is no such MCP server");
    }

    private Answer post(Request request, Caller.OfAgent caller, Name server) {
        if (!isJson(request)) return Answer.problem(415, "Unsupported Media Type", "send application/json");
        if (!accepts(request, "application/json"))
            return Answer.problem(406, "Not Acceptable", "accept application/json and text/event-stream");
        Message message;
        try {
            message = MessageReader.read(request.body());
        } catch (MessageReader.Malformed e) {
            return Answer.json(400, RpcError.answer(Json.Null.VALUE, e.code(), e.reason()));
        }
        if (Envelope.opens(request.headers(), message)) return stateless.post(request, message, caller, server);
        if (message instanceof Message.Request initialize && initialize.method().equals("initialize"))
            return initialize(initialize, caller, server, request);
        return inSession(request, caller, server, session -> switch (message) {
            case Message.Request asked -> request(session, asked, request);
            case Message.Notification notification -> notification(session, notification);
            // We never ask the client anything, so nothing waits for an answer.
            case Message.Response _ -> Answer.problem(400, "Bad Request", "no request of ours waits for an answer");
        });
    }

    @FunctionalInterface
    private interface WithSession {
        Answer handle(Session session);
    }

    /** MCP basic/transports, session management: 400 without the id, 404 for one that is not (or no longer) yours. */
    private Answer inSession(Request request, Caller.OfAgent caller, Name server, WithSession with) {
        var id = request.headers().only(SESSION);
        if (id.isEmpty()) return Answer.problem(400, "Bad Request", "initialize first and send the Mcp-Session-Id");
        var version = request.headers().first(VERSION);
        if (version.isPresent() && !McpSession.VERSIONS.contains(version.get()))
            return Answer.problem(400, "Bad Request", "MCP-Protocol-Version must be one of " + McpSession.VERSIONS);
        return sessions.find(id.get(), caller, server)
                .filter(this::usable)
                .map(with::handle)
                .orElseGet(() -> Answer.problem(404, "Not Found", "there is no such session; initialize again"));
    }

    /**
     * A session that let go of its server stays to say why, as long as that is so. Once its caller may act again, after
     * a suspension say, only a new session can.
     */
    private boolean usable(Session session) {
        if (!session.over() || guard.barred(session.caller(), session.server()).isPresent()) return true;
        sessions.end(session);
        return false;
    }

    private Answer initialize(Message.Request request, Caller.OfAgent caller, Name server, Request http) {
        var wanted = request.params()
                .string("protocolVersion")
                .filter(McpSession.VERSIONS::contains)
                .orElse(McpSession.VERSIONS.getLast());
        if (!sessions.room(caller))
            return Answer.problem(503, "Service Unavailable", "too many open sessions; end some and try again");
        var payload = Json.object()
                .put("method", "initialize")
                .put("params", Json.object().put("protocolVersion", wanted).build())
                .build();
        return switch (guard.admit(new Attempt(caller, new Action.DiscoverServer(server, payload)))) {
            case Permit permit -> open(request, caller, server, permit, wanted, http);
            case Refusal refusal -> notOpened(request, caller, server, refusal, wanted);
            case Held held ->
                Answer.json(
                        200,
                        RpcError.answer(
                                request.id(),
                                RpcError.INTERNAL_ERROR,
                                "PENDING approval " + held.approval().brief() + " to use this server"));
        };
    }

    private Answer open(
            Message.Request request, Caller.OfAgent caller, Name server, Permit permit, String wanted, Request http) {
        var relay = new Relay(calls);
        var cancellation = new Cancellation();
        http.onGone(cancellation::cancel);
        return switch (upstreams.open(permit, wanted, relay::told, cancellation)) {
            case Upstreams.Opened.Open(var upstream) -> {
                var version = Handshake.version(upstream, wanted);
                var session =
                        new Session(sessions.nextId(), caller, server, version, Optional.of(upstream), clock.instant());
                sessions.add(session);
                session.watchedBy(guard.watch(caller, server, session::letGo));
                relay.to(session);
                yield opened(request, session, Handshake.result(server, upstream, version));
            }
            case Upstreams.Opened.Stopped(var reason) ->
                notOpened(request, caller, server, new Refusal(permit.decision(), reason, Optional.empty()), wanted);
            case Upstreams.Opened.Failed(var why) ->
                Answer.json(
                        200, RpcError.answer(request.id(), RpcError.INTERNAL_ERROR, "server " + server + ": " + why));
        };
    }

    private Answer notOpened(
            Message.Request request, Caller.OfAgent caller, Name server, Refusal refusal, String wanted) {
        return switch (refusal.reason()) {
            case Refusal.Absent _ -> noSuchServer();
            case Refusal.Unavailable _ ->
                Answer.json(200, RpcError.answer(request.id(), RpcError.INTERNAL_ERROR, Denials.line(refusal)));
            // Authority that has ended is told at each call: clients drop a server that cannot be initialized.
            case Refusal.TaskEnded _,
                    Refusal.NotAllowed _,
                    Refusal.ByPolicy _,
                    Refusal.ByPerson _,
                    Refusal.BudgetSpent _,
                    Refusal.BadArguments _,
                    Refusal.Quarantined _ -> {
                var session = new Session(sessions.nextId(), caller, server, wanted, Optional.empty(), clock.instant());
                sessions.add(session);
                yield opened(request, session, Handshake.resultWithoutServer(server, wanted));
            }
        };
    }

    private static Answer opened(Message.Request request, Session session, Json.Obj result) {
        return Answer.json(200, RpcError.result(request.id(), result)).with(SESSION, session.id());
    }

    private Answer request(Session session, Message.Request asked, Request http) {
        return switch (Methods.of(session.server(), asked)) {
            case Methods.Asked.Ping _ -> Answer.json(200, RpcError.result(asked.id(), Json.Obj.EMPTY));
            case Methods.Asked.Wrong(var code, var why) -> Answer.json(200, RpcError.answer(asked.id(), code, why));
            case Methods.Asked.For action -> {
                var cancellation = session.begin(asked.id());
                if (cancellation.isEmpty())
                    yield Answer.json(
                            200,
                            RpcError.answer(
                                    asked.id(), RpcError.INVALID_REQUEST, "a request with this id is under way"));
                yield action.progress().isPresent() && accepts(http, EVENTS)
                        ? streamed(session, asked, action, cancellation.get())
                        : whole(session, asked, action, cancellation.get(), http);
            }
        };
    }

    /** The client's leaving ends the call: nobody could receive its answer any more. */
    private Answer whole(
            Session session, Message.Request asked, Methods.Asked.For action, Cancellation cancellation, Request http) {
        http.onGone(cancellation::cancel);
        try {
            return Answer.json(
                    200,
                    calls.answer(new Calls.Call(session.hop(), asked.id(), action, Requester.SILENT, cancellation)));
        } finally {
            session.end(asked.id());
        }
    }

    private Answer streamed(
            Session session, Message.Request asked, Methods.Asked.For action, Cancellation cancellation) {
        var token = action.progress().orElseThrow();
        return new Answer.EventStream(sink -> {
            sink.onClose(cancellation::cancel);
            try {
                var call = new Calls.Call(
                        session.hop(),
                        asked.id(),
                        action,
                        Requester.ofProgress((_, params) -> progress(sink, token, params)),
                        cancellation);
                sink.send(calls.answer(call).text());
            } finally {
                session.end(asked.id());
                sink.close();
            }
        });
    }

    /** A server's progress under the client's own token: ours never reaches the client. */
    private static void progress(EventSink sink, Json token, Json.Obj params) {
        if (!sink.open()) return;
        var notification = Json.object()
                .put("jsonrpc", "2.0")
                .put("method", "notifications/progress")
                .put("params", params.with("progressToken", token))
                .build();
        Session.say(sink, notification.text());
    }

    private static Answer notification(Session session, Message.Notification notification) {
        if (notification.method().equals("notifications/cancelled"))
            notification.params().get("requestId").ifPresent(session::cancel);
        return Answer.empty(202);
    }

    /** The stream on which a server speaks unasked; revocation closes it, with or without traffic. */
    private Answer listen(Request request, Caller.OfAgent caller, Name server) {
        if (!accepts(request, EVENTS)) return Answer.problem(406, "Not Acceptable", "accept text/event-stream");
        return inSession(
                request,
                caller,
                server,
                session -> new Answer.EventStream(sink -> {
                    if (!session.listen(sink)) {
                        sink.close();
                        return;
                    }
                    var watching = guard.watch(caller, server, sink::close);
                    sink.onClose(() -> {
                        watching.run();
                        session.listenNoMore();
                    });
                    sink.keepAlive();
                }));
    }

    private Answer end(Request request, Caller.OfAgent caller, Name server) {
        return inSession(request, caller, server, session -> {
            sessions.end(session);
            return Answer.empty(204);
        });
    }

    private static boolean isJson(Request request) {
        var type = request.headers().only("content-type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase("application/json");
    }

    private static boolean accepts(Request request, String type) {
        var accepted = String.join(",", request.headers().all("accept")).toLowerCase(java.util.Locale.ROOT);
        return accepted.isEmpty()
                || accepted.contains(type)
                || accepted.contains("*/*")
                || accepted.contains(type.substring(0, type.indexOf('/')) + "/*");
    }

    /** Ends all sessions and the server processes behind them. */
    @Override
    public void close() {
        stateless.close();
        sessions.closeAll();
    }
}
