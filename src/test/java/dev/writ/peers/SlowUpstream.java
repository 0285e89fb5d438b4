package dev.writ.peers;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Limits;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.ServerError;
import dev.writ.http.server.Settings;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An MCP server over HTTP that does what a test says with a call, and counts what of its is open: exchanges that wait,
 * streams, the sessions' own streams.
 */
final class SlowUpstream implements AutoCloseable {
    /** What it does with a call. */
    enum Habit {
        /** Never even begins an answer. */
        NO_HEAD,
        /** Progress without end. */
        ENDLESS_PROGRESS,
        /** Begins a stream and ends it without an answer. */
        NO_ANSWER,
        /** Begins a stream and cuts the connection. */
        CUT,
        ANSWER
    }

    volatile Habit habit = Habit.ANSWER;
    /** Whether it also leaves the end of a session, and what is cancelled, without an answer. */
    volatile boolean deaf;

    final List<String> heard = new CopyOnWriteArrayList<>();
    private final Set<CompletableFuture<Void>> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ids = new AtomicInteger();
    private final HttpServer server;

    SlowUpstream() {
        var routes = List.of(
                new Route("POST", "/mcp", 1 << 20, "agent", this::post),
                new Route("GET", "/mcp", 0, "agent", this::listen),
                new Route("DELETE", "/mcp", 0, "agent", this::delete));
        server = HttpServer.start(
                new Settings("127.0.0.1", 0, Set.of(), Set.of(), Limits.DEFAULT, 1),
                new Routes(routes),
                InstantSource.system());
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + "/mcp");
    }

    /** Exchanges and streams that are open now. */
    int open() {
        return open.size();
    }

    private Answer post(Request request) {
        var message = JsonReader.readObject(request.body());
        var method = message.string("method").orElse("");
        heard.add(method);
        return switch (method) {
            case "initialize" ->
                answer(
                                message,
                                Json.object()
                                        .put("protocolVersion", PeerStage.REVISION)
                                        .put(
                                                "capabilities",
                                                Json.object()
                                                        .put("tools", Json.Obj.EMPTY)
                                                        .build())
                                        .build())
                        .with("mcp-session-id", "s" + ids.incrementAndGet());
            case "tools/list" ->
                answer(
                        message,
                        JsonReader.readObject("{\"tools\":[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]}"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            case "tools/call" -> call(request, message);
            default -> deaf ? silence(request) : Answer.empty(202);
        };
    }

    private Answer call(Request request, Json.Obj message) {
        return switch (habit) {
            case ANSWER -> answer(message, done());
            case NO_HEAD -> silence(request);
            case ENDLESS_PROGRESS -> progress(message);
            case NO_ANSWER, CUT ->
                new Answer.EventStream(sink -> {
                    sink.keepAlive();
                    if (habit == Habit.CUT) sink.abort();
                    else sink.close();
                });
        };
    }

    private Answer progress(Json.Obj message) {
        var token = message.object("params")
                .flatMap(params -> params.object("_meta"))
                .flatMap(meta -> meta.get("progressToken"))
                .orElse(Json.of(0));
        return new Answer.EventStream(sink -> {
            var gone = opened();
            sink.onClose(() -> gone.complete(null));
            try {
                for (int i = 1; !gone.isDone(); i++) {
                    sink.send(Json.object()
                            .put("jsonrpc", "2.0")
                            .put("method", "notifications/progress")
                            .put(
                                    "params",
                                    Json.object()
                                            .put("progress", i)
                                            .put("progressToken", token)
                                            .build())
                            .build()
                            .text());
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                }
            } catch (ServerError e) {
                gone.complete(null);
            }
        });
    }

    private Answer listen(Request request) {
        return new Answer.EventStream(sink -> {
            var gone = opened();
            sink.onClose(() -> gone.complete(null));
            sink.keepAlive();
        });
    }

    private Answer delete(Request request) {
        heard.add("DELETE");
        return deaf ? silence(request) : Answer.empty(204);
    }

    /** Waits until the other side has had enough. */
    private Answer silence(Request request) {
        var gone = opened();
        request.onGone(() -> gone.complete(null));
        gone.join();
        return Answer.empty(204);
    }

    private CompletableFuture<Void> opened() {
        var gone = new CompletableFuture<Void>();
        open.add(gone);
        var _ = gone.thenRun(() -> open.remove(gone));
        return gone;
    }

    private static Answer.Full answer(Json.Obj request, Json.Obj result) {
        return Answer.json(
                200,
                Json.object()
                        .put("jsonrpc", "2.0")
                        .put("id", request.get("id").orElseThrow())
                        .put("result", result)
                        .build());
    }

    private static Json.Obj done() {
        return JsonReader.readObject("{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        open.forEach(gone -> gone.complete(null));
        server.close();
    }
}
