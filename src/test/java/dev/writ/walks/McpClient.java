package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.Loops;
import dev.writ.http.client.Call;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import dev.writ.http.client.Url;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** An MCP client of the era with sessions that sends just what a test tells it to. */
public final class McpClient implements AutoCloseable {
    private static final int BYTES_MAX = 16 << 20;

    /** Of all clients together: thousands of them would else have as many threads. */
    private static final Loops LOOPS = Loops.start(2, "test-clients");

    private final HttpClient client;
    private final AtomicLong ids = new AtomicLong();
    private final Url url;
    private final String key;
    private volatile Optional<String> session = Optional.empty();

    private McpClient(Url url, String key, List<X509Certificate> trust) {
        this.client = HttpClient.start(Settings.to(Destinations.loopbackOnly()).trusting(trust), LOOPS);
        this.url = url;
        this.key = key;
    }

    public static McpClient to(String url, String key) {
        return to(url, key, List.of());
    }

    /** @param trust the authorities of the gateway's certificate */
    public static McpClient to(String url, String key, List<X509Certificate> trust) {
        return new McpClient(Url.parse(url), key, trust);
    }

    /** A status and a body, as they came. */
    public record Reply(int status, String body) {
        public Json.Obj json() {
            return JsonReader.readObject(body.getBytes(UTF_8));
        }
    }

    public Json.Obj initialize() {
        var params = Json.object()
                .put("protocolVersion", "2025-06-18")
                .put("capabilities", Json.Obj.EMPTY)
                .put(
                        "clientInfo",
                        Json.object().put("name", "test").put("version", "1").build())
                .build();
        var answer = ask("initialize", params);
        post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        return answer;
    }

    public Json.Obj ask(String method, Json.Obj params) {
        var reply = post(Json.object()
                .put("jsonrpc", "2.0")
                .put("id", ids.incrementAndGet())
                .put("method", method)
                .put("params", params)
                .build()
                .text());
        if (reply.status() != 200) throw new AssertionError(method + ": " + reply);
        return reply.json();
    }

    /** All pages of a list. */
    public List<Json> list(String method, String member) {
        var items = new ArrayList<Json>();
        var cursor = Optional.<String>empty();
        do {
            var params = Json.object().put("cursor", cursor).build();
            var result = ask(method, params).object("result").orElseThrow();
            items.addAll(result.array(member).orElseThrow().items());
            cursor = result.string("nextCursor");
        } while (cursor.isPresent());
        return items;
    }

    public List<String> toolNames() {
        return list("tools/list", "tools").stream()
                .map(tool -> ((Json.Obj) tool).string("name").orElseThrow())
                .toList();
    }

    public Json.Obj call(String tool, String arguments) {
        return ask(
                "tools/call",
                Json.object()
                        .put("name", tool)
                        .put("arguments", JsonReader.read(arguments))
                        .build());
    }

    /** Sends a body as it is. */
    public Reply post(String body) {
        return post(body.getBytes(UTF_8));
    }

    public Reply post(byte[] body) {
        return send(Call.post(url, "application/json", body).header("accept", "application/json, text/event-stream"));
    }

    public Reply send(Call call) {
        try (var exchange = client.send(headers(call))) {
            exchange.headers().first("mcp-session-id").ifPresent(id -> session = Optional.of(id));
            return new Reply(exchange.status(), body(exchange));
        }
    }

    private static String body(Exchange exchange) {
        if (!exchange.headers().first("content-type").orElse("").startsWith("text/event-stream"))
            return new String(exchange.body(BYTES_MAX), UTF_8);
        var events = exchange.events(BYTES_MAX);
        for (var event = events.next(); event.isPresent(); event = events.next()) {
            var data = event.get().data();
            if (!data.isEmpty()
                    && JsonReader.readObject(data.getBytes(UTF_8)).get("id").isPresent()) return data;
        }
        return "";
    }

    /** As {@link #initialize()}, for a client of another revision that offers something. */
    public Json.Obj initialize(String revision, String capabilities) {
        var params = Json.object()
                .put("protocolVersion", revision)
                .put("capabilities", JsonReader.read(capabilities))
                .put(
                        "clientInfo",
                        Json.object().put("name", "test").put("version", "1").build())
                .build();
        return ask("initialize", params);
    }

    /** Sends a call and leaves its answer to be read bit by bit; to be closed. */
    public Exchange open(Call call) {
        return client.send(headers(call).within(Deadlines.STREAM));
    }

    /** A request whose answer may be a stream. */
    public Exchange openPost(String body) {
        return open(Call.post(url, "application/json", body.getBytes(UTF_8))
                .header("accept", "application/json, text/event-stream"));
    }

    /** The session's own stream, or one that is taken up again behind an event. */
    public Exchange openGet(Optional<String> after) {
        var call = Call.get(url).header("accept", "text/event-stream");
        return open(after.map(id -> call.header("last-event-id", id)).orElse(call));
    }

    /** Opens the server's own stream; completes when it ends. */
    public CompletableFuture<Void> listen(CompletableFuture<Void> opened) {
        var ended = new CompletableFuture<Void>();
        Thread.ofVirtual().start(() -> {
            var call =
                    headers(Call.get(url).header("accept", "text/event-stream")).within(Deadlines.STREAM);
            try (var exchange = client.send(call)) {
                if (exchange.status() != 200) throw new AssertionError("listen: " + exchange.status());
                opened.complete(null);
                while (exchange.next().isPresent()) {
                    // Only the end matters.
                }
                ended.complete(null);
            } catch (RuntimeException | AssertionError e) {
                opened.complete(null);
                ended.complete(null);
            }
        });
        return ended;
    }

    public Url url() {
        return url;
    }

    public Optional<String> session() {
        return session;
    }

    public void useSession(Optional<String> other) {
        session = other;
    }

    private Call headers(Call call) {
        var sent = call.header("authorization", "Bearer " + key);
        return session.map(id -> sent.header("mcp-session-id", id)).orElse(sent);
    }

    /** The first text block of a tool's result. */
    public static String text(Json.Obj answer) {
        return answer.object("result")
                .flatMap(result -> result.array("content"))
                .map(content ->
                        ((Json.Obj) content.items().getFirst()).string("text").orElse(""))
                .orElseGet(answer::text);
    }

    public static boolean isError(Json.Obj answer) {
        // A result without the member is a success (MCP server/tools).
        return answer.object("result")
                .map(result -> result.bool("isError").orElse(false))
                .orElse(true);
    }

    /** The id of the approval that a PENDING answer names. */
    public static String approval(Json.Obj answer) {
        return answer.object("result")
                .flatMap(result -> result.object("_meta"))
                .flatMap(meta -> meta.object("dev.writ/decision"))
                .flatMap(decision -> decision.string("approval"))
                .orElseThrow(() -> new AssertionError("not pending: " + answer.text()));
    }

    @Override
    public void close() {
        client.close();
    }
}
