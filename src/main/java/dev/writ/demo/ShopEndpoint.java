package dev.writ.demo;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.ServerError;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** MCP's Streamable HTTP transport (basic/transports) for the shop: POST, GET and DELETE on one path. */
final class ShopEndpoint {
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int SESSIONS_MAX = 10_000;
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";

    private final ShopProtocol protocol;
    private final Effects effects;
    private final Optional<String> secret;
    private final SecureRandom random = new SecureRandom();
    private final LinkedHashMap<String, ShopSession> sessions = new LinkedHashMap<>();

    ShopEndpoint(ShopProtocol protocol, Effects effects, Optional<String> secret) {
        this.protocol = protocol;
        this.effects = effects;
        this.secret = secret;
    }

    List<Route> routes() {
        return List.of(
                new Route("POST", "/mcp", BODY_BYTES_MAX, "agent", counted(this::post)),
                new Route("GET", "/mcp", 0, "agent", counted(request -> inSession(request, this::listen))),
                new Route("DELETE", "/mcp", 0, "agent", counted(request -> inSession(request, this::end))));
    }

    /** Tells every client that the list of tools has changed. */
    void toolsChanged() {
        var changed = Rpc.notification("notifications/tools/list_changed", Json.Obj.EMPTY);
        for (var session : all()) session.tell(changed);
    }

    void close() {
        all().forEach(ShopSession::end);
    }

    private dev.writ.http.server.Handler counted(dev.writ.http.server.Handler handler) {
        return request -> {
            effects.request();
            var authorization = request.headers().only("authorization");
            authorization.ifPresent(value -> effects.authorization(digest(value)));
            if (secret.isPresent() && !authorization.filter(this::isSecret).isPresent())
                return Answer.problem(401, "Unauthorized", "This shop wants its bearer secret.")
                        .with("www-authenticate", "Bearer");
            return handler.handle(request);
        };
    }

    private Answer post(Request request) {
        if (!mediaType(request).equals(JSON))
            return Answer.problem(415, "Unsupported Media Type", "Send " + JSON + ".");
        if (!accepts(request, JSON) || !accepts(request, EVENTS))
            return Answer.problem(406, "Not Acceptable", "Accept both " + JSON + " and " + EVENTS + ".");
        Json message;
        try {
            message = JsonReader.read(request.body());
        } catch (JsonError e) {
            return Answer.json(400, Rpc.error(Json.Null.VALUE, Rpc.PARSE_ERROR, "Parse error: " + e.reason()));
        }
        if (Rpc.read(message) instanceof Rpc.Message.Request asked
                && asked.method().equals("initialize")) return initialize(request, asked);
        return inSession(request, (_, session) -> switch (message) {
            case Json.Arr batch -> batch(session, batch);
            case Json.Obj _, Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> single(session, Rpc.read(message));
        });
    }

    private Answer initialize(Request request, Rpc.Message.Request asked) {
        if (request.headers().has("mcp-session-id"))
            return Answer.json(
                    400, Rpc.error(asked.id(), Rpc.INVALID_REQUEST, "initialize begins a session of its own"));
        var version = ShopProtocol.negotiate(asked.params());
        var id = remember(new ShopSession(version));
        return Answer.json(200, protocol.initialized(asked.id(), version)).with("mcp-session-id", id);
    }

    private Answer single(ShopSession session, Rpc.Message message) {
        return switch (message) {
            case Rpc.Message.Invalid(var id, var reason) ->
                Answer.json(400, Rpc.error(id, Rpc.INVALID_REQUEST, "Invalid Request: " + reason));
            case Rpc.Message.Response _ -> Answer.empty(202);
            case Rpc.Message.Notification notification -> {
                protocol.notified(session, notification);
                yield Answer.empty(202);
            }
            case Rpc.Message.Request asked ->
                ShopProtocol.progressToken(asked)
                        .<Answer>map(
                                token -> new Answer.EventStream(sink -> callWithProgress(session, asked, token, sink)))
                        .orElseGet(() -> Answer.json(200, protocol.answer(session, asked)));
        };
    }

