package dev.writ.peers;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.registry.Transport;
import dev.writ.walks.McpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that die, hang, flood and lie: each call gets a clear answer in time, and no process stays behind. */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long TOO_LONG_NANOS = 8_000_000_000L;
    private final AtomicInteger count = new AtomicInteger();
    private PeerStage stage;
    private Path folder;

    @BeforeAll
    void start(@TempDir Path data, @TempDir Path diaries) {
        folder = diaries;
        stage = PeerStage.start(data, PeerStage.patience(PATIENCE));
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    /** A server with its diary, registered under a name of its own. */
    private record Odd(Name name, Diary diary) {}

    private Odd odd(String mode) {
        var name = new Name("odd" + count.incrementAndGet());
        var diary = Diary.in(folder, name.text());
        var transport = NodePeers.odd(mode, diary.file());
        if (Set.of("never-initializes", "dies-at-once").contains(mode)) stage.registerUnseen(name, transport);
        else stage.register(name, transport, _ -> PeerStage.reading());
        permit(name);
        return new Odd(name, diary);
    }

    private void permit(Name server) {
        stage.product.publish("""
                @id("odd")
                permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"NAME");
                """.replace("NAME", server.text()));
    }

    private int sessions() {
        return stage.product.parts().upstreams().open();
    }

    private static int ping(McpClient client) {
        return client.post("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}")
                .status();
    }

    private static void leave(McpClient client) {
        assertThat(client.send(dev.writ.http.client.Call.of("DELETE", client.url()))
                        .status())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource({
        "dies, the server's process has ended",
        "garbage, not acceptable JSON",
        "endless-line, a line of more than",
    })
    void aServerThatBreaksInACallEndsTheSessionAndSaysSo(String mode, String why) {
        var odd = odd(mode);
        try (var client = stage.raw(odd.name())) {
            long begun = System.nanoTime();
            var answer = client.call("work", "{}");
            assertThat(System.nanoTime() - begun).isLessThan(TOO_LONG_NANOS);
            assertThat(isError(answer)).isTrue();
            assertThat(text(answer))
                    .startsWith("FAILED work: the server gave no answer; the effect is unknown")
                    .contains(why)
                    .contains("look before you call again")
                    .doesNotContain("Traceback");
            stage.lastOutcome(odd.name() + "/work", "indeterminate");
            assertThat(stage.outcomes(odd.name() + "/work")).hasSize(1);
            Eventually.that("its process is gone", odd.diary()::gone);
            assertThat(ping(client)).isEqualTo(404);
            client.useSession(Optional.empty());
            client.initialize();
            assertThat(client.toolNames()).containsExactly("work");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hangs", "floods", "not-an-answer"})
    void aServerThatDoesNotAnswerIsNotWaitedForLongerThanOurPatience(String mode) {
        var odd = odd(mode);
        try (var client = stage.raw(odd.name())) {
            long begun = System.nanoTime();
            var answer = client.call("work", "{}");
            assertThat(System.nanoTime() - begun).isLessThan(TOO_LONG_NANOS);
            assertThat(text(answer)).startsWith("FAILED work: the server gave no answer; the effect is unknown");
            stage.lastOutcome(odd.name() + "/work", mode.equals("not-an-answer") ? "done" : "indeterminate");
            leave(client);
            Eventually.that("its process is gone", odd.diary()::gone);
        }
    }

    @Test
    void aServerThatWritesErrorsWithoutEndWorksAllTheSame() {
        var odd = odd("endless-errors");
        try (var client = stage.raw(odd.name())) {
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            leave(client);
            Eventually.that("its process is gone", odd.diary()::gone);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"never-initializes", "dies-at-once"})
    void aServerThatDoesNotBeginIsAnErrorOfTheHandshakeAndNoProcessStays(String mode) {
        var odd = odd(mode);
        int before = sessions();
        try (var client = McpClient.to(stage.url(odd.name()), stage.key(odd.name()))) {
            long begun = System.nanoTime();
            var answer = client.ask("initialize", handshake());
            assertThat(System.nanoTime() - begun).isLessThan(TOO_LONG_NANOS);
            assertThat(answer.object("error")
                            .flatMap(error -> error.string("message"))
                            .orElseThrow())
                    .startsWith("server " + odd.name() + ": ");
            assertThat(client.session()).isEmpty();
            stage.lastOutcome(odd.name().text(), "error");
            Eventually.that("its process is gone", odd.diary()::gone);
            assertThat(sessions()).isEqualTo(before);
        }
    }

    @Test
    void aCommandThatDoesNotExistIsSaidSo() {
        var name = new Name("missing");
        stage.registerUnseen(
                name, new Transport.Stdio("no-such-program", List.of("--help"), Set.of(), Optional.empty()));
        permit(name);
        try (var client = McpClient.to(stage.url(name), stage.key(name))) {
            assertThat(client.ask("initialize", handshake()).text()).contains("no program no-such-program");
            stage.lastOutcome("missing", "error");
        }
    }

    private static Json.Obj handshake() {
        return Json.object()
                .put("protocolVersion", PeerStage.REVISION)
                .put("capabilities", Json.Obj.EMPTY)
                .build();
    }

    @Test
    void aServerThatCriesChangeInEveryCallStillAnswersAndIsComparedBoundedlyOften() {
        var odd = odd("changes-its-tools");
        try (var client = stage.raw(odd.name())) {
            long begun = System.nanoTime();
            for (int i = 0; i < 5; i++)
                assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            assertThat(System.nanoTime() - begun).isLessThan(TOO_LONG_NANOS);
            // Each call compares first, for the last one cried change; 250 cries cost a few more.
            assertThat(odd.diary().heard("tools/list").size()).isLessThan(20);
            leave(client);
        }
    }

    @Test
    void answersToOtherCallsAreDroppedAndForeignProgressReachesNobody() {
        var odd = odd("answers-others");
        try (var client = stage.raw(odd.name())) {
            for (int i = 0; i < 3; i++)
                assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            leave(client);
        }
    }

    @Test
    void whatAServerAsksOfTheClientIsRefusedExceptPing() {
        var odd = odd("asks");
        try (var client = stage.raw(odd.name())) {
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            Eventually.that("all four are answered", () -> answersTo(odd).size() == 4);
            for (var answer : answersTo(odd)) {
                boolean ping = answer.string("id").orElseThrow().equals("q-ping");
                assertThat(answer.object(ping ? "result" : "error")).isPresent();
            }
            leave(client);
        }
    }

    private static List<Json.Obj> answersTo(Odd odd) {
        return odd.diary().heard().stream()
                .filter(message -> message.string("id").orElse("").startsWith("q-"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"breeds", "ignores-the-end"})
    void whatAServerStartedAndOneThatWillNotEndEndWithItsSession(String mode) {
        var odd = odd(mode);
        try (var client = stage.raw(odd.name())) {
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            assertThat(odd.diary().gone()).isFalse();
            leave(client);
            Eventually.that("all its processes are gone", odd.diary()::gone);
        }
    }

    @Test
    void theServerHearsOfACancelledCall() {
        var odd = odd("cancellable");
        try (var client = stage.typescript(odd.name())) {
            client.value(Json.object()
                    .put("do", "begin")
                    .put("name", "work")
                    .put("arguments", Json.Obj.EMPTY)
                    .put("progress", true)
                    .build());
            Eventually.that(
                    "the call is with the server",
                    () -> !odd.diary().heard("tools/call").isEmpty());
            client.close();
            Eventually.that(
                    "the server hears that its client has gone",
                    () -> !odd.diary().heard("notifications/cancelled").isEmpty());
            var call = odd.diary().heard("tools/call").getFirst();
            var cancelled = odd.diary().heard("notifications/cancelled").getFirst();
            assertThat(cancelled.object("params").flatMap(params -> params.get("requestId")))
                    .isEqualTo(call.get("id"));
            stage.lastOutcome(odd.name() + "/work", "cut");
        }
    }

    @Test
    void theServerGetsNothingOfTheClientsCredentialOrOurEnvironment() {
        var odd = odd("works");
        try (var client = stage.raw(odd.name())) {
            client.ask(
                    "tools/call",
                    Json.object()
                            .put("name", "work")
                            .put("arguments", Json.Obj.EMPTY)
                            .put(
                                    "_meta",
                                    Json.object()
                                            .put("progressToken", "mine")
                                            .put("claudecode/toolUseId", "toolu_1")
                                            .build())
                            .build());
            assertThat(String.join("\n", odd.diary().lines()))
                    .doesNotContain("writ_")
                    .doesNotContain("toolu_1")
                    .doesNotContain("\"mine\"");
            leave(client);
        }
    }
}
