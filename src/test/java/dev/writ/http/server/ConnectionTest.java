package dev.writ.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a connection does over its life: order, limits of time and number, the end. */
class ConnectionTest {
    @Test
    void aConnectionIsKeptAndPipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            var requests = new StringBuilder();
            for (int i = 0; i < 500; i++)
                requests.append("GET /items/").append(i).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
            wire.send(requests.toString());
            for (int i = 0; i < 500; i++) assertThat(wire.reply().body()).isEqualTo(i + " []");
            assertThat(fixture.server.connectionsOpen()).isEqualTo(1);
        }
    }

    @Test
    void aFloodOfPipelinedRequestsWaitsInTheKernelNotInOurMemory() throws Exception {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            int count = 5_000;
            wire.request("GET /holds");
            assertThat(fixture.held.await(5, TimeUnit.SECONDS)).isTrue();
            var sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < count; i++) wire.request("GET /nothing");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            fixture.released.countDown();
            assertThat(wire.reply().body()).isEqualTo("held");
            for (int i = 0; i < count; i++) assertThat(wire.reply().status()).isEqualTo(404);
            sender.join();
        }
    }

    @Test
    void aRequestMayArriveByteByByte() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            var request = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
            for (char c : request.toCharArray()) wire.send(String.valueOf(c));
            assertThat(wire.reply().body()).isEqualTo("hello!");
        }
    }

    @Test
    void bodiesOfEverySizeUpToTheLimitComeThrough() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            for (int size : new int[] {0, 1, 16_383, 16_384, 16_385, 65_536, 100_000}) {
                wire.request("POST /echo", "Content-Length: " + size).send("x".repeat(size));
                assertThat(wire.reply().body()).hasSize(size);
            }
            assertThat(wire.request("GET /large").reply().body()).hasSize(300_000);
        }
    }

    @Test
    void pathParametersAndQueryAreDecodedOnceAndLiteralsWin() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            assertThat(wire.request("GET /items/a%20b?q=1&q=x%2By+z&%71=%C3%A9")
                            .reply()
                            .body())
                    .isEqualTo("a b [1, x+y z, \u00c3\u00a9]");
            assertThat(wire.request("GET /items/new").reply().body()).isEqualTo("root");
        }
    }

    @Test
    void aClientThatWaitsForAGoAheadGetsOne() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            wire.request("POST /echo", "Expect: 100-continue", "Content-Length: 5");
            assertThat(wire.reply().status()).isEqualTo(100);
            assertThat(wire.send("hello").reply().body()).isEqualTo("hello");
        }
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            wire.request("POST /echo", "Expect: 100-continue", "Content-Length: 100001");
            assertThat(wire.reply().status()).isEqualTo(413);
        }
    }

    @Test
    void aFailingHandlerAnswersWithAProblemThatTellsNothing() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            var reply = wire.request("GET /fails").reply();
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).doesNotContain("secret", "Exception", "dev.writ");
            assertThat(wire.request("GET /").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void connectionCloseIsHonoured() throws IOException {
        try (var fixture = new Fixture();
                var wire = fixture.wire()) {
            var reply = wire.request("GET /", "Connection: keep-alive, Close").reply();
            assertThat(reply.headers().only("connection")).hasValue("close");
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void aHeadThatDripsInIsCutOff() throws IOException {
        try (var fixture = new Fixture(Fixture.QUICK);
                var wire = fixture.wire()) {
            wire.send("GET / HTTP/1.1\r\nHost: loc");
            assertThat(wire.reply().status()).isEqualTo(408);
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void aBodyThatDoesNotComeIsCutOff() throws IOException {
        try (var fixture = new Fixture(Fixture.QUICK);
                var wire = fixture.wire()) {
            wire.request("POST /echo", "Content-Length: 10").send("hello");
            assertThat(wire.reply().status()).isEqualTo(408);
            assertThat(wire.ends()).isTrue();
            assertThat(fixture.server.callsInFlight()).isZero();
        }
    }

    @Test
    void aSilentConnectionIsClosedBeforeAndAfterItsFirstRequest() throws IOException {
        try (var fixture = new Fixture(Fixture.QUICK);
                var silent = fixture.wire();
                var used = fixture.wire()) {
            used.request("GET /").reply();
            assertThat(silent.ends()).isTrue();
            assertThat(used.ends()).isTrue();
        }
    }

    @Test
    void aClientThatDoesNotReadItsAnswersIsCutOff() throws Exception {
        try (var fixture = new Fixture(Fixture.QUICK);
                var wire = new Wire(fixture.server.address(), 4_096)) {
            for (int i = 0; i < 40; i++) wire.request("GET /large");
            awaitNoConnections(fixture);
        }
    }

    @Test
    void beyondTheCapOfCallsTheAnswerIs503BeforeTheBodyIsRead() throws Exception {
        try (var fixture = new Fixture(Limits.DEFAULT.withCaps(100, 1, 1 << 20));
                var first = fixture.wire();
                var second = fixture.wire()) {
            first.request("GET /holds");
            assertThat(fixture.held.await(5, TimeUnit.SECONDS)).isTrue();
            second.request("POST /echo", "Content-Length: 5");
            var reply = second.reply();
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.headers().only("retry-after")).hasValue("1");
            fixture.released.countDown();
            assertThat(first.reply().body()).isEqualTo("held");
            assertThat(first.request("GET /").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void beyondTheCapOfBodyBytesTheAnswerIs503AndPlacesComeBack() throws Exception {
        try (var fixture = new Fixture(Limits.DEFAULT.withCaps(100, 100, 100_000));
                var second = fixture.wire()) {
            try (var first = fixture.wire()) {
                first.request("POST /echo", "Content-Length: 60000").send("x".repeat(50_000));
                Await.until("the bytes have come", () -> fixture.server.bytesInFlight() >= 50_000);
                second.request("POST /echo", "Content-Length: 60000");
                assertThat(second.reply().status()).isEqualTo(503);
            }
            awaitCalls(fixture, 0);
            try (var third = fixture.wire()) {
                third.request("POST /echo", "Content-Length: 60000").send("x".repeat(60_000));
                assertThat(third.reply().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void beyondTheCapOfConnectionsTheAnswerIs503() throws Exception {
        try (var fixture = new Fixture(Limits.DEFAULT.withCaps(2, 100, 1 << 20));
                var first = fixture.wire();
                var second = fixture.wire()) {
            first.request("GET /").reply();
            second.request("GET /").reply();
            try (var third = fixture.wire()) {
                assertThat(third.reply().status()).isEqualTo(503);
                assertThat(third.ends()).isTrue();
            }
            assertThat(first.request("GET /").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void configuredNamesAndOriginsAreLetIn() throws IOException {
        var settings = Settings.loopback(0).withNames(Set.of("writ.example"), Set.of("https://console.example"));
        try (var fixture = new Fixture(settings);
                var wire = fixture.wire()) {
            wire.send("GET / HTTP/1.1\r\nHost: Writ.Example:443\r\nOrigin: https://console.example\r\n\r\n");
            assertThat(wire.reply().status()).isEqualTo(200);
            wire.send("GET / HTTP/1.1\r\nHost: writ.example\r\nOrigin: https://other.example\r\n\r\n");
            assertThat(wire.reply().status()).isEqualTo(403);
        }
    }

    @Test
    void aTakenPortIsSaidPlainly() {
        try (var fixture = new Fixture()) {
            int port = fixture.server.address().getPort();
            assertThatThrownBy(() -> new Fixture(Settings.loopback(port)))
                    .isInstanceOfSatisfying(ServerError.class, e -> assertThat(e.code())
                            .isEqualTo(ServerError.Code.ADDRESS_UNAVAILABLE))
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void closingLetsACallFinishAndCutsIdleConnections() throws Exception {
        var fixture = new Fixture();
        try (var busy = fixture.wire();
                var idle = fixture.wire()) {
            idle.request("GET /").reply();
            busy.request("GET /holds");
            assertThat(fixture.held.await(5, TimeUnit.SECONDS)).isTrue();
            var closer = Thread.ofPlatform().start(() -> fixture.server.close(Duration.ofSeconds(5)));
            assertThat(idle.ends()).isTrue();
            fixture.released.countDown();
            var reply = busy.reply();
            assertThat(reply.body()).isEqualTo("held");
            assertThat(reply.headers().only("connection")).hasValue("close");
            closer.join();
            assertThatThrownBy(fixture::wire).isInstanceOf(IOException.class);
        }
    }

    @Test
    void closingDoesNotWaitLongerThanItsGrace() throws Exception {
        var fixture = new Fixture();
        try (var busy = fixture.wire()) {
            busy.request("GET /holds");
            assertThat(fixture.held.await(5, TimeUnit.SECONDS)).isTrue();
            long from = System.nanoTime();
            fixture.server.close(Duration.ofMillis(100));
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(4));
            assertThat(busy.ends()).isTrue();
        }
    }

    @Test
    void theInventoryListsEveryRouteAndRefusesTwoForTheSame() {
        try (var fixture = new Fixture()) {
            assertThat(fixture.server.routes().all()).hasSize(10).allMatch(r -> r.audience()
                    .equals("public"));
        }
        var one = new Route("GET", "/a/{x}", 0, "public", _ -> Answer.empty(204));
        var same = new Route("GET", "/a/{y}", 0, "public", _ -> Answer.empty(204));
        assertThatThrownBy(() -> Routes.of(one, same)).isInstanceOf(IllegalArgumentException.class);
        for (var pattern : new String[] {"a", "/a/", "//", "/a b", "/{A}", "/{x}/{x}", "/a%20b"})
            assertThatThrownBy(() -> Routes.of(new Route("GET", pattern, 0, "public", _ -> Answer.empty(204))))
                    .as(pattern)
                    .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aHeaderCannotSplitAnAnswer() {
        for (var value : new String[] {"a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u0100"})
            assertThatThrownBy(() -> Answer.text(200, "x").with("x-name", value))
                    .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Answer.text(200, "x").with("x\r\nname", "v"))
                .isInstanceOf(IllegalArgumentException.class);
        for (var own : new String[] {"Content-Length", "transfer-encoding", "Connection"})
            assertThatThrownBy(() -> Answer.text(200, "x").with(own, "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aThousandConnectionsAtOnceAreAllServed() throws IOException {
        try (var fixture = new Fixture()) {
            var wires = new ArrayList<Wire>();
            for (int i = 0; i < 1_000; i++) wires.add(fixture.wire());
            for (var wire : wires) wire.request("GET /items/x");
            for (var wire : wires) assertThat(wire.reply().status()).isEqualTo(200);
            for (var wire : wires) wire.close();
        }
    }

    static void awaitNoConnections(Fixture fixture) {
        Await.until("no connection is open", () -> fixture.server.connectionsOpen() == 0);
    }

    private static void awaitCalls(Fixture fixture, int calls) {
        Await.until(calls + " calls are in flight", () -> fixture.server.callsInFlight() == calls);
    }
}
