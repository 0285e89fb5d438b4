package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Streamable HTTP (MCP 2025-03-26 to 2025-11-25, basic/transports): each message is a POST of its own. */
final class HttpWire implements Wire {
    static final int ANSWER_BYTES_MAX = 8 << 20;
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(30);
    /** For a message that expects no more than a status: whoever sends it must not wait for a server that hangs. */
    private static final Deadlines SHORT =
            new Deadlines(Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(5));

    private final HttpClient client;
    private final Url url;
    private final Map<String, String> credentials;
    private final Deadlines deadlines;
    private volatile Optional<String> session = Optional.empty();
    private volatile Optional<String> version = Optional.empty();
    private final Cancellation closed = new Cancellation();
    private volatile boolean lost;

    HttpWire(HttpClient client, Url url, Map<String, String> credentials, Deadlines deadlines) {
        this.client = client;
        this.url = url;
        this.credentials = Map.copyOf(credentials);
        this.deadlines = deadlines;
    }

    @Override
    public Json.Obj exchange(long id, byte[] message, Meanwhile meanwhile, Cancellation cancellation) {
        var cut = new Cut();
        try (var _ = cancellation.then(cut::now);
                var _ = closed.then(cut::now);
                var exchange = client.send(post(message).within(deadlines), cut::reaches)) {
            return switch (exchange.status()) {
                case 200 -> answer(id, exchange, meanwhile);
                case 401, 403 ->
                    throw new UpstreamError(true, "the server refuses our credential (HTTP " + exchange.status() + ")");
                default -> throw refused(exchange.status());
            };
        } catch (ClientError e) {
            throw failure(e);
        }
    }

    /** A session that is not known any more is 404 by the specification, and 400 in the official SDK's examples. */
    private UpstreamError refused(int status) {
        if (session.isEmpty() || (status != 404 && status != 400))
            return new UpstreamError(true, "the server answers HTTP " + status);
        lost = true;
        return new UpstreamError(true, "the server no longer knows our session (HTTP " + status + ")");
    }

    private Json.Obj answer(long id, Exchange exchange, Meanwhile meanwhile) {
        // The id of a session comes with the answer to initialize and is ours from then on.
        exchange.headers().only("mcp-session-id").ifPresent(given -> {
            if (session.isEmpty()) session = Optional.of(given);
        });
        if (isEventStream(exchange)) return awaited(id, exchange, meanwhile);
        var message = message(exchange.body(ANSWER_BYTES_MAX));
        if (!answers(message, id)) throw new UpstreamError(true, "the server's answer is not to our request");
        return message;
    }

    private static Json.Obj awaited(long id, Exchange exchange, Meanwhile meanwhile) {
        var events = exchange.events(ANSWER_BYTES_MAX);
        for (var event = events.next(); event.isPresent(); event = events.next()) {
            if (event.get().data().isEmpty()) continue;
            var message = message(event.get().data().getBytes(StandardCharsets.UTF_8));
            if (answers(message, id)) return message;
            meanwhile.message(message);
        }
        throw new UpstreamError(true, "the server ended its stream without an answer");
    }

    @Override
    public void send(byte[] message) {
        var cut = new Cut();
        try (var _ = closed.then(cut::now);
                var exchange = client.send(post(message).within(SHORT), cut::reaches)) {
            if (exchange.status() >= 400)
                throw new UpstreamError(true, "the server refuses a notification (HTTP " + exchange.status() + ")");
            exchange.body(ANSWER_BYTES_MAX);
        } catch (ClientError e) {
            throw failure(e);
        }
    }

    @Override
    public void ready(String protocolVersion, Meanwhile unasked) {
        version = Optional.of(protocolVersion);
        Thread.ofVirtual().name("mcp-listen").start(() -> listen(unasked));
    }

    /** Keeps the server's own stream open (GET); a server without one answers 405 and is left alone. */
    private void listen(Meanwhile unasked) {
        var wait = Duration.ofSeconds(1);
        while (!closed.cancelled()) {
            var cut = new Cut();
            try (var _ = closed.then(cut::now);
                    var exchange = client.send(listening(), cut::reaches)) {
                if (exchange.status() != 200) return;
                wait = Duration.ofSeconds(1);
                var events = exchange.events(ANSWER_BYTES_MAX);
                for (var event = events.next(); event.isPresent(); event = events.next())
                    if (!event.get().data().isEmpty())
                        unasked.message(message(event.get().data().getBytes(StandardCharsets.UTF_8)));
            } catch (ClientError | UpstreamError e) {
                // The stream is an extra: lost, it is opened again; calls go on without it.
            }
            if (closed.cancelled() || !pause(wait)) return;
            wait = wait.multipliedBy(2).compareTo(RECONNECT_MAX) > 0 ? RECONNECT_MAX : wait.multipliedBy(2);
        }
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends an exchange from outside, whether its head has come already or not. */
    private static final class Cut {
        private volatile boolean cut;
        private volatile Runnable end = () -> {};

        void reaches(Runnable ending) {
            end = ending;
            if (cut) ending.run();
        }

        void now() {
            cut = true;
            end.run();
        }
    }

    @Override
    public boolean lost() {
        return lost;
    }

    @Override
    public String peer() {
        return url.toString();
    }

    @Override
    public void close() {
        if (closed.cancelled()) return;
        closed.cancel();
        if (session.isEmpty()) return;
        try (var exchange = client.send(headers(Call.of("DELETE", url)).within(SHORT))) {
            exchange.body(ANSWER_BYTES_MAX);
        } catch (ClientError e) {
            // The server ends the session by itself in its own time.
        }
    }

    private Call post(byte[] message) {
        return headers(
                Call.post(url, "application/json", message).header("accept", "application/json, text/event-stream"));
    }

    private Call listening() {
        return headers(Call.get(url).header("accept", "text/event-stream")).within(Deadlines.STREAM);
    }

    private Call headers(Call call) {
        var sent = call;
        for (var credential : credentials.entrySet()) sent = sent.header(credential.getKey(), credential.getValue());
        if (session.isPresent()) sent = sent.header("mcp-session-id", session.get());
        if (version.isPresent()) sent = sent.header("mcp-protocol-version", version.get());
        return sent;
    }

    private static boolean isEventStream(Exchange exchange) {
        return exchange.headers().only("content-type").orElse("").startsWith("text/event-stream");
    }

    private static boolean answers(Json.Obj message, long id) {
        return message.get("method").isEmpty() && message.get("id").equals(Optional.of(Json.of(id)));
    }

    static Json.Obj message(byte[] text) {
        try {
            return JsonReader.readObject(text);
        } catch (JsonError e) {
            throw new UpstreamError(true, "the server's message is not acceptable JSON: " + e.reason());
        }
    }

    private static UpstreamError failure(ClientError e) {
        return new UpstreamError(e.sent(), "the server cannot be reached: " + e.getMessage(), e);
    }
}
