package dev.writ.attacks;

import static dev.writ.peers.ScriptedServer.answer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.http.client.Call;
import dev.writ.http.server.Answer;
import dev.writ.peers.ScriptedServer;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks 1, 2, 3, 5, 12: messages that two readers read differently, that never end, or that take another's answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileMessagesTest {
    private static final Name ODD = new Name("odd");
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"arguments\":{}}}";

    private Product product;
    private ScriptedServer odd;

    @BeforeAll
    void start(@TempDir Path data) {
        odd = ScriptedServer.start();
        product = Product.start(data);
        product.addServer(ODD, odd.url(), "x");
        product.publish("""
                @id("reads")
                permit (principal, action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"odd");
                """);
    }

    @AfterAll
    void stop() {
        product.close();
        odd.close();
    }

    private McpClient client() {
        var key = product.key(
                Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(ODD).calling(100_000)));
        var client = McpClient.to(product.wiring.url() + "/mcp/odd", key);
        client.initialize("2025-11-25", "{}");
        return client;
    }

    private static String with(String arguments) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"arguments\":"
                + arguments + "}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"work\"}}]",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"Method\":\"tools/call\",\"params\":{\"name\":\"work\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"param\u017f\":{\"name\":\"work\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"name\":\"other\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"arguments\":{\"a\":{\"b\":1,\"b\":2}}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"arguments\":{\"a\":\"\\ud800\"}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} {}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
                "nonsense"
            })
    void whatTwoReadersCouldReadDifferentlyIsRefusedRecordedAndGoesNowhere(String body) {
        try (var client = client()) {
            int before = odd.heard.size();
            long refusals = product.countOf("refusal");
            var reply = client.post(body);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json()
                            .object("error")
                            .flatMap(error -> error.integer("code"))
                            .orElseThrow())
                    .isIn(-32700L, -32600L, -32602L);
            assertThat(product.countOf("refusal")).isEqualTo(refusals + 1);
            assertThat(product.lastOf("refusal").object("action").orElseThrow().string("kind"))
                    .contains("unmapped");
            assertThat(odd.heard).hasSize(before);
        }
    }

    @Test
    void tenThousandLevelsAreRefusedAndAHugeNumberIsPassedOnAsItIsOrRefused() {
        try (var client = client()) {
            int before = odd.heard("tools/call").size();
            assertThat(client.post(with("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"))
                            .status())
                    .isEqualTo(400);
            assertThat(odd.heard("tools/call")).hasSize(before);
            odd.calls = (message, sink) -> sink.send(answer(message, "{\"content\":[]}"));
            assertThat(client.post(with("{\"a\":1e400}")).status()).isEqualTo(200);
            assertThat(odd.heard("tools/call").getLast().text()).contains("1e400");
        }
    }

    @Test
    void duplicateAndCompressingHeadersAreRefused() {
        try (var client = client()) {
            var post = Call.post(client.url(), "application/json", CALL.getBytes(UTF_8))
                    .header("accept", "application/json");
            int before = odd.heard.size();
            assertThat(client.send(post.header("mcp-session-id", "other")).status())
                    .isEqualTo(400);
            assertThat(client.send(post.header("authorization", "Bearer other")).status())
                    .isEqualTo(401);
            assertThat(client.send(post.header("content-type", "application/json"))
                            .status())
                    .isEqualTo(415);
            assertThat(client.send(post.header("content-encoding", "gzip")).status())
                    .isEqualTo(415);
            assertThat(client.send(post.header("mcp-protocol-version", "2025-11-25")
                                    .header("mcp-protocol-version", "2025-06-18"))
                            .status())
                    .isEqualTo(400);
            assertThat(client.send(post.header("mcp-protocol-version", "2024-11-05"))
                            .status())
                    .isEqualTo(400);
            assertThat(client.send(post.header("origin", "http://evil.example")).status())
                    .isEqualTo(403);
            assertThat(client.send(Call.get(client.url())
                                    .header("accept", "text/event-stream")
                                    .header("last-event-id", "1-0")
                                    .header("last-event-id", "2-0"))
                            .status())
                    .isEqualTo(400);
            assertThat(odd.heard).hasSize(before);
        }
    }

    @Test
    void anAnswerThatIsCompressedWithoutBeingAskedForIsNotUnpacked() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 100; i++) gzip.write(new byte[1 << 16]);
        }
        odd.instead = Optional.of(
                Answer.of(200, "application/json", packed.toByteArray()).with("content-encoding", "gzip"));
        try (var client = client()) {
            assertThat(client.call("work", "{}").text()).contains("coded in a way that was not asked for");
        } finally {
            odd.instead = Optional.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"result\":{}}",
                "{\"a\":\"\\ud800\"}",
                "[]",
                "not json"
            })
    void aServerThatWritesWhatIsNoMessageEndsItsCall(String text) {
        odd.calls = (message, sink) -> {
            sink.send(text);
            sink.send(answer(message, "{\"content\":[]}"));
        };
        try (var client = client()) {
            assertThat(client.call("work", "{}").text()).contains("FAILED work").contains("not acceptable JSON");
        }
    }

    @Test
    void aServerThatTalksWithoutEndHoldsNoMoreThanItsShare() {
        var word = "x".repeat(1 << 16);
        odd.calls = (message, sink) -> {
            for (int i = 0; i < 1_000; i++)
                sink.send(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\""
                                + word + "\"}}");
            sink.send(answer(message, "{\"content\":[]}"));
        };
        try (var client = client();
                var exchange = client.openPost(CALL)) {
            long bytes = 0;
            for (var piece = exchange.next(); piece.isPresent(); piece = exchange.next()) bytes += piece.get().length;
            assertThat(bytes).isGreaterThan(1_000L << 16);
        }
    }

    @Test
    void twoClientsWithTheSameIdsGetTheirOwnAnswers() throws Exception {
        race(300);
    }

    @Test
    @Tag("extended")
    void twoClientsWithTheSameIdsGetTheirOwnAnswersTenThousandTimes() throws Exception {
        race(10_000);
    }

    private void race(int times) throws Exception {
        odd.calls = (message, sink) -> {
            var said =
                    message.object("params").flatMap(p -> p.object("arguments")).flatMap(a -> a.string("who"));
            sink.send(answer(message, "{\"content\":[],\"who\":\"" + said.orElse("") + "\"}"));
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                var one = client();
                var other = client()) {
            var wrong = new ArrayList<Future<Integer>>();
            for (var client : new McpClient[] {one, other}) wrong.add(threads.submit(() -> wrong(client, times)));
            for (var future : wrong) assertThat(future.get()).isZero();
        }
    }

    /** How many of a client's calls, all with ids that the other one uses at the same time, were answered wrongly. */
    private static int wrong(McpClient client, int times) {
        int wrong = 0;
        for (int i = 0; i < times; i++) {
            var who = System.identityHashCode(client) + "-" + i;
            var reply = client.post("{\"jsonrpc\":\"2.0\",\"id\":" + i
                    + ",\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"arguments\":{\"who\":\"" + who
                    + "\"}}}");
            var right = reply.json().get("id").equals(Optional.of(Json.of(i)))
                    && reply.json()
                            .object("result")
                            .flatMap(r -> r.string("who"))
                            .equals(Optional.of(who));
            if (!right) wrong++;
        }
        return wrong;
    }
}
