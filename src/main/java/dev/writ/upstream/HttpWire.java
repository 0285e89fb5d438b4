package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Event;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import dev.writ.upstream.oauth.Challenge;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Streamable HTTP (MCP 2025-03-26 to 2025-11-25, basic/transports): each message is a POST of its own. */
final class HttpWire implements Wire {
    static final int ANSWER_BYTES_MAX = 8 << 20;
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(30);
    private static final Duration RECONNECT_MIN = Duration.ofMillis(50);
    /** How often in a row a stream is taken up again that brings nothing. */
    private static final int RESUMES_MAX = 100;
    /** How long a call may take beyond our patience while its server waits for the client. */
    private static final Duration ASKING_MAX = Duration.ofMinutes(10);
    /** For a message that expects no more than a status: whoever sends it must not wait for a server that hangs. */
    private static final Deadlines SHORT =
            new Deadlines(Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(5));

    private final HttpClient client;
    private final Url url;
    private final Deadlines deadlines;
    private volatile Optional<String> session = Optional.empty();
    private volatile Optional<String> version = Optional.empty();
    private final Cancellation closed = new Cancellation();
    private volatile boolean lost;
    /** For what belongs to no request: the session is its caller's alone, and so is whatever it was shown. */
    private volatile Showing latest;

    HttpWire(HttpClient client, Url url, Showing showing, Deadlines deadlines) {
        this.client = client;
        this.url = url;
        this.latest = showing;
        this.deadlines = new Deadlines(
                deadlines.connect(),
                deadlines.firstByte(),
                deadlines.idle(),
                deadlines.total().plus(ASKING_MAX));
    }

    @Override
    public boolean begins() {
        return true;
    }

    @Override
    public void begin(
            long id,
            byte[] message,
            Showing showing,
            Meanwhile meanwhile,
            Cancellation cancellation,
            Consumer<Coming<Json.Obj>> then) {
        latest = showing;
        var call = showing.on(post(message)).within(deadlines);
        var cut = new Cut();
        var posting = new Posting(client, List.of(cancellation.then(cut::now), closed.then(cut::now)));
        cut.reaches(posting.begin(call, got -> then.accept(got.coming(() -> answer(id, got, meanwhile, cut)))));
    }

    /** A session that is not known any more is 404 by the specification, and 400 in the official SDK's examples. */
    private UpstreamError refused(int status) {
        if (session.isEmpty() || (status != 404 && status != 400))
            return new UpstreamError(true, "the server answers HTTP " + status);
        lost = true;
        return new UpstreamError(true, "the server no longer knows our session (HTTP " + status + ")");
    }

    private Json.Obj answer(long id, Posting.Got got, Meanwhile meanwhile, Cut cut) {
        switch (got.status()) {
            case 200 -> {}
            case 401, 403 -> throw new UpstreamError(Challenge.of(got.status(), got.headers()));
            default -> throw refused(got.status());
        }
        // The id of a session comes with the answer to initialize and is ours from then on.
        got.headers().only("mcp-session-id").ifPresent(given -> {
            if (session.isEmpty()) session = Optional.of(given);
        });
        if (got.stream().isPresent()) return awaited(id, got.stream().get(), meanwhile, cut);
        var message = message(got.body());
        if (!answers(message, id)) throw new UpstreamError(true, "the server's answer is not to our request");
        return message;
    }

    /**
     * Reads a call's stream to its answer. Where the server lets go of it, or the connection breaks, it is taken up again
     * behind the last event that had an id (2025-11-25, basic/transports, resumability); the request is never sent twice.
     */
    private Json.Obj awaited(long id, Exchange first, Meanwhile meanwhile, Cut cut) {
        var place = new Place();
        var found = read(id, first, meanwhile, place);
        long until = System.nanoTime() + deadlines.total().toNanos();
        for (int fruitless = 0; found.isEmpty(); fruitless = place.moved ? 0 : fruitless + 1) {
            if (place.id.isEmpty() || fruitless == RESUMES_MAX || System.nanoTime() > until)
                throw new UpstreamError(true, "the server ended its stream without an answer");
            meanwhile.paused(place.retry);
            if (cut.within(place.retry)) throw new UpstreamError(true, "the call was cancelled");
            place.moved = false;
            try (var exchange = client.send(latest.on(resuming(place.id.get())).within(deadlines), cut::reaches)) {
                if (exchange.status() != 200)
                    throw new UpstreamError(
                            true, "the server does not go on with its stream (HTTP " + exchange.status() + ")");
                found = read(id, exchange, meanwhile, place);
            }
        }
        return found.get();
    }

