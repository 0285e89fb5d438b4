package dev.writ.attacks;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of 2026-07-28 that answers calls of its one tool with whatever a test gives it. */
final class OddModern implements AutoCloseable {
    private static final String DISCOVERED =
            "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                    + "\"ttlMs\":60000,\"cacheScope\":\"public\"}";
    private static final String TOOLS =
            "{\"resultType\":\"complete\",\"tools\":[{\"name\":\"odd\",\"description\":\"DESCRIPTION\",\"inputSchema\":{\"type\":\"object\"}},"
                    + "{\"name\":\"bad-header\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}}],"
                    + "\"ttlMs\":60000,\"cacheScope\":\"public\"}";

    private final AtomicInteger calls = new AtomicInteger();
    private final HttpServer server;
    private volatile String answer = "";
    private volatile String description = "as it is";
    private volatile int status = 200;
    private volatile String contentType = "application/json";

    private OddModern() {
        server = HttpServer.start(
                Settings.loopback(0),
                Routes.of(new Route("POST", "/mcp", 1 << 20, "public", this::answer)),
                InstantSource.system());
    }

    static OddModern start() {
        return new OddModern();
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort() + "/mcp";
    }

    int calls() {
        return calls.get();
    }

    /** What the next calls get; {@code ID} stands for the id of the request. */
    void answers(int withStatus, String type, String body) {
        status = withStatus;
        contentType = type;
        answer = body;
    }

    /** How the tool is described from now on. */
    void describes(String text) {
        description = text;
    }

    void answers(String result) {
        answers(200, "application/json", "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":" + result + "}");
    }

    private Answer answer(Request request) {
        var message = JsonReader.readObject(request.body());
        var id = message.get("id").orElse(Json.Null.VALUE);
        return switch (message.string("method").orElse("")) {
            case "server/discover" -> result(id, DISCOVERED);
            case "tools/list" -> result(id, TOOLS.replace("DESCRIPTION", description));
            case "tools/call" -> {
                calls.incrementAndGet();
                yield Answer.of(
                        status,
                        contentType,
                        answer.replace("ID", id.text()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            default ->
                Answer.json(
                        404,
                        JsonReader.read("{\"jsonrpc\":\"2.0\",\"id\":" + id.text()
                                + ",\"error\":{\"code\":-32601,\"message\":\"no\"}}"));
        };
    }

    private static Answer result(Json id, String result) {
        return Answer.json(
                200,
                Json.object()
                        .put("jsonrpc", "2.0")
                        .put("id", id)
                        .put("result", JsonReader.read(result))
                        .build());
    }

    @Override
    public void close() {
        server.close();
    }
}
