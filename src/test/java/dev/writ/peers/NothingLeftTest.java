package dev.writ.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.http.client.Call;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import dev.writ.registry.Transport;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever side leaves, in the middle of whatever: no stream, session, thread or watch stays behind. */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NothingLeftTest {
    private static final Name SLOW = new Name("slow");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final SlowUpstream upstream = new SlowUpstream();
    private PeerStage stage;

    @BeforeAll
    void start(@TempDir Path data) {
        stage = PeerStage.start(data, PeerStage.patience(PATIENCE));
        stage.register(SLOW, new Transport.Http(upstream.url()), _ -> PeerStage.reading());
        stage.product.publish("""
                @id("slow")
                permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"slow");
                """);
    }

    @AfterAll
    void stop() {
        stage.close();
        upstream.close();
    }

    @AfterEach
    void nothingIsLeft() {
        upstream.deaf = false;
        Eventually.that(
                "no session with the server",
                () -> stage.product.parts().upstreams().open() == 0);
        Eventually.that("no stream at the server: " + upstream.open(), () -> upstream.open() == 0);
        Eventually.that("no thread of a session", () -> Threads.named("mcp-").isEmpty());
        Eventually.that("no thread of a call", () -> Threads.named("http-call").isEmpty());
    }

    private static Json.Obj call(boolean progress) {
        var meta = Json.object();
        if (progress) meta.put("progressToken", "t");
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", 500)
                .put("method", "tools/call")
                .put(
                        "params",
                        Json.object()
                                .put("name", "work")
                                .put("arguments", Json.Obj.EMPTY)
                                .put("_meta", meta.build())
                                .build())
                .build();
    }

    /** Sends a call and leaves, by closing the connection, once the server has it and {@code ready} holds. */
    private void callAndLeave(McpClient client, String key, boolean progress) throws Exception {
        long calls = upstream.heard.stream().filter("tools/call"::equals).count();
        try (var leaving = HttpClient.start(Settings.to(Destinations.loopbackOnly()))) {
            // It comes anew with each connection that is tried; the last is the one that the call went out on.
            var sent = new AtomicReference<Runnable>();
            var request = Call.post(
                            client.url(), "application/json", call(progress).bytes())
                    .header("accept", "application/json, text/event-stream")
                    .header("authorization", "Bearer " + key)
                    .header("mcp-session-id", client.session().orElseThrow());
            var thread = Thread.ofVirtual().name("client").start(() -> {
                try (var exchange = leaving.send(request, sent::set)) {
                    while (exchange.next().isPresent()) {
                        // Until it is cut.
                    }
                } catch (dev.writ.http.client.ClientError e) {
                    // That is how one leaves.
                }
            });
            Eventually.that(
                    "the server has the call",
                    () -> upstream.heard.stream().filter("tools/call"::equals).count() > calls);
            sent.get().run();
            thread.join();
        }
    }

    private void end(McpClient client) {
        long begun = System.nanoTime();
        assertThat(client.send(Call.of("DELETE", client.url())).status()).isEqualTo(204);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
    }

    @ParameterizedTest
    @EnumSource(
            value = SlowUpstream.Habit.class,
            names = {"NO_HEAD", "ENDLESS_PROGRESS"})
    void aClientThatLeavesDuringAStreamedCallEndsItAtTheServer(SlowUpstream.Habit habit) throws Exception {
        leaving(habit, true);
    }

    @ParameterizedTest
    @EnumSource(
            value = SlowUpstream.Habit.class,
            names = {"NO_HEAD", "ENDLESS_PROGRESS"})
    void aClientThatLeavesBeforeAnyAnswerEndsTheCallAtTheServer(SlowUpstream.Habit habit) throws Exception {
        leaving(habit, false);
    }

    private void leaving(SlowUpstream.Habit habit, boolean progress) throws Exception {
        upstream.habit = habit;
        upstream.heard.clear();
        var key = stage.key(SLOW);
        try (var client = stage.product.client(key, SLOW)) {
            callAndLeave(client, key, progress);
            // Only the session's own stream stays, while the session does.
            Eventually.that("the call has ended at the server", () -> upstream.open() <= 1);
            stage.lastOutcome("slow/work", "cut");
            Eventually.that("the server was told", () -> upstream.heard.contains("notifications/cancelled"));
            upstream.habit = SlowUpstream.Habit.ANSWER;
            assertThat(McpClient.text(client.call("work", "{}"))).isEqualTo("done");
            end(client);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SlowUpstream.Habit.class,
            names = {"NO_ANSWER", "CUT"})
    void aServerThatEndsItsStreamWithoutAnAnswerEndsTheCallOnly(SlowUpstream.Habit habit) {
        try (var client = stage.raw(SLOW)) {
            upstream.habit = habit;
            assertThat(McpClient.text(client.call("work", "{}"))).startsWith("FAILED work: the server gave no answer");
            stage.lastOutcome("slow/work", "indeterminate");
            upstream.habit = SlowUpstream.Habit.ANSWER;
            assertThat(McpClient.text(client.call("work", "{}"))).isEqualTo("done");
            end(client);
        }
    }

    @Test
    void aDeafServerHoldsUpNeitherTheCancelNorTheEndOfASession() throws Exception {
        upstream.habit = SlowUpstream.Habit.NO_HEAD;
        var key = stage.key(SLOW);
        try (var client = stage.product.client(key, SLOW)) {
            upstream.deaf = true;
            callAndLeave(client, key, true);
            stage.lastOutcome("slow/work", "cut");
            end(client);
        }
    }

    @Test
    void aDeafServerDoesNotHoldUpRevocation() throws Exception {
        upstream.habit = SlowUpstream.Habit.NO_HEAD;
        upstream.heard.clear();
        var task = stage.open(SLOW);
        try (var client = stage.product.client(stage.product.key(Product.BOT, task), SLOW)) {
            upstream.deaf = true;
            var answer = CompletableFuture.supplyAsync(() -> client.call("work", "{}"));
            Eventually.that("the server has the call", () -> upstream.heard.contains("tools/call"));
            long begun = System.nanoTime();
            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "stop");
            assertThat(McpClient.text(answer.get(5, TimeUnit.SECONDS))).startsWith("REVOKED by Olga Owner");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
            stage.lastOutcome("slow/work", "cut");
        }
    }

    @Test
    void revocationEndsTheSessionWithTheServerAndTheClientIsStillTold() {
        upstream.habit = SlowUpstream.Habit.ANSWER;
        var task = stage.open(SLOW);
        try (var client = stage.product.client(stage.product.key(Product.BOT, task), SLOW)) {
            assertThat(McpClient.text(client.call("work", "{}"))).isEqualTo("done");
            upstream.heard.clear();
            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "stop");
            Eventually.that("the server hears the end", () -> upstream.heard.contains("DELETE"));
            assertThat(McpClient.text(client.call("work", "{}"))).startsWith("REVOKED by Olga Owner");
            assertThat(upstream.heard).doesNotContain("tools/call");
        }
    }

    @Test
    void aClientThatLeavesDuringTheHandshakeLeavesNoSession() throws Exception {
        try (var leaving = HttpClient.start(Settings.to(Destinations.loopbackOnly()));
                var slow = new SlowHandshake()) {
            var name = new Name("slower");
            stage.registerUnseen(name, new Transport.Http(slow.url()));
            stage.product.publish("""
                    @id("slower")
                    permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource)
                    when { resource in Writ::McpServer::"slower" || resource in Writ::McpServer::"slow" };
                    """);
            // It comes anew with each connection that is tried; the last is the one that the call went out on.
            var sent = new AtomicReference<Runnable>();
            var body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}";
            var request = Call.post(
                            dev.writ.http.client.Url.parse(stage.url(name)),
                            "application/json",
                            body.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .header("authorization", "Bearer " + stage.key(name));
            var thread = Thread.ofVirtual().name("client").start(() -> {
                try (var _ = leaving.send(request, sent::set)) {
                    throw new AssertionError("answered");
                } catch (dev.writ.http.client.ClientError e) {
                    // That is how one leaves.
                }
            });
            Eventually.that("the server has the handshake", slow::asked);
            sent.get().run();
            thread.join();
            Eventually.that("the handshake is given up", () -> !slow.waiting());
        }
    }

    @Test
    void aSecondCallWithAnIdThatIsUnderWayIsRefusedAndTheFirstGoesOn() throws Exception {
        upstream.habit = SlowUpstream.Habit.NO_HEAD;
        var key = stage.key(SLOW);
        try (var client = stage.product.client(key, SLOW)) {
            var first =
                    CompletableFuture.supplyAsync(() -> client.post(call(false).text()));
            Eventually.that("the server has the call", () -> upstream.open() == 2);
            assertThat(client.post(call(false).text()).body()).contains("a request with this id is under way");
            client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":500}}");
            assertThat(first.get(5, TimeUnit.SECONDS).body()).contains("cancelled");
            stage.lastOutcome("slow/work", "cut");
            end(client);
        }
    }
}