    /** Where the reading of a stream has come to. */
    private static final class Place {
        private Optional<String> id = Optional.empty();
        private Duration retry = Duration.ofSeconds(1);
        private boolean moved;

        void at(Event event) {
            event.id().filter(HttpWire::usable).ifPresent(given -> id = Optional.of(given));
            event.retry().ifPresent(wait -> retry = clamped(wait));
            moved = true;
        }
    }

    /** The answer, if the stream brings it; empty when it ends or breaks before and can be taken up again. */
    private Optional<Json.Obj> read(long id, Exchange exchange, Meanwhile meanwhile, Place place) {
        var events = exchange.events(ANSWER_BYTES_MAX);
        try {
            for (var event = events.next(); event.isPresent(); event = events.next()) {
                place.at(event.get());
                if (!event.get().data().isEmpty()) {
                    var message = message(event.get().data().getBytes(StandardCharsets.UTF_8));
                    if (answers(message, id)) return Optional.of(message);
                    meanwhile.message(message);
                }
                // A server that waits for the client is silent with good reason.
                exchange.patience(meanwhile.waiting() ? ASKING_MAX : deadlines.idle());
            }
        } catch (ClientError e) {
            if (e.code() != ClientError.Code.PEER_CLOSED || place.id.isEmpty()) throw e;
        }
        return Optional.empty();
    }

    /** An event's id goes back to the server in a header. */
    private static boolean usable(String id) {
        return !id.isEmpty() && id.length() <= 1_024 && id.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static Duration clamped(Duration wait) {
        if (wait.compareTo(RECONNECT_MIN) < 0) return RECONNECT_MIN;
        return wait.compareTo(RECONNECT_MAX) > 0 ? RECONNECT_MAX : wait;
    }

    @Override
    public void send(byte[] message) {
        var cut = new Cut();
        try (var _ = closed.then(cut::now);
                var exchange = client.send(latest.on(post(message)).within(SHORT), cut::reaches)) {
            if (exchange.status() >= 400)
                throw new UpstreamError(true, "the server refuses a notification (HTTP " + exchange.status() + ")");
            exchange.body(ANSWER_BYTES_MAX);
        } catch (ClientError e) {
            throw UpstreamError.of(e);
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
        var place = new Place();
        while (!closed.cancelled()) {
            var cut = new Cut();
            place.moved = false;
            try (var _ = closed.then(cut::now)) {
                if (!listenOnce(unasked, place, cut)) return;
                wait = place.moved ? place.retry : clamped(wait.multipliedBy(2));
                if (cut.within(wait)) return;
            }
        }
    }

    /** Whether the server has such a stream. */
    private boolean listenOnce(Meanwhile unasked, Place place, Cut cut) {
        var call = place.id.map(this::resuming).orElseGet(this::listening).within(Deadlines.STREAM);
        try (var exchange = client.send(latest.on(call), cut::reaches)) {
            if (exchange.status() == 200) heard(exchange, unasked, place);
            else if (place.id.isEmpty()) return false;
            // A server that has forgotten our place is asked for a stream from now on.
            else place.id = Optional.empty();
        } catch (ClientError | UpstreamError e) {
            // The stream is an extra: lost, it is opened again; calls go on without it.
        }
        return true;
    }

    private static void heard(Exchange exchange, Meanwhile unasked, Place place) {
        var events = exchange.events(ANSWER_BYTES_MAX);
        for (var event = events.next(); event.isPresent(); event = events.next()) {
            place.at(event.get());
            if (!event.get().data().isEmpty())
                unasked.message(message(event.get().data().getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Ends an exchange from outside, whether its head has come already or not. */
    private static final class Cut {
        private final CountDownLatch cut = new CountDownLatch(1);
        private volatile Runnable end = () -> {};

        void reaches(Runnable ending) {
            end = ending;
            if (cut.getCount() == 0) ending.run();
        }

        void now() {
            cut.countDown();
            end.run();
        }

        /** Whether it is cut before so much time has passed. */
        boolean within(Duration time) {
            try {
                return cut.await(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
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
        try (var exchange =
                client.send(latest.on(headers(Call.of("DELETE", url))).within(SHORT))) {
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
        return headers(Call.get(url).header("accept", "text/event-stream"));
    }

    private Call resuming(String after) {
        return listening().header("last-event-id", after);
    }

    private Call headers(Call call) {
        var sent = call;
        if (session.isPresent()) sent = sent.header("mcp-session-id", session.get());
        if (version.isPresent()) sent = sent.header("mcp-protocol-version", version.get());
        return sent;
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
}
