package dev.writ.walks;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An MCP server of both eras with one tool, {@code work}, whose calls are answered as a test says. */
final class OneTool implements AutoCloseable {
    volatile Function<Json.Obj, Answer> calls = OneTool::done;
    final List<Json.Obj> called = new CopyOnWriteArrayList<>();
    private final HttpServer server = HttpServer.start(
            Settings.loopback(0),
            Routes.of(
                    new Route("POST", "/mcp", 8 << 20, "public", this::post),
                    new Route("DELETE", "/mcp", 0, "public", _ -> Answer.empty(204))),
            InstantSource.system());

    static OneTool start() {
        return new OneTool();
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort() + "/mcp";
    }

    static Answer done(Json.Obj message) {
        return Answer.json(200, result(message, "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}"));
    }

    static Json.Obj result(Json.Obj message, String result) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", message.get("id").orElseThrow())
                .put("result", JsonReader.read(result))
                .build();
    }

    private Answer post(Request request) {
        var message = JsonReader.readObject(request.body());
        return switch (message.string("method").orElse("")) {
            case "initialize" ->
                Answer.json(
                        200,
                        result(
                                message,
                                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                                        + "\"serverInfo\":{\"name\":\"one\",\"version\":\"1\"}}"));
            case "server/discover" ->
                Answer.json(
                        200,
                        result(
                                message,
                                "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                                        + "\"resultType\":\"complete\"}"));
            case "tools/list" ->
                Answer.json(
                        200,
                        result(message, "{\"tools\":[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]}"));
            case "tools/call" -> {
                called.add(message);
                yield calls.apply(message);
            }
            default -> Answer.empty(202);
        };
    }

    @Override
    public void close() {
        server.close(java.time.Duration.ofMillis(100));
    }
}
