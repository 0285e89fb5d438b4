package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Open streams: backpressure, the client's leaving, the end from another thread. */
class StreamTest {
    @Test
    void aStreamGoesOnAfterItsHandlerAndEndsWhenClosed() throws Exception {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            wire.request("GET /stream").head();
            assertThat(wire.chunk()).isEqualTo("hello");
            var sink = fixture.streams.poll(5, TimeUnit.SECONDS);
            sink.write("more".getBytes(UTF_8));
            sink.write(new byte[0]);
            sink.close();
            sink.close();
            assertThat(wire.chunk()).isEqualTo("more");
            assertThat(wire.chunk()).isEmpty();
            assertThat(fixture.departures.poll(5, TimeUnit.SECONDS)).isEqualTo("stream");
            assertThatThrownBy(() -> sink.write("late".getBytes(UTF_8)))
                    .isInstanceOfSatisfying(
                            ServerError.class, e -> assertThat(e.code()).isEqualTo(ServerError.Code.GONE));
            assertThat(wire.request("GET /").reply().body()).isEqualTo("root");
        }
    }

    @Test
    void aClientThatLeavesAnIdleStreamIsNoticedAtOnceHoweverItLeaves() throws Exception {
        try (var fixture = new Fixture()) {
            for (var way : Leaving.values()) {
                try (var wire = fixture.wire()) {
                    wire.request("GET /stream").head();
                    var sink = fixture.streams.poll(5, TimeUnit.SECONDS);
                    assertThat(sink.open()).isTrue();
                    switch (way) {
                        case CLOSE -> wire.close();
                        case RESET -> wire.reset();
                        case HALF_CLOSE -> wire.finishSending();
                    }
                    assertThat(fixture.departures.poll(5, TimeUnit.SECONDS))
                            .as("%s", way)
                            .isEqualTo("stream");
                    assertThat(sink.open()).isFalse();
                }
            }
            ConnectionTest.awaitNoConnections(fixture);
        }
    }

    private enum Leaving {
        CLOSE,
        RESET,
        HALF_CLOSE
    }

    @Test
    void aClientThatLeavesDuringACallIsNoticed() throws Exception {
        try (var fixture = new Fixture()) {
            try (var wire = fixture.wire()) {
                wire.request("GET /holds");
                assertThat(fixture.held.await(5, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(fixture.departures.poll(5, TimeUnit.SECONDS)).isEqualTo("call");
        }
    }

    @Test
    void twoThousandIdleStreamsAreOpenedAndAllDeparturesNoticed() throws Exception {
        try (var fixture = new Fixture()) {
            int count = 2_000;
            var wires = new ArrayList<Wire>();
            for (int i = 0; i < count; i++) wires.add(fixture.wire().request("GET /stream"));
            for (int i = 0; i < count; i++)
                assertThat(fixture.streams.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(fixture.server.connectionsOpen()).isEqualTo(count);
            long from = System.nanoTime();
            for (var wire : wires) wire.close();
            for (int i = 0; i < count; i++)
                assertThat(fixture.departures.poll(5, TimeUnit.SECONDS)).isEqualTo("stream");
            ConnectionTest.awaitNoConnections(fixture);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aWriterWaitsForASlowReaderAndThenGoesOn() throws Exception {
        try (var fixture = new Fixture();
                var wire = new Wire(fixture.server.address(), 4_096)) {
            wire.request("GET /stream").head();
            wire.chunk();
            var sink = fixture.streams.poll(5, TimeUnit.SECONDS);
            var chunk = "x".repeat(100_000);
            var writer = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 100; i++) sink.write(chunk.getBytes(UTF_8));
                sink.close();
            });
            Await.until("the writer waits", () -> writer.getState() == Thread.State.TIMED_WAITING);
            for (int i = 0; i < 100; i++) assertThat(wire.chunk()).hasSize(chunk.length());
            assertThat(wire.chunk()).isEmpty();
            writer.join();
        }
    }

    @Test
    void aReaderThatStopsIsCutOffAndTheWriterTold() throws Exception {
        try (var fixture = new Fixture(Fixture.QUICK);
                var wire = new Wire(fixture.server.address(), 4_096)) {
            wire.request("GET /stream").head();
            var sink = fixture.streams.poll(5, TimeUnit.SECONDS);
            assertThatThrownBy(() -> {
                        while (true) sink.write(new byte[100_000]);
                    })
                    .isInstanceOfSatisfying(
                            ServerError.class, e -> assertThat(e.code()).isEqualTo(ServerError.Code.STALLED));
            assertThat(fixture.departures.poll(5, TimeUnit.SECONDS)).isEqualTo("stream");
        }
    }

    @Test
    void aWaitingWriterIsWokenWhenTheStreamIsCutFromElsewhere() throws Exception {
        try (var fixture = new Fixture();
                var wire = new Wire(fixture.server.address(), 4_096)) {
            wire.request("GET /stream").head();
            var sink = fixture.streams.poll(5, TimeUnit.SECONDS);
            var told = new AtomicReference<ServerError.Code>();
            var writer = Thread.ofVirtual().start(() -> {
                try {
                    while (true) sink.write(new byte[100_000]);
                } catch (ServerError e) {
                    told.set(e.code());
                }
            });
            Await.until("the writer waits", () -> writer.getState() == Thread.State.TIMED_WAITING);
            sink.abort();
            writer.join();
            assertThat(told).hasValue(ServerError.Code.GONE);
        }
    }

    @Test
    void anAbortedStreamIsVisiblyIncomplete() throws Exception {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            wire.request("GET /stream").head();
            assertThat(wire.chunk()).isEqualTo("hello");
            fixture.streams.poll(5, TimeUnit.SECONDS).abort();
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void aFloodBehindAnOpenStreamEndsTheConnection() throws Exception {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            wire.request("GET /stream").head();
            assertThat(fixture.streams.poll(5, TimeUnit.SECONDS)).isNotNull();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) wire.request("GET /nothing");
                    })
                    .isInstanceOf(IOException.class);
            assertThat(fixture.departures.poll(5, TimeUnit.SECONDS)).isEqualTo("stream");
        }
    }

    @Test
    void closingTheServerEndsOpenStreamsInOrder() throws Exception {
        var fixture = new Fixture();
        try (var wire = fixture.wire()) {
            wire.request("GET /stream").head();
            assertThat(wire.chunk()).isEqualTo("hello");
            assertThat(fixture.streams.poll(5, TimeUnit.SECONDS)).isNotNull();
            fixture.server.close(Duration.ofSeconds(5));
            assertThat(wire.chunk()).isEmpty();
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void eventsAreWrittenAsTheStandardHasThem() throws Exception {
        var routes = Routes.of(new Route(
                "GET",
                "/events",
                0,
                "public",
                _ -> new Answer.EventStream(sink -> {
                    try (sink) {
                        sink.retry(Duration.ofMillis(1500));
                        sink.keepAlive();
                        sink.send("one");
                        sink.send(Optional.of("note"), Optional.of("7"), "two\nlines\r\nand\rmore");
                        sink.send("");
                        sink.send("ends\n");
                        assertThatThrownBy(() -> sink.send(Optional.of("a\nb"), Optional.empty(), ""))
                                .isInstanceOf(IllegalArgumentException.class);
                    }
                })));
        try (var server = HttpServer.start(Settings.loopback(0), routes, InstantSource.system());
                var wire = new Wire(server.address())) {
            var reply = wire.request("GET /events").reply();
            assertThat(reply.headers().only("content-type")).hasValue("text/event-stream");
            assertThat(reply.body())
                    .isEqualTo("retry: 1500\n\n:\n\ndata: one\n\n"
                            + "event: note\nid: 7\ndata: two\ndata: lines\ndata: and\ndata: more\n\n"
                            + "data:\n\ndata: ends\ndata:\n\n");
        }
    }

    @Test
    void aWriterThatFailsLeavesAnIncompleteAnswer() throws Exception {
        var failing = new CountDownLatch(1);
        var routes = Routes.of(new Route(
                "GET",
                "/",
                0,
                "public",
                _ -> new Answer.EventStream(sink -> {
                    sink.onClose(failing::countDown);
                    sink.send("one");
                    throw new IllegalStateException("the writer fails");
                })));
        try (var server = HttpServer.start(Settings.loopback(0), routes, InstantSource.system());
                var wire = new Wire(server.address())) {
            wire.request("GET /");
            assertThatThrownBy(wire::reply).isInstanceOf(IOException.class);
            assertThat(failing.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }
}
