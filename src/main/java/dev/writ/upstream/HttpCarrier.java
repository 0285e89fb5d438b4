package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import dev.writ.upstream.oauth.Challenge;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Streamable HTTP without sessions (MCP 2026-07-28, basic/transports/streamable-http). Closing the POST is what cancels a
 * request, and nothing is ever sent twice: a broken stream is a lost answer.
 */
final class HttpCarrier implements Carrier {
    private final HttpClient client;
    private final Url url;
    private final Deadlines deadlines;
    private final Cancellation closed = new Cancellation();
    private volatile boolean lost;

    HttpCarrier(HttpClient client, Url url, Deadlines deadlines) {
        this.client = client;
        this.url = url;
        this.deadlines = deadlines;
    }

    @Override
    public Json.Obj exchange(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        return carried(letter, deadlines, meanwhile, cancellation)
                .orElseThrow(() -> new UpstreamError(true, "the server ended its stream without an answer"));
    }

    @Override
    public Optional<Json.Obj> listen(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        return carried(letter, Deadlines.STREAM, meanwhile, cancellation);
    }

    private Optional<Json.Obj> carried(
            Letter letter, Deadlines limits, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        var cut = new Cutting();
        try (var _ = cancellation.then(cut::now);
                var _ = closed.then(cut::now);
                var exchange = client.send(call(letter).within(limits), cut::reaches)) {
            return switch (exchange.status()) {
                case 200 ->
                    events(exchange) ? awaited(letter.id(), exchange, meanwhile) : Optional.of(whole(letter, exchange));
                case 401, 403 -> throw new UpstreamError(Challenge.of(exchange.status(), exchange.headers()));
                default -> Optional.of(error(letter.id(), exchange));
            };
        } catch (ClientError e) {
            throw new UpstreamError(e.sent(), "the server cannot be reached: " + e.getMessage(), e);
        }
    }

    private static Json.Obj whole(Letter letter, Exchange exchange) {
        var message = HttpWire.message(exchange.body(HttpWire.ANSWER_BYTES_MAX));
        if (!answers(message, letter.id())) throw new UpstreamError(true, "the server's answer is not to our request");
        return message;
    }

    /** An error comes with a status of its own; without a body that says which, the server is not of this era. */
    private Json.Obj error(long id, Exchange exchange) {
        var refused = new UpstreamError(true, "the server answers HTTP " + exchange.status());
        if (exchange.status() < 400 || exchange.status() >= 500) throw refused;
        try {
            var message = JsonReader.readObject(exchange.body(HttpWire.ANSWER_BYTES_MAX));
            var to = message.get("id").orElse(Json.Null.VALUE);
            boolean ours = to.equals(Json.of(id)) || to.equals(Json.Null.VALUE);
            if (ours && message.object("error").isPresent()) return message;
        } catch (JsonError e) {
            // Any other page: told below.
        }
        lost = exchange.status() == 404 || exchange.status() == 405 || exchange.status() == 400;
        throw refused;
    }

    private static Optional<Json.Obj> awaited(long id, Exchange exchange, Wire.Meanwhile meanwhile) {
        var events = exchange.events(HttpWire.ANSWER_BYTES_MAX);
        for (var event = events.next(); event.isPresent(); event = events.next()) {
            if (event.get().data().isEmpty()) continue;
            var message = HttpWire.message(event.get().data().getBytes(StandardCharsets.UTF_8));
            if (answers(message, id)) return Optional.of(message);
            // No request stands on a stream of this era; what has an id is no notification.
            if (message.get("id").isEmpty()) meanwhile.message(message);
        }
        return Optional.empty();
    }

    private Call call(Letter letter) {
        var call = Call.post(url, "application/json", Canonical.bytes(letter.message()))
                .header("accept", "application/json, text/event-stream");
        for (var header : letter.headers().entrySet()) call = call.header(header.getKey(), header.getValue());
        return letter.showing().on(call);
    }

    private static boolean events(Exchange exchange) {
        return exchange.headers().only("content-type").orElse("").startsWith("text/event-stream");
    }

    private static boolean answers(Json.Obj message, long id) {
        return message.get("method").isEmpty() && message.get("id").equals(Optional.of(Json.of(id)));
    }

    @Override
    public boolean mirrors() {
        return true;
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
        closed.cancel();
    }
}
