package dev.writ.storm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** An agent's session, for callers that expect their server to die at any moment. */
final class Session {
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final HttpClient client;
    private final Url url;
    private final String key;
    private final AtomicLong ids = new AtomicLong();
    private Optional<String> session = Optional.empty();

    Session(HttpClient client, String url, String server, String key) {
        this.client = client;
        this.url = Url.parse(url + "/mcp/" + server);
        this.key = key;
    }

    /** What a call came to. */
    sealed interface Came {
        /** The server's own answer. */
        record Through(String text) implements Came {}

        /** Writ's own answer: refused, pending and the like; the first word says which. */
        record Verdict(String text, Optional<String> approval) implements Came {}

        /** Nothing: the process was killed before it answered. */
        record Nothing() implements Came {}
    }

    Came initialize() {
        var params =
                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"storm\",\"version\":\"1\"}}";
        return ask("initialize", (Json.Obj) JsonReader.read(params));
    }

    Came call(String tool, String id, int amount) {
        var input = Json.object().put("id", id).put("amount", amount).build();
        return ask(
                "tools/call",
                Json.object().put("name", tool).put("arguments", input).build());
    }

    /** Says goodbye; what the server thinks of it does not matter. */
    void end() {
        if (session.isEmpty()) return;
        var call =
                Call.of("DELETE", url).header("authorization", "Bearer " + key).header("mcp-session-id", session.get());
        try (var exchange = client.send(call)) {
            exchange.body(ANSWER_BYTES_MAX);
        } catch (ClientError e) {
            // Gone is gone.
        }
    }

    private Came ask(String method, Json.Obj params) {
        var body = Json.object()
                .put("jsonrpc", "2.0")
                .put("id", ids.incrementAndGet())
                .put("method", method)
                .put("params", params)
                .build();
        var call = Call.post(url, "application/json", body.bytes())
                .header("accept", "application/json, text/event-stream")
                .header("authorization", "Bearer " + key);
        if (session.isPresent()) call = call.header("mcp-session-id", session.get());
        try (var exchange = client.send(call)) {
            exchange.headers().first("mcp-session-id").ifPresent(id -> session = Optional.of(id));
            var text = new String(exchange.body(ANSWER_BYTES_MAX), UTF_8);
            return came(exchange.status(), text);
        } catch (ClientError e) {
            return new Came.Nothing();
        }
    }

    private static Came came(int status, String text) {
        if (status != 200) return new Came.Verdict("HTTP " + status + " " + text, Optional.empty());
        var answer = JsonReader.readObject(text.getBytes(UTF_8));
        var result = answer.object("result");
        if (result.isEmpty()) return new Came.Verdict("ERROR " + text, Optional.empty());
        var meta = result.get().object("_meta").flatMap(m -> m.object("dev.writ/decision"));
        var content = result.get().array("content");
        var first = content.map(blocks ->
                        ((Json.Obj) blocks.items().getFirst()).string("text").orElse(""))
                .orElse("");
        return meta.isPresent() ? new Came.Verdict(first, meta.get().string("approval")) : new Came.Through(first);
    }
}
