package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** An MCP client of 2026-07-28, the era without sessions, that sends just what a test tells it to. */
public final class StatelessClient implements AutoCloseable {
    public static final String VERSION = "2026-07-28";
    public static final String ALL = "{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{},\"roots\":{}}";
    public static final String NONE = "{}";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String PREFIX = "io.modelcontextprotocol/";

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI url;
    private final String key;

    private StatelessClient(URI url, String key) {
        this.url = url;
        this.key = key;
    }

    public static StatelessClient to(String url, String key) {
        return new StatelessClient(URI.create(url), key);
    }

    /** A status and the last message of the body, as they came. */
    public record Reply(int status, String body) {
        public Json.Obj json() {
            if (!body.contains("data: ")) return JsonReader.readObject(body.getBytes(UTF_8));
            return messages().getLast();
        }

        /** All messages of a stream. */
        public List<Json.Obj> messages() {
            return body.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> JsonReader.readObject(line.substring(6).getBytes(UTF_8)))
                    .toList();
        }

        public Json.Obj result() {
            return json().object("result").orElseThrow(() -> new AssertionError("no result: " + body));
        }

        /** The code of its JSON-RPC error; 0 when there is none. */
        public long code() {
            return json().object("error")
                    .flatMap(error -> error.integer("code"))
                    .orElse(0L);
        }

        public String text() {
            return McpClient.text(json());
        }
    }

    /** What a request says of itself; {@code capabilities} and {@code more} are JSON. */
    public static Json.Obj meta(String capabilities, String more) {
        var meta = Json.object()
                .put(PREFIX + "protocolVersion", VERSION)
                .put(PREFIX + "clientInfo", JsonReader.read("{\"name\":\"test\",\"version\":\"1\"}"))
                .put(PREFIX + "clientCapabilities", JsonReader.read(capabilities));
        ((Json.Obj) JsonReader.read(more)).members().forEach(meta::put);
        return meta.build();
    }

    public static String body(String id, String method, String params, Json.Obj meta) {
        var all = ((Json.Obj) JsonReader.read(params)).with("_meta", meta);
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", JsonReader.read(id))
                .put("method", method)
                .put("params", all)
                .build()
                .text();
    }

    /** A request as the revision has it. */
    public Reply ask(String method, String params, String capabilities) {
        return ask(method, params, meta(capabilities, NONE));
    }

    public Reply ask(String method, String params, Json.Obj meta) {
        return post(body("1", method, params, meta), headers(method, params));
    }

    public Reply call(String tool, String arguments) {
        return ask("tools/call", params(tool, arguments, ""), ALL);
    }

    /** A round that follows another one. */
    public Reply again(String tool, String arguments, String state, String responses) {
        var more = ",\"requestState\":" + Json.of(state).text() + ",\"inputResponses\":" + responses;
        return ask("tools/call", params(tool, arguments, more), ALL);
    }

    /** @param more further members, each after a comma */
    public static String params(String tool, String arguments, String more) {
        return "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + more + "}";
    }

    /** The headers that repeat the body. */
    public static String[] headers(String method, String params) {
        var object = (Json.Obj) JsonReader.read(params);
        var name = object.string("name").or(() -> object.string("uri"));
        var all = new ArrayList<>(List.of("mcp-protocol-version", VERSION, "mcp-method", method));
        name.ifPresent(n -> all.addAll(List.of("mcp-name", n)));
        return all.toArray(String[]::new);
    }

    /** Sends a body as it is, with these headers by turns. */
    public Reply post(String body, String... headers) {
        return send("POST", HttpRequest.BodyPublishers.ofString(body), headers);
    }

    public Reply send(String method, HttpRequest.BodyPublisher body, String... headers) {
        try {
            var answer = http.send(request(headers).method(method, body).build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends and does not wait; cancelling the future closes the connection. */
    public CompletableFuture<HttpResponse<String>> begin(String body, String... headers) {
        return http.sendAsync(
                request(headers).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Opens a stream under the id {@code "sub-1"}. */
    public Events listen(String filter) {
        var params = "{\"notifications\":" + filter + "}";
        return stream(
                body("\"sub-1\"", "subscriptions/listen", params, meta(NONE, NONE)),
                headers("subscriptions/listen", params));
    }

    public Events stream(String body, String... headers) {
        try {
            var answer = http.send(
                    request(headers)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofLines());
            var type = answer.headers().firstValue("content-type").orElse("");
            if (!type.equals("text/event-stream"))
                throw new AssertionError("no stream: " + answer.statusCode() + " "
                        + answer.body().toList());
            return new Events(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A stream that is read message by message. */
    public static final class Events implements AutoCloseable {
        private final Stream<String> all;
        private final Iterator<String> lines;

        private Events(Stream<String> lines) {
            this.all = lines;
            this.lines = lines.iterator();
        }

        /** Waits for the next message; empty when the stream has ended. */
        public Optional<Json.Obj> next() {
            while (lines.hasNext()) {
                var line = lines.next();
                if (line.startsWith("data: "))
                    return Optional.of(JsonReader.readObject(line.substring(6).getBytes(UTF_8)));
            }
            return Optional.empty();
        }

        @Override
        public void close() {
            all.close();
        }
    }

    private HttpRequest.Builder request(String... headers) {
        var request = HttpRequest.newBuilder(url).timeout(PATIENCE).header("authorization", "Bearer " + key);
        boolean accepts = false;
        boolean typed = false;
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
            accepts |= headers[i].equals("accept");
            typed |= headers[i].equals("content-type");
        }
        if (!accepts) request.header("accept", "application/json, text/event-stream");
        if (!typed) request.header("content-type", "application/json");
        return request;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
