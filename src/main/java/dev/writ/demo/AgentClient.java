package dev.writ.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Events;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An agent as MCP clients are: Streamable HTTP, revision 2025-06-18, a bearer key. Knows nothing of Writ. */
final class AgentClient {
    private static final int ANSWER_BYTES_MAX = 8 << 20;
    private static final String VERSION = "2025-06-18";

    private final HttpClient client;
    private final Url url;
    private final String key;
    private Optional<String> session = Optional.empty();
    private long ids;

    AgentClient(HttpClient client, String url, String key) {
        this.client = client;
        this.url = Url.parse(url);
        this.key = key;
    }

    void initialize() {
        var params = Json.object()
                .put("protocolVersion", VERSION)
                .put("capabilities", Json.Obj.EMPTY)
                .put(
                        "clientInfo",
                        Json.object()
                                .put("name", "demo-agent")
                                .put("version", "1")
                                .build())
                .build();
        request("initialize", params);
        var initialized = Json.object()
                .put("jsonrpc", "2.0")
                .put("method", "notifications/initialized")
                .build();
        try (var answer = client.send(post(initialized))) {
            answer.body(ANSWER_BYTES_MAX);
        }
    }

    /** The whole JSON-RPC answer. */
    Json.Obj list() {
        return request("tools/list", Json.Obj.EMPTY);
    }

    Json.Obj call(String tool, Json.Obj arguments) {
        return request(
                "tools/call",
                Json.object().put("name", tool).put("arguments", arguments).build());
    }

    /** Opens the stream on which servers speak unasked; completes with the moment at which it ended. */
    CompletableFuture<Long> listen() {
        var opened = new CompletableFuture<Void>();
        var ended = new CompletableFuture<Long>();
        Thread.ofVirtual().start(() -> {
            var call =
                    headers(Call.get(url).header("accept", "text/event-stream")).within(Deadlines.STREAM);
            try (var exchange = client.send(call)) {
                var events = exchange.events(ANSWER_BYTES_MAX);
                opened.complete(null);
                drain(events);
            } catch (ClientError e) {
                opened.complete(null);
            }
            ended.complete(System.nanoTime());
        });
        opened.join();
        return ended;
    }

    private static void drain(Events events) {
        while (events.next().isPresent()) {
            // Notifications are of no interest here, only the end of the stream.
        }
    }

    private Json.Obj request(String method, Json.Obj params) {
        var message = Json.object()
                .put("jsonrpc", "2.0")
                .put("id", ++ids)
                .put("method", method)
                .put("params", params)
                .build();
        try (var answer = client.send(post(message))) {
            if (answer.status() != 200)
                throw new DemoFailure(method + " was answered with HTTP " + answer.status() + ": "
                        + new String(answer.body(ANSWER_BYTES_MAX), UTF_8));
            answer.headers().first("mcp-session-id").ifPresent(id -> session = Optional.of(id));
            return (Json.Obj) JsonReader.read(text(answer));
        }
    }

    private static byte[] text(Exchange answer) {
        if (!answer.headers().first("content-type").orElse("").startsWith("text/event-stream"))
            return answer.body(ANSWER_BYTES_MAX);
        var events = answer.events(ANSWER_BYTES_MAX);
        return events.next()
                .orElseThrow(() -> new DemoFailure("the stream ended without an answer"))
                .data()
                .getBytes(UTF_8);
    }

    private Call post(Json.Obj message) {
        return headers(Call.post(url, "application/json", message.bytes())
                .header("accept", "application/json, text/event-stream"));
    }

    private Call headers(Call call) {
        var sent = call.header("authorization", "Bearer " + key);
        return session.isEmpty()
                ? sent
                : sent.header("mcp-session-id", session.get()).header("mcp-protocol-version", VERSION);
    }
}
