package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.peers.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls for which no connection is free: they wait, in their order, not without bound, and not for those who left. */
@Timeout(60)
class WaitingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Deadlines QUICK = new Deadlines(
            Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(30));

    private final HttpClient client =
            HttpClient.start(Settings.to(Destinations.loopbackOnly()).withConnections(1, Duration.ofSeconds(20)));
    private final CountDownLatch go = new CountDownLatch(1);
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        go.countDown();
        client.close();
    }

    /** Answers the first request when told to, and the others at once. */
    private Peer holding() throws Exception {
        return new Peer(connection -> {
            while (connection.request()) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                connection.send(OK);
            }
        });
    }

    private Begun begin(Call call) {
        return client.begin(call, 100, arrivals::add);
    }

    private Arrival arrival() throws InterruptedException {
        var next = arrivals.poll(20, TimeUnit.SECONDS);
        if (next == null) throw new AssertionError("nothing arrives");
        return next;
    }

    private static ClientError.Code code(Arrival arrival) {
        if (arrival instanceof Arrival.Failed(var error)) return error.code();
        throw new AssertionError("not failed: " + arrival);
    }

    private static String target(String request) {
        return request.substring("GET ".length(), request.indexOf(' ', 4));
    }

    @Test
    void callsThatWaitAreSentInTheirOrderOnceEachOverTheConnectionThatIsLeft() throws Exception {
        try (var peer = holding()) {
            var wanted = new ArrayList<String>();
            for (int i = 0; i < 20; i++) {
                begin(Call.get(peer.url("/" + i)));
                wanted.add("/" + i);
                // The first has the connection before the second asks for one.
                if (i == 0) Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            }
            assertThat(peer.requests).hasSize(1);
            go.countDown();
            for (int i = 0; i < 20; i++) assertThat(arrival()).isInstanceOf(Arrival.Whole.class);
            assertThat(peer.requests.stream().map(WaitingTest::target)).containsExactlyElementsOf(wanted);
            assertThat(peer.connections).hasValue(1);
        }
    }

    @Test
    void aCallToAnotherPeerGetsThePlaceOfAConnectionThatIsLeft() throws Exception {
        try (var peer = holding();
                var other = Peer.always(OK)) {
            begin(Call.get(peer.url("/")));
            Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            var waiting = CompletableFuture.supplyAsync(() -> {
                try (var exchange = client.send(Call.get(other.url("/")))) {
                    return new String(exchange.body(100), UTF_8);
                }
            });
            go.countDown();
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("ok");
            assertThat(client.connectionsOpen()).isEqualTo(1);
        }
    }

    @Test
    void noMoreWaitThanMayAndWhoeverIsBeyondIsToldAtOnce() throws Exception {
        try (var peer = holding()) {
            begin(Call.get(peer.url("/")));
            Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            for (int i = 0; i < Pool.WAITING_MAX; i++) begin(Call.get(peer.url("/" + i)));
            assertThat(arrivals).isEmpty();
            begin(Call.get(peer.url("/beyond")));
            assertThat(code(arrival())).isEqualTo(ClientError.Code.EXHAUSTED);
            assertThatThrownBy(() -> client.send(Call.get(peer.url("/beyond"))))
                    .isInstanceOfSatisfying(ClientError.class, e -> {
                        assertThat(e.code()).isEqualTo(ClientError.Code.EXHAUSTED);
                        assertThat(e.sent()).isFalse();
                    });
            go.countDown();
            for (int i = 0; i <= Pool.WAITING_MAX; i++) assertThat(arrival()).isInstanceOf(Arrival.Whole.class);
            assertThat(peer.requests).noneMatch(request -> request.contains("beyond"));
        }
    }

    @Test
    void aCallWaitsNoLongerThanForAConnection() throws Exception {
        try (var peer = holding()) {
            begin(Call.get(peer.url("/")));
            Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            begin(Call.get(peer.url("/late")).within(QUICK));
            assertThat(code(arrival())).isEqualTo(ClientError.Code.EXHAUSTED);
            go.countDown();
            assertThat(arrival()).isInstanceOf(Arrival.Whole.class);
            assertThat(peer.requests).hasSize(1);
        }
    }

    @Test
    void whoeverLeavesWhileWaitingIsSentNothingAndHoldsNobodyUp() throws Exception {
        try (var peer = holding()) {
            begin(Call.get(peer.url("/first")));
            Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            var leaving = begin(Call.get(peer.url("/left")));
            begin(Call.get(peer.url("/last")));
            leaving.cancel();
            assertThat(code(arrival())).isEqualTo(ClientError.Code.ABORTED);

            var end = new CompletableFuture<Runnable>();
            var sending = CompletableFuture.supplyAsync(() -> client.send(Call.get(peer.url("/sent")), end::complete));
            end.get(20, TimeUnit.SECONDS).run();
            assertThatThrownBy(() -> sending.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ClientError.class)
                    .satisfies(
                            e -> assertThat(((ClientError) e.getCause()).code()).isEqualTo(ClientError.Code.ABORTED));
            go.countDown();
            for (int i = 0; i < 2; i++) assertThat(arrival()).isInstanceOf(Arrival.Whole.class);
            assertThat(peer.requests.stream().map(WaitingTest::target)).containsExactly("/first", "/last");
        }
    }

    @Test
    void aConnectionThatIsCutMakesRoom() throws Exception {
        try (var peer = holding();
                var other = Peer.always(OK)) {
            var first = begin(Call.get(peer.url("/")));
            Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            begin(Call.get(other.url("/")));
            first.cancel();
            assertThat(List.of(arrival().getClass(), arrival().getClass()))
                    .containsExactlyInAnyOrder(Arrival.Failed.class, Arrival.Whole.class);
        }
    }

    /** A place is given back when nobody is there to connect to. */
    @Test
    void aPeerThatIsNotThereTakesNoPlaceAway() throws Exception {
        Url gone;
        try (var peer = Peer.always(OK)) {
            gone = peer.url("/");
        }
        for (int i = 0; i < 3; i++)
            assertThatThrownBy(() -> client.send(Call.get(gone)))
                    .isInstanceOfSatisfying(
                            ClientError.class, e -> assertThat(e.code()).isEqualTo(ClientError.Code.CONNECT_FAILED));
        try (var peer = Peer.always(OK);
                var exchange = client.send(Call.get(peer.url("/")))) {
            assertThat(exchange.status()).isEqualTo(200);
            assertThat(client.connectionsOpen()).isEqualTo(1);
        }
    }

    @Test
    void aClientThatIsClosedTellsAllWhoWait() throws Exception {
        try (var peer = holding()) {
            begin(Call.get(peer.url("/")));
            Eventually.that("the first is sent", () -> peer.requests.size() == 1);
            for (int i = 0; i < 5; i++) begin(Call.get(peer.url("/" + i)));
            client.close();
            for (int i = 0; i < 5; i++) assertThat(code(arrival())).isEqualTo(ClientError.Code.ABORTED);
            begin(Call.get(peer.url("/after")));
            Eventually.that("and who comes later", () -> arrivals.stream()
                    .anyMatch(arrival ->
                            arrival instanceof Arrival.Failed(var e) && e.code() == ClientError.Code.ABORTED));
        }
    }
}