    private void callWithProgress(ShopSession session, Rpc.Message.Request asked, Json token, EventSink sink) {
        try (sink) {
            // A client that leaves has not cancelled (2025-06-18, basic/transports): the call goes on without it.
            protocol.callWithProgress(session, asked, token, told -> tell(sink, told))
                    .ifPresent(answer -> tell(sink, answer));
        }
    }

    private static void tell(EventSink sink, Json.Obj message) {
        try {
            sink.send(message.text());
        } catch (ServerError gone) {
            // Nobody listens any more.
        }
    }

    /** JSON-RPC batches exist in 2025-03-26 only. */
    private Answer batch(ShopSession session, Json.Arr batch) {
        if (session.isAtLeast("2025-06-18") || batch.items().isEmpty())
            return Answer.json(400, Rpc.error(Json.Null.VALUE, Rpc.INVALID_REQUEST, "no batch here"));
        var answers = new ArrayList<Json>();
        for (var item : batch.items()) {
            switch (Rpc.read(item)) {
                case Rpc.Message.Invalid(var id, var reason) ->
                    answers.add(Rpc.error(id, Rpc.INVALID_REQUEST, "Invalid Request: " + reason));
                case Rpc.Message.Notification notification -> protocol.notified(session, notification);
                case Rpc.Message.Response _ -> {}
                case Rpc.Message.Request asked -> answers.add(protocol.answer(session, asked));
            }
        }
        return answers.isEmpty() ? Answer.empty(202) : Answer.json(200, new Json.Arr(answers));
    }

    private Answer listen(Request request, ShopSession session) {
        if (!accepts(request, EVENTS)) return Answer.problem(406, "Not Acceptable", "Accept " + EVENTS + ".");
        return new Answer.EventStream(sink -> {
            session.open(sink);
            sink.keepAlive();
        });
    }

    private Answer end(Request request, ShopSession session) {
        synchronized (sessions) {
            request.headers().only("mcp-session-id").ifPresent(sessions::remove);
        }
        session.end();
        return Answer.empty(204);
    }

    /** The checks on the headers of everything after {@code initialize}: 400 without a session, 404 for an ended one. */
    private Answer inSession(Request request, BiFunction<Request, ShopSession, Answer> then) {
        var id = request.headers().only("mcp-session-id");
        if (id.isEmpty()) return Answer.problem(400, "Bad Request", "There must be exactly one Mcp-Session-Id.");
        ShopSession session;
        synchronized (sessions) {
            session = sessions.get(id.get());
        }
        if (session == null) return Answer.problem(404, "Not Found", "The session has ended; initialize again.");
        var versions = request.headers().all("mcp-protocol-version");
        if (versions.size() > 1 || versions.stream().anyMatch(v -> !v.equals(session.version())))
            return Answer.problem(400, "Bad Request", "MCP-Protocol-Version is not the one agreed on.");
        return then.apply(request, session);
    }

    private String remember(ShopSession session) {
        var bytes = new byte[24];
        random.nextBytes(bytes);
        var id = HexFormat.of().formatHex(bytes);
        Optional<ShopSession> oldest = Optional.empty();
        synchronized (sessions) {
            if (sessions.size() == SESSIONS_MAX)
                oldest = Optional.of(sessions.pollFirstEntry().getValue());
            sessions.put(id, session);
        }
        oldest.ifPresent(ShopSession::end);
        return id;
    }

    private List<ShopSession> all() {
        synchronized (sessions) {
            return List.copyOf(sessions.values());
        }
    }

    private boolean isSecret(String authorization) {
        var expected = Digest.of(("Bearer " + secret.orElseThrow()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return MessageDigest.isEqual(
                expected.bytes(), Digest.of(latin1(authorization)).bytes());
    }

    private static String digest(String authorization) {
        return Digest.of(latin1(authorization)).toString();
    }

    private static byte[] latin1(String header) {
        return header.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static String mediaType(Request request) {
        var type = request.headers().only("content-type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static boolean accepts(Request request, String mediaType) {
        for (var value : request.headers().all("accept"))
            for (var range : value.toLowerCase(Locale.ROOT).split(",")) {
                int end = range.indexOf(';');
                var type = (end < 0 ? range : range.substring(0, end)).strip();
                if (type.equals(mediaType) || type.equals("*/*")) return true;
            }
        return false;
    }
}
