package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls against peers that keep to the protocol, and peers that do not. */
class ExchangeTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Deadlines QUICK = new Deadlines(
            Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofSeconds(5));

    private HttpClient client = HttpClient.start(Settings.to(Destinations.loopbackOnly()));

    @BeforeEach
    void start() {
        client.close();
        client = HttpClient.start(Settings.to(Destinations.loopbackOnly()));
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void aCallGoesOutAsWrittenAndItsAnswerComesBack() throws Exception {
        try (var peer = Peer.always("HTTP/1.1 201 Created\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 5\r\n\r\nhello")) {
            var call = Call.post(peer.url("/path?q=%20"), "text/plain", "body".getBytes(UTF_8))
                    .header("Authorization", "Bearer x");
            try (var exchange = client.send(call)) {
                assertThat(exchange.status()).isEqualTo(201);
                assertThat(exchange.headers().all("X-ONE")).containsExactly("1", "2");
                assertThat(exchange.body(100)).asString(UTF_8).isEqualTo("hello");
            }
            var url = peer.url("/");
            assertThat(peer.requests.take())
                    .isEqualTo(
                            "POST /path?q=%20 HTTP/1.1\r\nhost: 127.0.0.1:" + url.port()
                                    + "\r\naccept-encoding: identity\r\ncontent-type: text/plain\r\nAuthorization: Bearer x\r\ncontent-length: 4\r\n\r\nbody");
        }
    }

    @Test
    void aConnectionIsUsedAgainOnlyAfterACompleteAnswer() throws Exception {
        try (var peer = Peer.always(OK)) {
            for (int i = 0; i < 20; i++)
                assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
            assertThat(peer.connections).hasValue(1);
        }
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")) {
            for (int i = 0; i < 3; i++)
                assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
            assertThat(peer.connections).hasValue(3);
        }
    }

    @Test
    void everyFramingIsRead() throws Exception {
        var framings = new String[] {
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nT: v\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK
        };
        for (var framing : framings)
            try (var peer = Peer.always(framing)) {
                assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
                assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
                assertThat(peer.connections).hasValue(1);
            }
        for (var untilClose : new String[] {"HTTP/1.1 200 OK\r\n\r\nok", "HTTP/1.0 200 OK\r\n\r\nok"})
            try (var peer = new Peer(c -> {
                c.request();
                c.send(untilClose);
            })) {
                assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
            }
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")) {
            assertThat(text(Call.of("HEAD", peer.url("/")))).isEmpty();
            assertThat(text(Call.of("HEAD", peer.url("/")))).isEmpty();
            assertThat(peer.connections).hasValue(1);
        }
        try (var peer = Peer.always("HTTP/1.1 204 No Content\r\n\r\n")) {
            assertThat(text(Call.get(peer.url("/")))).isEmpty();
            assertThat(text(Call.get(peer.url("/")))).isEmpty();
        }
    }

    @Test
    void aRedirectIsAnAnswerLikeAnyOther() throws Exception {
        try (var peer = Peer.always(
                        "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
                var exchange = client.send(Call.get(peer.url("/")))) {
            assertThat(exchange.status()).isEqualTo(302);
            assertThat(peer.requests).hasSize(1);
        }
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("not HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n"),
                Arguments.of(
                        "CL and TE",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of("two CL", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
                Arguments.of("two equal CL", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
                Arguments.of("negative CL", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nab"),
                Arguments.of("a header without colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
                Arguments.of("NUL in a header", "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"),
                Arguments.of("a long head", "HTTP/1.1 200 OK\r\nX: " + "a".repeat(40_000) + "\r\n\r\n"),
                Arguments.of("an upgrade nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
                Arguments.of(
                        "a compressed answer",
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"),
                Arguments.of(
                        "a coding beside a plain one",
                        "HTTP/1.1 200 OK\r\nContent-Encoding: identity, br\r\nContent-Length: 2\r\n\r\nab"),
                Arguments.of(
                        "a compressed transfer",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "chunked twice",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of("a status of no class", "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedAnswerIsRefusedAndTheConnectionClosed(String what, String bytes) throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send(bytes);
            c.awaitEnd();
        })) {
            assertFails(ClientError.Code.MALFORMED, true, () -> client.send(Call.get(peer.url("/"))));
            assertThat(peer.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void aBadChunkFailsTheBodyNotTheReader() throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n");
            c.awaitEnd();
        })) {
            var exchange = client.send(Call.get(peer.url("/")));
            assertFails(ClientError.Code.MALFORMED, true, () -> exchange.body(100));
        }
    }

    @Test
    void anAnswerThatEndsEarlyFails() throws Exception {
        for (var early : new String[] {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok"
        })
            try (var peer = new Peer(c -> {
                c.request();
                c.send(early);
            })) {
                assertFails(ClientError.Code.PEER_CLOSED, true, () -> text(Call.get(peer.url("/"))));
            }
        try (var peer = new Peer(Peer.Connection::request)) {
            assertFails(ClientError.Code.PEER_CLOSED, true, () -> text(Call.get(peer.url("/"))));
        }
    }

    @Test
    void bytesBehindAnAnswerBelongToNobody() throws Exception {
        try (var peer = new Peer(c -> {
            while (c.request()) c.send(OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        })) {
            for (int i = 0; i < 3; i++) {
                try {
                    assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
                } catch (ClientError e) {
                    // The poisoned connection was taken from the pool before it was seen to be poisoned.
                    assertThat(e.code()).isEqualTo(ClientError.Code.PEER_CLOSED);
                }
            }
        }
    }

    @Test
    void bodiesBeyondTheLimitAreRefused() throws Exception {
        var large = "x".repeat(1_001);
        for (var framed : new String[] {
            "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + large,
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + large + "\r\n0\r\n\r\n"
        })
            try (var peer = new Peer(c -> {
                c.request();
                c.send(framed);
                c.awaitEnd();
            })) {
                assertFails(ClientError.Code.TOO_LARGE, true, () -> client.send(Call.get(peer.url("/")))
                        .body(1_000));
            }
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + large)) {
            assertThat(client.send(Call.get(peer.url("/"))).body(1_001)).hasSize(1_001);
        }
    }

    @Test
    void everyDeadlineHolds() throws Exception {
        try (var silent = new Peer(Peer.Connection::awaitEnd)) {
            assertFails(
                    ClientError.Code.TIMED_OUT,
                    true,
                    () -> client.send(Call.get(silent.url("/")).within(QUICK)));
            assertThat(silent.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
        try (var stops = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
            c.awaitEnd();
        })) {
            assertFails(ClientError.Code.TIMED_OUT, true, () -> client.send(
                            Call.get(stops.url("/")).within(QUICK))
                    .body(100));
            assertThat(stops.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
        var total = new Deadlines(QUICK.connect(), QUICK.firstByte(), Duration.ofSeconds(5), Duration.ofMillis(400));
        try (var drips = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            for (int i = 0; i < 1_000_000; i++) {
                c.send("x");
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
        })) {
            assertFails(ClientError.Code.TIMED_OUT, true, () -> client.send(
                            Call.get(drips.url("/")).within(total))
                    .body(1_000_000));
        }
    }

    @Test
    void aPeerThatDoesNotAcceptIsGivenUp() throws Exception {
        try (var full = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            var url = Url.parse("http://127.0.0.1:" + full.getLocalPort() + "/");
            int closedPort;
            try (var gone = new ServerSocket(0)) {
                closedPort = gone.getLocalPort();
            }
            assertFails(
                    ClientError.Code.CONNECT_FAILED,
                    false,
                    () -> client.send(Call.get(Url.parse("http://127.0.0.1:" + closedPort + "/"))));
            // The kernel accepts into the backlog, nobody ever reads.
            assertFails(
                    ClientError.Code.TIMED_OUT,
                    true,
                    () -> client.send(Call.get(url).within(QUICK)));
        }
        assertThat(client.connectionsOpen()).isLessThanOrEqualTo(1);
    }

    @Test
    void closingFromAnotherThreadWakesTheReaderAndCutsTheConnection() throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n");
            c.awaitEnd();
        })) {
            var exchange = client.send(Call.get(peer.url("/")).within(Deadlines.STREAM));
            var events = exchange.events(1_000);
            assertThat(events.next().orElseThrow().data()).isEqualTo("one");
            var waiting = new CountDownLatch(1);
            var failure = new AtomicReference<ClientError>();
            var reader = Thread.ofVirtual().start(() -> {
                waiting.countDown();
                try {
                    events.next();
                } catch (ClientError e) {
                    failure.set(e);
                }
            });
            waiting.await();
            exchange.close();
            reader.join();
            assertThat(failure.get().code()).isEqualTo(ClientError.Code.ABORTED);
            assertThat(peer.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void aClosedExchangeHandsOutNothingThatHadArrived() throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsecret");
            c.awaitEnd();
        })) {
            var exchange = client.send(Call.get(peer.url("/")));
            exchange.close();
            assertFails(ClientError.Code.ABORTED, true, exchange::next);
        }
    }

    @Test
    void aSlowReaderMakesThePeerWait() throws Exception {
        var all = new CountDownLatch(1);
        int size = 64 << 20;
        try (var peer = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            var block = "x".repeat(1 << 20);
            for (int i = 0; i < 64; i++) c.send(block);
            all.countDown();
            c.awaitEnd();
        })) {
            var exchange = client.send(Call.get(peer.url("/")));
            assertThat(all.await(300, TimeUnit.MILLISECONDS))
                    .as("the peer could send everything")
                    .isFalse();
            long read = 0;
            for (var piece = exchange.next(); piece.isPresent(); piece = exchange.next()) read += piece.get().length;
            assertThat(read).isEqualTo(size);
            assertThat(all.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aConnectionThatDiedInThePoolIsReplacedWithoutSendingTwice() throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send(OK);
        })) {
            assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
            var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (client.connectionsOpen() > 0 && System.nanoTime() < until) Thread.onSpinWait();
            assertThat(client.connectionsOpen()).isZero();
            assertThat(text(Call.get(peer.url("/")))).isEqualTo("ok");
            assertThat(peer.requests).hasSize(2);
        }
    }

    @Test
    void aRequestThatMayHaveArrivedIsNeverSentAgain() throws Exception {
        try (var peer = new Peer(c -> {
            if (c.request()) c.send(OK);
            c.request();
        })) {
            assertThat(text(Call.post(peer.url("/"), "text/plain", new byte[1])))
                    .isEqualTo("ok");
            assertFails(
                    ClientError.Code.PEER_CLOSED,
                    true,
                    () -> text(Call.post(peer.url("/"), "text/plain", new byte[1])));
            assertThat(peer.requests).hasSize(2);
        }
    }

    @Test
    void connectionsAreCountedAndIdleOnesGiveWay() throws Exception {
        client.close();
        client = HttpClient.start(Settings.to(Destinations.loopbackOnly()).withConnections(2, Duration.ofSeconds(20)));
        try (var one = Peer.always(OK);
                var two = Peer.always(OK);
                var three = Peer.always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")) {
            text(Call.get(one.url("/")));
            text(Call.get(two.url("/")));
            try (var first = client.send(Call.get(three.url("/")));
                    var second = client.send(Call.get(three.url("/")))) {
                assertThat(first.status() + second.status()).isEqualTo(400);
                assertFails(
                        ClientError.Code.EXHAUSTED,
                        false,
                        () -> client.send(Call.get(three.url("/")).within(QUICK)));
            }
        }
    }

    @Test
    void headersCannotSplitARequestAndFramingIsTheClientsOwn() {
        var call = Call.get(Url.parse("http://127.0.0.1:1/"));
        for (var value : new String[] {"a\r\nb: c", "a\nb", "a\0"})
            assertThatThrownBy(() -> call.header("x", value)).isInstanceOf(IllegalArgumentException.class);
        for (var own : new String[] {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade"})
            assertThatThrownBy(() -> call.header(own, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Call.of("GET /", call.url())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Call.of("CONNECT", call.url())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInterruptedReaderGivesUp() throws Exception {
        try (var silent = new Peer(Peer.Connection::awaitEnd)) {
            var failure = new AtomicReference<ClientError>();
            var caller = Thread.ofVirtual().unstarted(() -> {
                try {
                    client.send(Call.get(silent.url("/")));
                } catch (ClientError e) {
                    failure.set(e);
                }
            });
            caller.start();
            while (silent.connections.get() == 0) Thread.onSpinWait();
            caller.interrupt();
            caller.join();
            assertThat(failure.get().code()).isEqualTo(ClientError.Code.ABORTED);
            assertThat(silent.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private String text(Call call) {
        try (var exchange = client.send(call)) {
            return new String(exchange.body(1_000), UTF_8);
        }
    }

    private static void assertFails(ClientError.Code code, boolean sent, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ClientError.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.sent()).as("sent").isEqualTo(sent);
        });
    }
}
