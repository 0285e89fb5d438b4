package dev.writ.gateway.mcp;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Presented;
import dev.writ.guard.Recognised;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Reply;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.upstream.McpSession;
import dev.writ.upstream.Upstreams;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * {@code /mcp/{server}}: one server with its own tool names, over Streamable HTTP (MCP basic/transports). 401 and 404
 * are for missing credentials and for what does not exist; a decision is always an answer at HTTP 200.
 */
public final class McpEndpoint implements AutoCloseable {
    static final int BODY_BYTES_MAX = 4 << 20;
    /** A larger body is not parsed on an event loop: everybody else would wait for it. */
    private static final int AT_ONCE_BYTES_MAX = 64 << 10;

    private static final String PATTERN = "/mcp/{server}";
    private static final String JOINT = "/mcp";
    private static final String TENANT = "/t/{tenant}";
    private static final String AUDIENCE = "agent";
    static final String SESSION = "mcp-session-id";
    private static final String LAST_EVENT = "last-event-id";
    private static final String VERSION = "mcp-protocol-version";
    private static final String EVENTS = "text/event-stream";

    private final Guard guard;
    private final Sessions sessions;
    private final Opening opening;
    private final Turns turns;
    private final Stateless stateless;
    private final Challenges challenges;

    /**
     * @param random must be unpredictable: session ids come from it
     * @param hold how long a call waits for a person before it is answered as pending
     */
    public McpEndpoint(Guard guard, Upstreams upstreams, RandomGenerator random, InstantSource clock, Duration hold) {
        this.guard = guard;
        this.challenges = new Challenges(guard, clock);
        var rounds = new Rounds(guard, random, clock);
        var calls = new Calls(guard, rounds, clock, hold);
        var requests = new JointRequests(guard);
        var lists = new JointLists(calls, new Cursors(random, clock));
        this.stateless =
                new Stateless(guard, upstreams, calls, rounds, requests, lists, clock, McpEndpoint::noSuchServer);
        this.sessions = new Sessions(random, clock);
        this.opening = new Opening(guard, upstreams, calls, lists, sessions, clock);
        this.turns = new Turns(guard, calls, requests, lists);
    }

    public List<Route> routes() {
        var routes = new ArrayList<Route>();
        for (var path : List.of(JOINT, PATTERN, TENANT + JOINT, TENANT + PATTERN)) {
            routes.add(Route.evented("POST", path, BODY_BYTES_MAX, AUDIENCE, this::post));
            routes.add(new Route("GET", path, 0, AUDIENCE, request -> authenticated(request, this::listen)));
            routes.add(new Route("DELETE", path, 0, AUDIENCE, request -> authenticated(request, this::end)));
        }
        return List.copyOf(routes);
    }

    @FunctionalInterface
    private interface Known {
        Answer handle(Request request, Caller.OfAgent caller, Name server);
    }

    /** Who asks for what is known, or the answer is. */
    private sealed interface Entry {
        record Let(Caller.OfAgent caller, Name server) implements Entry {}

        record Turned(Answer answer) implements Entry {}
    }

    private Entry entry(Request request) {
        var recognised = guard.recognise(
                Presented.of(request.headers(), request.method(), request.url(), request.certificate()));
        if (recognised instanceof Recognised.Nobody nobody) return new Entry.Turned(challenges.answer(request, nobody));
        // Another tenant's name in front is no different from one that nobody has.
        if (!(recognised.known().orElseThrow() instanceof Caller.OfAgent agent) || !ofTenant(request, agent))
            return new Entry.Turned(
                    challenges.answer(request, new Recognised.Nobody(Recognised.Lack.TOKEN, "not for this resource")));
        var server = server(request);
        if (server.isEmpty()) return new Entry.Turned(noSuchServer());
        return Stateless.onlyPost(request)
                .<Entry>map(Entry.Turned::new)
                .orElseGet(() -> new Entry.Let(agent, server.get()));
    }

    private Answer authenticated(Request request, Known known) {
        return switch (entry(request)) {
            case Entry.Turned(var answer) -> answer;
            case Entry.Let(var caller, var server) -> known.handle(request, caller, server);
        };
    }

    /** On the event loop what needs no more than memory, the ledger's next commit and the network; on a thread the rest. */
    private void post(Request request, Reply reply) {
        switch (entry(request)) {
            case Entry.Turned(var answer) -> reply.send(answer);
            case Entry.Let(var caller, var server) -> {
                if (!begun(request, caller, server, reply)) reply.block(http -> post(http, caller, server));
            }
        }
    }

    /** False, and nothing has happened, where a thread is needed; also where something is wrong, since that is put on record. */
    private boolean begun(Request request, Caller.OfAgent caller, Name server, Reply reply) {
        if (joint(request)
                || request.body().length > AT_ONCE_BYTES_MAX
                || !isJson(request)
                || !accepts(request, "application/json")) return false;
        Message message;
        try {
            message = MessageReader.read(request.body());
        } catch (MessageReader.Malformed e) {
            return false;
        }
        if (Envelope.opens(request.headers(), message)) return stateless.begin(request, message, caller, server, reply);
        return ready(request, caller, server)
                .filter(session -> turns.begin(session, message, request, accepts(request, EVENTS), reply))
                .isPresent();
    }

