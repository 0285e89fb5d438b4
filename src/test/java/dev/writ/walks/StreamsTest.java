package dev.writ.walks;

import static dev.writ.peers.ScriptedServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.http.client.Call;
import dev.writ.http.server.EventSink;
import dev.writ.peers.Eventually;
import dev.writ.peers.ScriptedServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of a session: when there is one, what is on it, and how a client takes it up again (2025-11-25). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamsTest {
    private static final Name ODD = new Name("odd");
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"work\",\"arguments\":{}}}";

    private Product product;
    private ScriptedServer odd;

    @BeforeAll
    void start(@TempDir Path data) {
        odd = ScriptedServer.start();
        odd.resources = "[{\"uri\":\"memo:1\",\"name\":\"m\"},{\"uri\":\"file:///srv/listed.txt\",\"name\":\"f\"}]";
        product = Product.start(data);
        product.addServer(ODD, odd.url(), "x");
        product.publish("""
                @id("all")
                permit (principal, action in [Writ::Action::"server:discover", Writ::Action::"tool:call", Writ::Action::"resource:read"], resource in Writ::McpServer::"odd");
                """);
    }

    @AfterAll
    void stop() {
        product.close();
        odd.close();
    }

    private String key() {
        return product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(ODD)));
    }

    private McpClient client(String key, String revision) {
        var client = McpClient.to(product.wiring.url() + "/mcp/odd", key);
        client.initialize(revision, "{}");
        return client;
    }

    private static void log(EventSink sink, String level) {
        sink.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"" + level
                + "\",\"data\":\"" + level + "\"}}");
    }

    @Test
    void aServerThatSpeaksBeforeItsAnswerMakesAStreamWithoutAnyToken() {
        odd.calls = (message, sink) -> {
            log(sink, "info");
            sink.send(answer(message, "{\"content\":[]}"));
        };
        try (var client = client(key(), "2025-11-25");
                var call = new Conversation(client.openPost(CALL))) {
            var first = call.event().orElseThrow();
            assertThat(first.data()).as("from here on the client can come back").isEmpty();
            assertThat(first.id()).isPresent();
            var ids = new java.util.HashSet<>(List.of(first.id().get()));
            for (int i = 0; i < 2; i++)
                assertThat(ids.add(call.event().orElseThrow().id().orElseThrow()))
                        .isTrue();
            assertThat(call.event()).isEmpty();
        }
    }

    @Test
    void anOlderRevisionHasNoIdsAndNoEventWithoutData() {
        odd.calls = (message, sink) -> {
            log(sink, "info");
            sink.send(answer(message, "{\"content\":[]}"));
        };
        try (var client = client(key(), "2025-06-18");
                var call = new Conversation(client.openPost(CALL))) {
            for (int i = 0; i < 2; i++) {
                var event = call.event().orElseThrow();
                assertThat(event.data()).isNotEmpty();
                assertThat(event.id()).isEmpty();
            }
            assertThat(call.event()).isEmpty();
        }
    }

    @Test
    void logsBelowTheLevelThatTheClientSetStayAway() {
        odd.calls = (message, sink) -> {
            for (var level : List.of("debug", "warning", "error", "nonsense")) log(sink, level);
            sink.send(answer(message, "{\"content\":[]}"));
        };
        try (var client = client(key(), "2025-11-25")) {
            var set = client.ask(
                    "logging/setLevel", Json.object().put("level", "warning").build());
            assertThat(set.object("result")).isPresent();
            try (var call = new Conversation(client.openPost(CALL))) {
                var levels = call.rest().stream()
                        .flatMap(m -> m.object("params").stream())
                        .map(p -> p.string("level").orElse(""))
                        .toList();
                assertThat(levels).containsExactly("warning", "error");
            }
            assertThat(client.ask(
                                    "logging/setLevel",
                                    Json.object().put("level", "loud").build())
                            .text())
                    .contains("-32602");
            assertRefused("odd/logging/setLevel");
        }
    }

    private void assertRefused(String target) {
        var refusal = product.lastOf("refusal");
        assertThat(refusal.string("reason")).contains("arguments");
        var action = refusal.object("action").orElseThrow();
        assertThat(action.string("kind")).contains("unmapped");
        assertThat(action.string("target")).contains(target);
    }

    @Test
    void anIdThatIsUnderWayIsRefusedOnRecordAndItsCallGoesOn() throws Exception {
        var go = new CountDownLatch(1);
        odd.calls = (message, sink) -> {
            log(sink, "info");
            await(go);
            sink.send(answer(message, "{\"content\":[]}"));
        };
        try (var client = client(key(), "2025-11-25");
                var call = new Conversation(client.openPost(CALL))) {
            assertThat(call.message().string("method")).contains("notifications/message");
            assertThat(client.post(CALL).body()).contains("-32600");
            assertRefused("odd/tools/call");
            go.countDown();
            assertThat(call.message().object("result")).isPresent();
        }
    }

    @Test
    void moreSubscriptionsThanThereMayBeAreRefusedOnRecord() {
        try (var client = client(key(), "2025-11-25")) {
            for (int i = 0; i < 1_000; i++)
                assertThat(client.ask("resources/subscribe", uri("memo:" + i)).object("result"))
                        .isPresent();
            int before = odd.heard("resources/subscribe").size();
            assertThat(client.ask("resources/subscribe", uri("memo:1000")).text())
                    .contains("-32602")
                    .contains("more than 1000 subscriptions");
            assertRefused("odd/resources/subscribe");
            assertThat(odd.heard("resources/subscribe")).hasSize(before);
        }
    }

    private static Json.Obj uri(String uri) {
        return Json.object().put("uri", uri).build();
    }

    @Test
    void aLostStreamIsTakenUpAgainExactlyWhereItBrokeOffAndByItsOwnerAlone() throws Exception {
        var go = new CountDownLatch(1);
        odd.calls = (message, sink) -> {
            log(sink, "info");
            log(sink, "notice");
            await(go);
            log(sink, "error");
            sink.send(answer(message, "{\"content\":[],\"mine\":true}"));
        };
        var key = key();
        try (var client = client(key, "2025-11-25");
                var sibling = client(key, "2025-11-25");
                var stranger = client(key(), "2025-11-25")) {
            String after;
            try (var call = new Conversation(client.openPost(CALL))) {
                assertThat(call.message().text()).contains("info");
                after = call.last().orElseThrow();
                assertThat(call.message().text()).contains("notice");
            }
            assertThat(get(sibling, after))
                    .as("another session of the same caller")
                    .isEqualTo(400);
            stranger.useSession(client.session());
            assertThat(get(stranger, after)).as("another caller").isEqualTo(404);
            for (var bad : List.of("x", "1", "0-0", "1--1", "1-99", "99-0", "1-01", "9999999999999999999-1"))
                assertThat(get(client, bad)).as(bad).isEqualTo(400);
            go.countDown();
            try (var again = new Conversation(client.openGet(Optional.of(after)))) {
                var rest = again.rest();
                assertThat(rest).hasSize(3);
                assertThat(rest.get(0).text()).contains("notice");
                assertThat(rest.get(1).text()).contains("error");
                assertThat(rest.get(2).text()).contains("\"mine\":true");
            }
            // The end was perhaps not heard: it can be had once more.
            try (var again = new Conversation(client.openGet(Optional.of(after)))) {
                assertThat(again.rest()).hasSize(3);
            }
            product.parts().authority().revoke(Product.TENANT, taskOf(client), product.owner, "stop");
            assertThat(get(client, after)).as("not after revocation").isEqualTo(400);
        }
    }

    private dev.writ.base.Id taskOf(McpClient client) {
        return new dev.writ.base.Id(product.records().stream()
                .filter(r -> r.string("kind").equals(Optional.of("intent"))
                        && r.text().contains("odd/work"))
                .reduce((_, later) -> later)
                .flatMap(r -> r.string("task"))
                .orElseThrow());
    }

    private static int get(McpClient client, String after) {
        try (var exchange = client.openGet(Optional.of(after))) {
            return exchange.status();
        }
    }

    @Test
    void aClientThatDoesNotComeBackEndsItsCall() {
        var gone = new CountDownLatch(1);
        odd.calls = (message, sink) -> {
            sink.onClose(gone::countDown);
            log(sink, "info");
            await(gone);
        };
        try (var client = client(key(), "2025-11-25")) {
            try (var call = new Conversation(client.openPost(CALL))) {
                assertThat(call.message().text()).contains("info");
            }
            Eventually.that("the call is given up", () -> gone.getCount() == 0);
        }
    }

    @Test
    void aServerThatLetsGoOfItsStreamIsAskedForTheRestAndSoAreWe() {
        odd.resumed.clear();
        odd.calls = (message, sink) -> {
            sink.send(Optional.empty(), Optional.of("ev-1"), "");
            sink.retry(Duration.ofMillis(50));
        };
        odd.resumes = (message, sink) -> {
            if (odd.resumed.size() == 1) {
                sink.send(Optional.empty(), Optional.of("ev-2"), "");
                return;
            }
            sink.send(answer(message, "{\"content\":[],\"late\":true}"));
        };
        try (var client = client(key(), "2025-11-25")) {
            String after;
            try (var call = new Conversation(client.openPost(CALL))) {
                assertThat(call.rest()).isEmpty();
                assertThat(call.retried()).isTrue();
                after = call.last().orElseThrow();
            }
            var answers = new java.util.ArrayList<Json.Obj>();
            while (answers.isEmpty())
                try (var again = new Conversation(client.openGet(Optional.of(after)))) {
                    answers.addAll(again.rest());
                }
            assertThat(answers.getFirst().text()).contains("\"late\":true").contains("\"id\":7");
            assertThat(odd.resumed).containsExactly("ev-1", "ev-2");
            assertThat(odd.heard("tools/call").stream()
                            .filter(m -> m.text().contains("work"))
                            .count())
                    .as("the call itself is sent once")
                    .isEqualTo(odd.heard("tools/call").size());
        }
        // A client that cannot come back is kept on its stream.
        odd.resumed.clear();
        try (var client = client(key(), "2025-06-18")) {
            assertThat(client.call("work", "{}").text()).contains("\"late\":true");
        }
    }

    @Test
    void aStreamWithoutAnIdIsNotTakenUpAgain() {
        odd.resumed.clear();
        odd.calls = (message, sink) -> log(sink, "info");
        try (var client = client(key(), "2025-11-25")) {
            assertThat(client.call("work", "{}").text()).contains("FAILED work: the server gave no answer");
            assertThat(odd.resumed).isEmpty();
        }
    }

    @Test
    void onlySubscribedResourcesAreSpokenOf() {
        try (var client = client(key(), "2025-11-25");
                var listening = new Conversation(client.openGet(Optional.empty()))) {
            assertThat(listening.event().orElseThrow().data()).isEmpty();
            var uri = Json.object().put("uri", "memo:1").build();
            assertThat(client.ask("resources/subscribe", uri).object("result")).isPresent();
            odd.say(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"memo:2\"}}");
            odd.say(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"memo:1\"}}");
            assertThat(listening.message().text()).contains("memo:1");
            assertThat(client.ask("resources/unsubscribe", uri).object("result"))
                    .isPresent();
            odd.say(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"memo:1\"}}");
            odd.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/prompts/list_changed\"}");
            assertThat(listening.message().string("method")).contains("notifications/prompts/list_changed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "gopher://h/1", "data:text/plain,x", "memo:a%2Fb"})
    void aFarReachingUriIsReadOnlyWhenTheServerListsExactlyIt(String uri) {
        try (var client = client(key(), "2025-11-25")) {
            int before = odd.heard("resources/read").size();
            var answer =
                    client.ask("resources/read", Json.object().put("uri", uri).build());
            assertThat(answer.object("error")).isPresent();
            assertThat(odd.heard("resources/read")).hasSize(before);
            assertThat(product.lastOf("refusal").string("reason")).contains("arguments");
            var listed = Json.object().put("uri", "file:///srv/listed.txt").build();
            assertThat(client.ask("resources/read", listed).object("result")).isPresent();
            assertThat(odd.heard("resources/read")).hasSize(before + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///srv/../etc/passwd",
                "memo:a/../b",
                "memo://h/%2e%2E/x",
                "memo:a\\\\b",
                "memo:%00",
                "no-scheme"
            })
    void aUriThatClimbsIsNeverRead(String uri) {
        try (var client = client(key(), "2025-11-25")) {
            int before = odd.heard("resources/read").size();
            var answer =
                    client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\""
                            + uri + "\"}}");
            assertThat(answer.json().object("error")).isPresent();
            assertThat(odd.heard("resources/read")).hasSize(before);
            assertThat(product.lastOf("refusal").string("reason")).contains("arguments");
        }
    }

    @Test
    void aSessionEndsOnceAndStrangersOnIdsAreRecorded() {
        try (var client = client(key(), "2025-11-25");
                var thief = client(key(), "2025-11-25")) {
            thief.useSession(client.session());
            long before = product.countOf("refusal");
            assertThat(thief.post(CALL).status()).isEqualTo(404);
            assertThat(product.countOf("refusal")).isEqualTo(before + 1);
            assertThat(product.lastOf("refusal").object("action").orElseThrow().text())
                    .contains("odd/session");
            assertThat(client.send(Call.of("DELETE", client.url())).status()).isEqualTo(204);
            assertThat(client.send(Call.of("DELETE", client.url())).status()).isEqualTo(404);
            assertThat(client.post(CALL).status()).isEqualTo(404);
            assertThat(get(client, "1-0")).isEqualTo(404);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
