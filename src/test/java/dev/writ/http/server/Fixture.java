package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server with a few routes that tests talk to. */
final class Fixture implements AutoCloseable {
    static final Limits QUICK = Limits.DEFAULT.withTimes(
            Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(400), Duration.ofMillis(500));

    final AtomicInteger handled = new AtomicInteger();
    final BlockingQueue<Sink> streams = new LinkedBlockingQueue<>();
    final BlockingQueue<String> departures = new LinkedBlockingQueue<>();
    final CountDownLatch held = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    final HttpServer server;

    Fixture() {
        this(Settings.loopback(0));
    }

    Fixture(Limits limits) {
        this(Settings.loopback(0).with(limits));
    }

    Fixture(Settings settings) {
        server = HttpServer.start(
                settings,
                Routes.of(
                        new Route("GET", "/", 0, "public", this::count),
                        new Route("HEAD", "/", 0, "public", this::count),
                        new Route("POST", "/echo", 100_000, "public", this::echo),
                        new Route("GET", "/items/{item}", 0, "public", this::item),
                        new Route("GET", "/items/new", 0, "public", this::count),
                        new Route("GET", "/large", 0, "public", _ -> Answer.of(200, "text/plain", new byte[300_000])),
                        new Route("GET", "/fails", 0, "public", Fixture::fails),
                        new Route("GET", "/holds", 0, "public", this::holds),
                        new Route("POST", "/holds", 1_000, "public", this::holds),
                        new Route("GET", "/stream", 0, "public", this::stream)),
                InstantSource.system());
    }

    Wire wire() throws java.io.IOException {
        return new Wire(server.address());
    }

    private Answer count(Request request) {
        handled.incrementAndGet();
        return Answer.text(200, "root");
    }

    private Answer echo(Request request) {
        handled.incrementAndGet();
        return Answer.of(200, "application/octet-stream", request.body());
    }

    private Answer item(Request request) {
        handled.incrementAndGet();
        return Answer.text(200, request.parameter("item") + " " + request.queries("q"));
    }

    private static Answer fails(Request request) {
        throw new IllegalStateException("secret detail");
    }

    /** Waits until the test lets go. */
    private Answer holds(Request request) {
        request.onGone(() -> departures.add("call"));
        held.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            return Answer.text(200, "interrupted");
        }
        return Answer.text(200, "held");
    }

    /** Opens a stream, hands its sink to the test and returns: the stream stays. */
    private Answer stream(Request request) {
        return new Answer.Stream(200, dev.writ.base.Headers.EMPTY, sink -> {
            sink.onClose(() -> departures.add("stream"));
            sink.write("hello".getBytes(UTF_8));
            streams.add(sink);
        });
    }

    @Override
    public void close() {
        released.countDown();
        server.close(Duration.ofMillis(200));
    }
}
