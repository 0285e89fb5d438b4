package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.http.Loops;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that are begun and not waited for. */
class BegunTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final Deadlines QUICK = new Deadlines(
            Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofSeconds(5));

    private final Loops loops = Loops.start(2, "test-http");
    private final HttpClient client = HttpClient.start(Settings.to(Destinations.loopbackOnly()), loops);
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        client.close();
        loops.close();
    }

    @Test
    void theWholeAnswerArrivesOnTheLoopThatBeganTheCall() throws Exception {
        try (var peer = Peer.always(OK)) {
            for (var executor : loops.group()) {
                BlockingQueue<Boolean> onIt = new LinkedBlockingQueue<>();
                for (int i = 0; i < 10; i++) {
                    executor.execute(() -> client.begin(Call.get(peer.url("/")), 100, arrival -> {
                        onIt.add(executor.inEventLoop());
                        arrivals.add(arrival);
                    }));
                    assertThat(whole().body()).asString(UTF_8).isEqualTo("ok");
                    assertThat(onIt.poll()).isTrue();
                }
            }
            assertThat(peer.connections).as("one connection for each loop").hasValue(2);
        }
    }

    @Test
    void anAnswerInPiecesIsPutTogether() throws Exception {
        var body = "0123456789".repeat(20_000);
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body)) {
            begin(Call.get(peer.url("/")), 200_000);
            assertThat(whole().body()).asString(UTF_8).isEqualTo(body);
        }
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n"
                + body.substring(100_000) + "\r\n186a0\r\n" + body.substring(100_000) + "\r\n0\r\n\r\n")) {
            begin(Call.get(peer.url("/")), 200_000);
            assertThat(whole().body()).asString(UTF_8).isEqualTo(body);
        }
    }

    static List<Arguments> hostile() {
        return List.of(
                Arguments.of(ClientError.Code.TOO_LARGE, "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"),
                Arguments.of(ClientError.Code.TOO_LARGE, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"),
                Arguments.of(
                        ClientError.Code.TOO_LARGE,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + "x".repeat(255)),
                Arguments.of(ClientError.Code.TOO_LARGE, "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(101)),
                Arguments.of(ClientError.Code.MALFORMED, "HTTP/1.1 200 OK\r\nX: " + "a".repeat(40_000)),
                Arguments.of(ClientError.Code.MALFORMED, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"),
                Arguments.of(ClientError.Code.MALFORMED, "\0\0\0\0\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileAnswerFailsOnceAndItsConnectionIsCut(ClientError.Code code, String answer) throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send(answer);
            c.awaitEnd();
        })) {
            begin(Call.get(peer.url("/")), 100);
            var error = failed();
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.sent()).isTrue();
            assertThat(peer.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
            assertThat(arrivals).isEmpty();
        }
    }

    @Test
    void bytesBehindAnAnswerAreNeverTheNextOnes() throws Exception {
        try (var peer = Peer.always(OK + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")) {
            var seen = new ArrayList<String>();
            for (int i = 0; i < 20; i++) {
                // From within the receiver, while the bytes behind the answer still stand in the buffer.
                begin(Call.get(peer.url("/")), 100, first -> begin(Call.get(peer.url("/")), 100));
                seen.add(new String(whole().body(), UTF_8));
            }
            assertThat(seen).containsOnly("ok");
        }
    }

    @Test
    void anEventStreamIsHandedOverToBeRead() throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.send(EVENTS + "data: one\n\ndata: two\n\n");
            c.awaitEnd();
        })) {
            var begun = begin(Call.get(peer.url("/")).within(QUICK), 10);
            try (var exchange = opened().exchange();
                    var events = exchange.events(100)) {
                assertThat(events.next().orElseThrow().data()).isEqualTo("one");
                assertThat(events.next().orElseThrow().data()).isEqualTo("two");
                begun.cancel();
                assertThat(peer.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @Test
    void everyDeadlineHolds() throws Exception {
        try (var silent = new Peer(Peer.Connection::awaitEnd);
                var stalls = new Peer(c -> {
                    c.request();
                    c.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
                    c.awaitEnd();
                });
                var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (var peer : List.of(silent, stalls)) {
                begin(Call.get(peer.url("/")).within(QUICK), 100);
                var error = failed();
                assertThat(error.code()).isEqualTo(ClientError.Code.TIMED_OUT);
                assertThat(error.sent()).isTrue();
                assertThat(peer.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
            }
            full.close();
            begin(
                    Call.get(Url.parse("http://127.0.0.1:" + full.getLocalPort() + "/"))
                            .within(QUICK),
                    100);
            var refused = failed();
            assertThat(refused.code()).isEqualTo(ClientError.Code.CONNECT_FAILED);
            assertThat(refused.sent()).isFalse();
        }
    }

    @Test
    void aDripOfBytesDoesNotOutlastTheWhole() throws Exception {
        var brief = new Deadlines(
                Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofMillis(600));
        try (var peer = new Peer(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            c.socket.setSoTimeout(50);
            while (true) {
                try {
                    if (c.socket.getInputStream().read() < 0) break;
                } catch (java.net.SocketTimeoutException e) {
                    c.send("x");
                }
            }
        })) {
            long from = System.nanoTime();
            begin(Call.get(peer.url("/")).within(brief), 2_000);
            assertThat(failed().code()).isEqualTo(ClientError.Code.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - from))
                    .isBetween(Duration.ofMillis(550), Duration.ofSeconds(4));
        }
    }

    @Test
    void cancellingEndsACallThatWaits() throws Exception {
        try (var peer = new Peer(c -> {
            c.request();
            c.awaitEnd();
        })) {
            var begun = begin(Call.get(peer.url("/")), 100);
            assertThat(peer.requests.poll(5, TimeUnit.SECONDS)).isNotNull();
            begun.cancel();
            begun.cancel();
            var error = failed();
            assertThat(error.code()).isEqualTo(ClientError.Code.ABORTED);
            assertThat(error.sent()).isTrue();
            assertThat(peer.ends.poll(5, TimeUnit.SECONDS)).isNotNull();
            assertThat(arrivals).isEmpty();
        }
    }

    @Test
    void aForbiddenDestinationIsNeverDialled() throws Exception {
        try (var peer = Peer.always(OK)) {
            begin(Call.get(peer.url("/")).to(Destinations.publicOnly()), 100);
            assertThat(failed().code()).isEqualTo(ClientError.Code.FORBIDDEN);
            assertThat(peer.connections).hasValue(0);
        }
    }

    @Test
    void aConnectionThatDiedInThePoolIsReplacedAndNothingSentTwice() throws Exception {
        try (var peer = new Peer(c -> {
            if (c.request()) c.send(OK);
        })) {
            for (int i = 1; i <= 5; i++) {
                begin(Call.get(peer.url("/")), 100);
                var arrival = arrivals.poll(5, TimeUnit.SECONDS);
                // Closed before we wrote: another connection. Closed after: nobody knows, and it is not sent again.
                if (arrival instanceof Arrival.Failed(var error))
                    assertThat(error.sent()).isTrue();
                else assertThat(arrival).isInstanceOf(Arrival.Whole.class);
            }
            assertThat(peer.requests).hasSizeLessThanOrEqualTo(5);
        }
    }

    private Begun begin(Call call, int bytesMax) {
        return begin(call, bytesMax, _ -> {});
    }

    private Begun begin(Call call, int bytesMax, java.util.function.Consumer<Arrival> also) {
        return client.begin(call, bytesMax, arrival -> {
            also.accept(arrival);
            arrivals.add(arrival);
        });
    }

    private Arrival next() throws InterruptedException {
        var arrival = arrivals.poll(10, TimeUnit.SECONDS);
        assertThat(arrival).as("an arrival").isNotNull();
        return arrival;
    }

    private Arrival.Whole whole() throws InterruptedException {
        return (Arrival.Whole) next();
    }

    private Arrival.Opened opened() throws InterruptedException {
        return (Arrival.Opened) next();
    }

    private ClientError failed() throws InterruptedException {
        return ((Arrival.Failed) next()).error();
    }
}
