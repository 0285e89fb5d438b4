package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import dev.writ.upstream.oauth.Challenge;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
    public boolean begins() {
        return true;
    }

    @Override
    public void begin(
            Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation, Consumer<Coming<Json.Obj>> then) {
        carry(
                letter,
                deadlines,
                meanwhile,
                cancellation,
                coming -> then.accept(coming.map(answer -> answer.orElseThrow(
                        () -> new UpstreamError(true, "the server ended its stream without an answer")))));
    }

    @Override
    public Optional<Json.Obj> listen(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        return Coming.awaited(then -> carry(letter, Deadlines.STREAM, meanwhile, cancellation, then), cancellation);
    }

    private void carry(
            Letter letter,
            Deadlines limits,
            Wire.Meanwhile meanwhile,
            Cancellation cancellation,
            Consumer<Coming<Optional<Json.Obj>>> then) {
        var call = call(letter).within(limits);
        var cut = new Cutting();
        var posting = new Posting(client, List.of(cancellation.then(cut::now), closed.then(cut::now)));
        cut.reaches(posting.begin(call, got -> then.accept(got.coming(() -> answer(letter, got, meanwhile)))));
    }

    private Optional<Json.Obj> answer(Letter letter, Posting.Got got, Wire.Meanwhile meanwhile) {
        return switch (got.status()) {
            case 200 ->
                got.stream().isPresent()
                        ? awaited(letter.id(), got.stream().get(), meanwhile)
                        : Optional.of(whole(letter, got));
            case 401, 403 -> throw new UpstreamError(Challenge.of(got.status(), got.headers()));
            default -> Optional.of(error(letter.id(), got));
        };
    }

    private static Json.Obj whole(Letter letter, Posting.Got got) {
        var message = HttpWire.message(got.body());
        if (!answers(message, letter.id())) throw new UpstreamError(true, "the server's answer is not to our request");
        return message;
    }

    /** An error comes with a status of its own; without a body that says which, the server is not of this era. */
    private Json.Obj error(long id, Posting.Got got) {
        var refused = new UpstreamError(true, "the server answers HTTP " + got.status());
        if (got.status() < 400 || got.status() >= 500 || got.stream().isPresent()) throw refused;
        try {
            var message = JsonReader.readObject(got.body());
            var to = message.get("id").orElse(Json.Null.VALUE);
            boolean ours = to.equals(Json.of(id)) || to.equals(Json.Null.VALUE);
            if (ours && message.object("error").isPresent()) return message;
        } catch (JsonError e) {
            // Any other page: told below.
        }
        lost = got.status() == 404 || got.status() == 405 || got.status() == 400;
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
