package dev.writ.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nobody who floods keeps another from being served. */
class SharesTest {
    private static final int CALLS_MAX = 40;
    private static final int BYTES_MAX = 400_000;
    private static final int CONNECTIONS_MAX = 400;

    private final CountDownLatch slowUpstream = new CountDownLatch(1);
    private final List<Wire> open = new ArrayList<>();
    private final HttpServer server = HttpServer.start(
            Settings.loopback(0)
                    .with(Limits.DEFAULT.withCaps(CONNECTIONS_MAX, CALLS_MAX, BYTES_MAX))
                    .shared(headers -> headers.first("x-tenant").orElse(""), 75),
            Routes.of(
                    new Route("GET", "/slow", 0, "public", _ -> {
                        await(slowUpstream);
                        return Answer.text(200, "slow");
                    }),
                    new Route("GET", "/stream", 0, "public", _ -> new Answer.EventStream(EventSink::keepAlive)),
                    new Route("POST", "/", 200_000, "public", request -> Answer.text(200, "" + request.body().length))),
            InstantSource.system());

    @AfterEach
    void stop() throws IOException {
        slowUpstream.countDown();
        for (var wire : open) wire.close();
        server.close(Duration.ofMillis(200));
    }

    @Test
    void aTenantWhoseUpstreamHangsDoesNotStarveAnother() throws IOException {
        var floods = new ArrayList<Wire>();
        for (int i = 0; i < CALLS_MAX * 3; i++) floods.add(wire().request("GET /slow", "X-Tenant: flood"));
        Await.until("the flood has its share", () -> server.callsInFlight() == CALLS_MAX * 3 / 4);
        try (var other = wire()) {
            for (int i = 0; i < 200; i++) {
                other.request("POST /", "X-Tenant: other", "Content-Length: 1000")
                        .send("x".repeat(1000));
                assertThat(other.reply().body()).isEqualTo("1000");
            }
        }
        slowUpstream.countDown();
        int served = 0;
        for (var flood : floods) {
            var reply = flood.reply();
            if (reply.status() == 200) served++;
            else assertThat(reply.headers().only("retry-after")).hasValue("1");
        }
        assertThat(served).isEqualTo(CALLS_MAX * 3 / 4);
        Await.until("all places come back", () -> server.callsInFlight() == 0);
    }

    @Test
    void bodiesThatAreDeclaredAndNeverSentTakeNoRoomFromOthers() throws IOException {
        for (int i = 0; i < 10; i++)
            wire().request("POST /", "X-Tenant: flood", "Content-Length: 200000")
                    .send("x");
        Await.until("they wait", () -> server.callsInFlight() == 10);
        try (var other = wire()) {
            other.request("POST /", "X-Tenant: other", "Content-Length: 50000").send("x".repeat(50_000));
            assertThat(other.reply().body()).isEqualTo("50000");
        }
    }

    @Test
    void aTenantThatFillsTheRoomForBytesLeavesSomeForAnother() throws IOException {
        for (int i = 0; i < 20; i++) {
            var flood = wire().request("POST /", "X-Tenant: flood", "Transfer-Encoding: chunked");
            // Never complete: what has come stays in memory.
            flood.send("186a0\r\n" + "x".repeat(90_000));
        }
        Await.until("the flood has taken what it can", () -> server.bytesInFlight() > BYTES_MAX / 2);
        assertThat(server.bytesInFlight()).isLessThanOrEqualTo(BYTES_MAX);
        try (var other = wire()) {
            other.request("POST /", "X-Tenant: other", "Content-Length: 1000").send("x".repeat(1000));
            assertThat(other.reply().body()).isEqualTo("1000");
        }
        for (var wire : open) wire.close();
        Await.until("the room comes back", () -> server.bytesInFlight() == 0 && server.callsInFlight() == 0);
    }

    @Test
    void streamsHaveSharesAsWellAndGiveThemBack() throws IOException {
        int refused = 0;
        for (int i = 0; i < 350; i++) {
            var wire = wire().request("GET /stream", "X-Tenant: flood");
            if (wire.head().status() == 503) refused++;
        }
        assertThat(refused).isEqualTo(50);
        assertThat(server.streamsOpen()).isEqualTo(300);
        try (var other = wire()) {
            assertThat(other.request("GET /stream", "X-Tenant: other").head().status())
                    .isEqualTo(200);
        }
        for (var wire : open) wire.close();
        Await.until("all are over", () -> server.streamsOpen() == 0);
    }

    @Test
    void whoeverComesNextFindsAPartOfWhatIsFree() {
        var admission = new Admission(Limits.DEFAULT.withCaps(10, 1_000, 1 << 20), 75);
        for (int tenant = 0; tenant < 5; tenant++) {
            int had = 0;
            while (admission.enter("t" + tenant, 0).isPresent()) had++;
            assertThat(had).as("tenant " + tenant).isPositive();
            if (tenant == 0) assertThat(had).isEqualTo(750);
        }
        assertThat(admission.callsInFlight()).isLessThanOrEqualTo(1_000);
    }

    @Test
    void manyAtOnceNeverExceedTheCapsAndAllComesBack() throws InterruptedException {
        var admission = new Admission(Limits.DEFAULT.withCaps(10, 50, 10_000), 75);
        var over = new java.util.concurrent.atomic.AtomicBoolean();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 8; t++) {
            var who = "t" + t % 3;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    Optional<Admission.Slot> slot = admission.enter(who, 0);
                    if (slot.isEmpty()) continue;
                    if (slot.get().grow(700) && admission.bytesInFlight() > 10_000 + 8 * 700) over.set(true);
                    slot.get().release();
                    slot.get().release();
                }
            }));
        }
        for (var thread : threads) thread.join();
        assertThat(over).isFalse();
        assertThat(admission.callsInFlight()).isZero();
        assertThat(admission.bytesInFlight()).isZero();
    }

    private Wire wire() throws IOException {
        var wire = new Wire(server.address());
        open.add(wire);
        return wire;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
