package dev.writ.storm;

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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** An MCP server that remembers how often it received which call; it outlives every Writ before it. */
final class CountingServer implements AutoCloseable {
    private static final long NANOS_MAX = 4_000_000;

    private final Map<String, Integer> received = new ConcurrentHashMap<>();
    private final HttpServer server;

    CountingServer() {
        server = HttpServer.start(
                Settings.loopback(0),
                Routes.of(
                        new Route("POST", "/mcp", 1 << 20, "public", this::answer),
                        new Route("DELETE", "/mcp", 0, "public", _ -> Answer.empty(204))),
                InstantSource.system());
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort() + "/mcp";
    }

    /** How a server resource names it. */
    String transport() {
        return "{\"kind\":\"http\",\"url\":\"" + url() + "\"}";
    }

    /** How often each call came, by the id that its caller gave it. */
    Map<String, Integer> received() {
        return Map.copyOf(received);
    }

    private Answer answer(Request request) {
        var message = JsonReader.readObject(request.body());
        var id = message.get("id");
        if (id.isEmpty()) return Answer.empty(202);
        return Answer.json(
                200,
                Json.object()
                        .put("jsonrpc", "2.0")
                        .put("id", id.get())
                        .put("result", result(message))
                        .build());
    }

    private Json.Obj result(Json.Obj message) {
        return switch (message.string("method").orElse("")) {
            case "initialize" ->
                (Json.Obj) JsonReader.read("{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                        + "\"serverInfo\":{\"name\":\"counting\",\"version\":\"1\"}}");
            case "tools/list" -> (Json.Obj) JsonReader.read("{\"tools\":[" + tool("note") + "," + tool("pay") + "]}");
            case "tools/call" -> called(message.object("params").orElseThrow());
            default -> Json.Obj.EMPTY;
        };
    }

    private static String tool(String name) {
        return "{\"name\":\"" + name + "\",\"description\":\"Takes a note.\",\"inputSchema\":{\"type\":\"object\","
                + "\"properties\":{\"id\":{\"type\":\"string\"},\"amount\":{\"type\":\"integer\"}},"
                + "\"required\":[\"id\",\"amount\"]}}";
    }

    /** Takes up to some milliseconds, so that a kill finds calls on both sides of the effect. */
    private Json.Obj called(Json.Obj params) {
        var input = params.object("arguments").orElseThrow();
        var id = input.string("id").orElseThrow();
        LockSupport.parkNanos(Math.floorMod(id.hashCode() * 31L, NANOS_MAX));
        received.merge(id, 1, Integer::sum);
        LockSupport.parkNanos(Math.floorMod(id.hashCode() * 17L, NANOS_MAX));
        var block = Json.object().put("type", "text").put("text", "noted " + id).build();
        return Json.object().put("content", new Json.Arr(List.of(block))).build();
    }

    @Override
    public void close() {
        server.close();
    }
}
