package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.http.Loops;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Routes that are answered on the event loop. */
class EventedTest {
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> given = new LinkedBlockingQueue<>();
    private final Loops loops = Loops.start(1, "test-http");
    private final HttpServer server = HttpServer.start(
            Settings.loopback(0).with(Fixture.QUICK.withCaps(100, 2, 1 << 20)),
            Routes.of(
                    Route.evented("GET", "/now", 0, "public", (_, reply) -> {
                        given.add(reply.send(
                                Answer.text(200, Thread.currentThread().getName())));
                        given.add(reply.send(Answer.text(500, "second")));
                        given.add(reply.block(_ -> Answer.text(500, "third")));
                    }),
                    Route.evented("GET", "/later", 0, "public", (_, reply) -> replies.add(reply)),
                    Route.evented("HEAD", "/later", 0, "public", (_, reply) -> replies.add(reply)),
                    Route.evented("GET", "/fails", 0, "public", (_, _) -> {
                        throw new IllegalStateException("secret detail");
                    }),
                    Route.evented(
                            "POST",
                            "/blocks",
                            100,
                            "public",
                            (_, reply) -> reply.block(request -> {
                                assertThat(Thread.currentThread().isVirtual()).isTrue();
                                return Answer.of(200, "text/plain", request.body());
                            }))),
            InstantSource.system(),
            loops);

    @AfterEach
    void stop() {
        server.close(Duration.ofMillis(200));
        loops.close();
    }

    @Test
    void anAnswerIsGivenOnTheLoopAndOnlyOnce() throws Exception {
        try (var wire = new Wire(server.address())) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.request("GET /now").reply().body()).startsWith("test-http");
                assertThat(given.poll(5, TimeUnit.SECONDS)).isTrue();
                assertThat(given.poll(5, TimeUnit.SECONDS)).isFalse();
                assertThat(given.poll(5, TimeUnit.SECONDS)).isFalse();
            }
            assertThat(server.callsInFlight()).isZero();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderWithoutDeepRecursion() throws IOException {
        try (var wire = new Wire(server.address())) {
            var requests = new StringBuilder();
            for (int i = 0; i < 3_000; i++) requests.append("GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var sender = Thread.ofVirtual().start(() -> {
                try {
                    wire.send(requests.toString());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int i = 0; i < 3_000; i++) assertThat(wire.reply().status()).isEqualTo(200);
            assertThat(sender.isAlive()).isFalse();
        }
    }

    @Test
    void anAnswerMayComeLaterFromAnyThread() throws Exception {
        try (var wire = new Wire(server.address())) {
            wire.request("GET /later");
            var reply = replies.poll(5, TimeUnit.SECONDS);
            assertThat(server.callsInFlight()).isEqualTo(1);
            assertThat(reply.send(Answer.text(200, "later"))).isTrue();
            assertThat(wire.reply().body()).isEqualTo("later");
            assertThat(server.callsInFlight()).isZero();
        }
    }

    @Test
    void aStreamIsWrittenOnAVirtualThread() throws Exception {
        try (var wire = new Wire(server.address())) {
            wire.request("GET /later");
            replies.poll(5, TimeUnit.SECONDS).send(new Answer.EventStream(sink -> {
                sink.send("virtual " + Thread.currentThread().isVirtual());
                sink.close();
            }));
            assertThat(wire.reply().body()).isEqualTo("data: virtual true\n\n");
            wire.request("HEAD /later");
            replies.poll(5, TimeUnit.SECONDS).send(new Answer.EventStream(_ -> {}));
            assertThat(wire.reply(true).status()).as("no stream for HEAD").isEqualTo(500);
        }
    }

    @Test
    void aHandlerMayGoOnInBlockingStyle() throws IOException {
        try (var wire = new Wire(server.address())) {
            wire.request("POST /blocks", "Content-Length: 4").send("body");
            assertThat(wire.reply().body()).isEqualTo("body");
        }
    }

    @Test
    void aFailingHandlerAnswersWithAProblemThatTellsNothing() throws IOException {
        try (var wire = new Wire(server.address())) {
            var reply = wire.request("GET /fails").reply();
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).doesNotContain("secret");
            assertThat(wire.request("GET /now").reply().status()).isEqualTo(200);
            assertThat(server.callsInFlight()).isZero();
        }
    }

    @Test
    void aClientThatLeavesGivesBackTheRoomOfACallThatIsNeverAnswered() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (var wire = new Wire(server.address())) {
                wire.request("GET /later");
                assertThat(replies.poll(5, TimeUnit.SECONDS)).isNotNull();
                wire.reset();
            }
            Await.until("the call's room comes back", () -> server.callsInFlight() == 0);
        }
    }

    @Test
    void anAnswerForAClientThatHasLeftGoesNowhere() throws Exception {
        try (var wire = new Wire(server.address())) {
            wire.request("GET /later");
            var reply = replies.poll(5, TimeUnit.SECONDS);
            wire.reset();
            Await.until("the client's leaving is seen", () -> server.connectionsOpen() == 0);
            assertThat(reply.send(Answer.of(200, "text/plain", "late".getBytes(UTF_8))))
                    .isFalse();
        }
        try (var wire = new Wire(server.address())) {
            assertThat(wire.request("GET /now").reply().status()).isEqualTo(200);
        }
    }
}
