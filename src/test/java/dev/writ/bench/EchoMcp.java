package dev.writ.bench;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.time.InstantSource;

/** The smallest MCP server that a proxy and a gateway can both stand before: one tool, one answer. Prints its port. */
final class EchoMcp {
    private static final Json.Obj RESULT = result();

    private EchoMcp() {}

    public static void main(String[] arguments) throws InterruptedException {
        var routes = Routes.of(
                new Route("POST", "/mcp", 1 << 20, "public", EchoMcp::answer),
                new Route("POST", "/mcp/{server}", 1 << 20, "public", EchoMcp::answer));
        try (var server = HttpServer.start(Settings.loopback(0), routes, InstantSource.system())) {
            System.out.println(server.address().getPort());
            Thread.sleep(java.time.Duration.ofHours(1));
        }
    }

    private static Answer answer(Request request) {
        var message = JsonReader.readObject(request.body());
        if (message.get("id").isEmpty()) return Answer.empty(202);
        var result =
                switch (message.string("method").orElse("")) {
                    case "initialize" ->
                        Json.object()
                                .put("protocolVersion", "2025-06-18")
                                .put(
                                        "capabilities",
                                        Json.object()
                                                .put("tools", Json.Obj.EMPTY)
                                                .build())
                                .put(
                                        "serverInfo",
                                        Json.object()
                                                .put("name", "echo")
                                                .put("version", "1")
                                                .build())
                                .build();
                    case "tools/list" ->
                        (Json.Obj) JsonReader.read(
                                "{\"tools\":[{\"name\":\"echo\",\"description\":\"Echoes.\",\"inputSchema\":{\"type\":\"object\","
                                        + "\"properties\":{\"amount\":{\"type\":\"number\"},\"note\":{\"type\":\"string\"},"
                                        + "\"customer\":{\"type\":\"string\"}},\"required\":[\"amount\"]}}]}");
                    default -> RESULT;
                };
        return Answer.json(
                200,
                Json.object()
                        .put("jsonrpc", "2.0")
                        .put("id", message.get("id").orElseThrow())
                        .put("result", result)
                        .build());
    }

    private static Json.Obj result() {
        var block =
                Json.object().put("type", "text").put("text", "y".repeat(900)).build();
        return Json.object()
                .put("content", new Json.Arr(java.util.List.of(block)))
                .build();
    }
}
