package dev.writ.faults;

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

/** An MCP server that answers every call and refuses to list its tools. */
final class SecretiveServer implements AutoCloseable {
    private final AtomicInteger calls = new AtomicInteger();
    private final HttpServer server;

    private SecretiveServer() {
        server = HttpServer.start(
                Settings.loopback(0),
                Routes.of(new Route("POST", "/mcp", 1 << 20, "public", this::answer)),
                InstantSource.system());
    }

    static SecretiveServer start() {
        return new SecretiveServer();
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort() + "/mcp";
    }

    int calls() {
        return calls.get();
    }

    private Answer answer(Request request) {
        var message = JsonReader.readObject(request.body());
        var id = message.get("id");
        if (id.isEmpty()) return Answer.empty(202);
        var answer = Json.object().put("jsonrpc", "2.0").put("id", id.get());
        switch (message.string("method").orElse("")) {
            case "initialize" ->
                answer.put(
                        "result",
                        JsonReader.read("{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                                + "\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}"));
            case "tools/call" -> {
                calls.incrementAndGet();
                answer.put("result", JsonReader.read("{\"content\":[]}"));
            }
            default -> answer.put("error", JsonReader.read("{\"code\":-32603,\"message\":\"not now\"}"));
        }
        return Answer.json(200, answer.build());
    }

    @Override
    public void close() {
        server.close();
    }
}
