package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An MCP server with sessions over HTTP, with one tool, {@code work}, whose calls go as a test's script says. It keeps
 * all that it hears.
 */
public final class ScriptedServer implements AutoCloseable {
    /** What happens on the stream of a call, or of a stream that is taken up again. */
    @FunctionalInterface
    public interface Script {
        void run(Json.Obj message, EventSink sink);
    }

    public volatile Script calls = (message, sink) -> sink.send(answer(message, "{\"content\":[]}"));
    public volatile Script resumes = (message, sink) -> sink.close();
    public volatile Optional<Answer> instead = Optional.empty();
    public volatile String resources = "[]";
    /** How many resources are on a page of their list. */
    public volatile int page = 1_000;

    public final List<Json.Obj> heard = new CopyOnWriteArrayList<>();
    public final List<String> resumed = new CopyOnWriteArrayList<>();
    private final List<EventSink> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger sessions = new AtomicInteger();
    private final HttpServer server;

    private ScriptedServer() {
        var routes = List.of(
                new Route("POST", "/mcp", 8 << 20, "public", this::post),
                new Route("GET", "/mcp", 0, "public", this::listen),
                new Route("DELETE", "/mcp", 0, "public", _ -> Answer.empty(204)));
        server = HttpServer.start(Settings.loopback(0), new Routes(routes), InstantSource.system());
    }

    public static ScriptedServer start() {
        return new ScriptedServer();
    }

    public String url() {
        return "http://127.0.0.1:" + server.address().getPort() + "/mcp";
    }

    public static String answer(Json.Obj message, String result) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", message.get("id").orElseThrow())
                .put("result", JsonReader.read(result))
                .build()
                .text();
    }

    /** All that was heard of one method, or the responses for the empty name. */
    public List<Json.Obj> heard(String method) {
        return heard.stream()
                .filter(message -> message.string("method").orElse("").equals(method))
                .toList();
    }

    /** The client's answer to a request of ours; waits for it. */
    public Json.Obj response(String id) {
        var found = new CompletableFuture<Json.Obj>();
        Eventually.that("the answer to " + id, () -> {
            heard("").stream()
                    .filter(message -> message.get("id").equals(Optional.of(Json.of(id))))
                    .forEach(found::complete);
            return found.isDone();
        });
        return found.join();
    }

    /** Says something on the newest stream of a session. */
    public void say(String text) {
        Eventually.that("somebody listens", () -> !listeners.isEmpty());
        listeners.getLast().send(text);
    }

    private Answer post(Request request) {
        var message = JsonReader.readObject(request.body());
        heard.add(message);
        return switch (message.string("method").orElse("")) {
            case "initialize" ->
                whole(
                                message,
                                Json.object()
                                        .put(
                                                "protocolVersion",
                                                message.object("params")
                                                        .orElseThrow()
                                                        .string("protocolVersion"))
                                        .put(
                                                "capabilities",
                                                JsonReader.read("{\"tools\":{\"listChanged\":true},\"logging\":{},"
                                                        + "\"resources\":{\"subscribe\":true}}"))
                                        .build()
                                        .text())
                        .with("mcp-session-id", "s" + sessions.incrementAndGet());
            case "tools/list" ->
                whole(message, "{\"tools\":[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]}");
            case "resources/list" -> whole(message, resources(message));
            case "resources/read" -> whole(message, "{\"contents\":[]}");
            case "tools/call" ->
                instead.orElseGet(() -> new Answer.EventStream(sink -> {
                    calls.run(message, sink);
                    sink.close();
                }));
            default ->
                message.get("id").isPresent() && message.get("method").isPresent()
                        ? whole(message, "{}")
                        : Answer.empty(202);
        };
    }

    private String resources(Json.Obj message) {
        var all = ((Json.Arr) JsonReader.read(resources)).items();
        int from = message.object("params")
                .flatMap(params -> params.string("cursor"))
                .map(Integer::valueOf)
                .orElse(0);
        int to = Math.min(all.size(), from + page);
        var result = Json.object().put("resources", new Json.Arr(all.subList(from, to)));
        if (to < all.size()) result.put("nextCursor", Integer.toString(to));
        return result.build().text();
    }

    private static Answer.Full whole(Json.Obj message, String result) {
        return Answer.of(200, "application/json", answer(message, result).getBytes(UTF_8));
    }

    private Answer listen(Request request) {
        var last = request.headers().first("last-event-id");
        return new Answer.EventStream(sink -> {
            if (last.isPresent()) {
                resumed.add(last.get());
                resumes.run(heard("tools/call").getLast(), sink);
                sink.close();
                return;
            }
            listeners.add(sink);
            sink.onClose(() -> listeners.remove(sink));
            sink.keepAlive();
        });
    }

    @Override
    public void close() {
        server.close();
    }
}