    /** The session that a request names, if that is beyond doubt. */
    private Optional<Session> ready(Request request, Caller.OfAgent caller, Name server) {
        var versions = request.headers().all(VERSION);
        return versions.size() > 1 || !McpSession.VERSIONS.containsAll(versions)
                ? Optional.empty()
                : request.headers().only(SESSION).flatMap(id -> sessions.ready(id, caller, server, joint(request)));
    }

    private static boolean ofTenant(Request request, Caller.OfAgent agent) {
        return !request.route().pattern().startsWith(TENANT)
                || request.parameter("tenant").equals(agent.tenant().text());
    }

    private static boolean joint(Request request) {
        return request.route().pattern().endsWith(JOINT);
    }

    private static Optional<Name> server(Request request) {
        if (joint(request)) return Optional.of(Joint.ROUTE);
        try {
            return Optional.of(new Name(request.parameter("server")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The same for a server that is not there, not approved, outside the task, or denied by policy. */
    static Answer noSuchServer() {
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
            unreadable(caller, server, request.body(), e.reason());
            return Answer.json(400, RpcError.answer(Json.Null.VALUE, e.code(), e.reason()));
        }
        if (Envelope.opens(request.headers(), message))
            return stateless.post(request, message, caller, server, joint(request));
        if (message instanceof Message.Request initialize && initialize.method().equals("initialize"))
            return joint(request)
                    ? opening.joint(initialize, caller)
                    : opening.answer(initialize, caller, server, request);
        return inSession(
                request, caller, server, session -> turns.answer(session, message, request, accepts(request, EVENTS)));
    }

    /** Somebody with a good credential sends what is no message: that is on record, what it was is not. */
    private void unreadable(Caller.OfAgent caller, Name server, byte[] body, String why) {
        var payload = Json.object()
                .put("method", "message")
                .put(
                        "params",
                        Json.object()
                                .put("bytes", body.length)
                                .put("digest", Digest.of(body).toString())
                                .build())
                .build();
        unmapped(caller, server, "message", payload, new Refusal.BadArguments(why));
    }

    private void unmapped(Caller.OfAgent caller, Name server, String what, Json.Obj payload, Refusal.Reason reason) {
        var _ = guard.refused(new Attempt(caller, new Action.Unmapped(server, what, payload)), reason);
    }

    @FunctionalInterface
    private interface WithSession {
        Answer handle(Session session);
    }

    /** MCP basic/transports, session management: 400 without the id, 404 for one that is not (or no longer) yours. */
    private Answer inSession(Request request, Caller.OfAgent caller, Name server, WithSession with) {
        var id = request.headers().only(SESSION);
        if (id.isEmpty()) return Answer.problem(400, "Bad Request", "initialize first and send the Mcp-Session-Id");
        var versions = request.headers().all(VERSION);
        if (versions.size() > 1 || !McpSession.VERSIONS.containsAll(versions))
            return Answer.problem(400, "Bad Request", "MCP-Protocol-Version must be one of " + McpSession.VERSIONS);
        return switch (sessions.find(id.get(), caller, server, joint(request))) {
            case Sessions.Found.Own(var session) when usable(session) -> with.handle(session);
            case Sessions.Found.Own _, Sessions.Found.None _ -> noSuchSession();
            case Sessions.Found.Foreign _ -> {
                var payload = Json.object().put("method", "session").build();
                unmapped(caller, server, "session", payload, new Refusal.NotAllowed("another caller's session"));
                yield noSuchSession();
            }
        };
    }

    private static Answer noSuchSession() {
        return Answer.problem(404, "Not Found", "there is no such session; initialize again");
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

    /**
     * The stream on which a server speaks unasked, or one that the client lost and takes up again; revocation closes it,
     * with or without traffic.
     */
    private Answer listen(Request request, Caller.OfAgent caller, Name server) {
        if (!accepts(request, EVENTS)) return Answer.problem(406, "Not Acceptable", "accept text/event-stream");
        var last = request.headers().all(LAST_EVENT);
        if (last.size() > 1) return Answer.problem(400, "Bad Request", "more than one Last-Event-ID");
        return inSession(request, caller, server, session -> {
            if (last.isEmpty()) return listening(session);
            return switch (session.lines().place(last.getFirst())) {
                case Lines.Place.At(var line, var after) -> new Answer.EventStream(sink -> line.attach(sink, after));
                case Lines.Place.Nowhere _ ->
                    Answer.problem(400, "Bad Request", "no stream of this session can be taken up behind that event");
            };
        });
    }

    private Answer listening(Session session) {
        return new Answer.EventStream(sink -> {
            // Over several servers each of them closes the session's streams; one is enough to hear that the task
            // ended.
            var watched = session.joint()
                    .map(joint -> joint.names().servers().stream().findFirst())
                    .orElse(Optional.of(session.server()));
            if (watched.isEmpty()) sink.close();
            else sink.onClose(guard.watch(session.caller(), watched.get(), sink::close));
            if (sink.open()) session.lines().listen(sink);
        });
    }

    private Answer end(Request request, Caller.OfAgent caller, Name server) {
        return inSession(request, caller, server, session -> {
            sessions.end(session);
            return Answer.empty(204);
        });
    }

    private static boolean isJson(Request request) {
        // Nothing is unpacked here: what is small on the wire must not be large inside.
        if (request.headers().has("content-encoding")) return false;
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
