package dev.writ.walks;

import static dev.writ.walks.StatelessClient.NONE;
import static dev.writ.walks.StatelessStage.ASKING;
import static dev.writ.walks.StatelessStage.POLICY;
import static dev.writ.walks.StatelessStage.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.peers.Eventually;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions of clients without sessions: what they hear, what they do not, and how they end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListenWalkTest {
    private StatelessStage stage;

    @BeforeAll
    void start(@TempDir Path data) {
        stage = StatelessStage.start(data);
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    private static Json.Obj params(Optional<Json.Obj> message) {
        return message.flatMap(m -> m.object("params")).orElseThrow(() -> new AssertionError("no params: " + message));
    }

    private static String subscription(Json.Obj params) {
        return params.object("_meta")
                .flatMap(meta -> meta.string("io.modelcontextprotocol/subscriptionId"))
                .orElse("");
    }

    @Test
    void whatIsHonouredIsAcknowledgedFirstAndNothingElseIsTold() {
        try (var client = stage.client();
                var events = client.listen("{\"promptsListChanged\":true,\"taskIds\":[\"t\"],\"resourceSubscriptions\":"
                        + "[\"test://watched-resource\",\"test://static-binary\",\"file:///etc/passwd\"]}")) {
            var acknowledged = events.next();
            assertThat(acknowledged.flatMap(m -> m.string("method")))
                    .hasValue("notifications/subscriptions/acknowledged");
            assertThat(subscription(params(acknowledged))).isEqualTo("sub-1");
            assertThat(params(acknowledged)
                            .object("notifications")
                            .orElseThrow()
                            .text())
                    .as("neither the hidden resource nor one that no list holds")
                    .isEqualTo("{\"promptsListChanged\":true,\"resourceSubscriptions\":[\"test://watched-resource\"]}");
            client.call("test_trigger_tool_change", "{}");
            client.call("test_trigger_prompt_change", "{}");
            var prompts = events.next();
            assertThat(prompts.flatMap(m -> m.string("method"))).hasValue("notifications/prompts/list_changed");
            assertThat(subscription(params(prompts))).isEqualTo("sub-1");
            client.call("test_trigger_resource_change", "{}");
            var updated = events.next();
            assertThat(updated.flatMap(m -> m.string("method"))).hasValue("notifications/resources/updated");
            assertThat(params(updated).string("uri")).hasValue("test://watched-resource");
            client.call("test_trigger_tool_change", "{}");
        }
        Eventually.that("the server's part ends with the client's", () -> stage.fixture.listening() == 0);
        var listens = stage.product.records().stream()
                .filter(record -> record.object("action")
                        .flatMap(action -> action.string("kind"))
                        .equals(Optional.of("listen")))
                .toList();
        assertThat(listens).isNotEmpty();
        assertThat(stage.product.records().stream()
                        .filter(record -> record.string("detail").equals(Optional.of("subscribed"))))
                .as("the subscription itself, and the one resource")
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void aChangedPolicyIsAChangedListOfTools() {
        try (var client = stage.client();
                var events = client.listen("{\"toolsListChanged\":true}")) {
            assertThat(params(events.next())
                            .object("notifications")
                            .orElseThrow()
                            .text())
                    .isEqualTo("{\"toolsListChanged\":true}");
            stage.product.publish(POLICY.replace("test_image_content", "test_audio_content") + ASKING);
            assertThat(events.next().flatMap(m -> m.string("method"))).hasValue("notifications/tools/list_changed");
        } finally {
            stage.product.publish(POLICY + ASKING);
        }
    }

    @Test
    void revocationEndsASubscriptionInOrder() {
        var task = stage.product.open(Product.TaskSpec.SUPPORT.on(SERVER));
        var key = stage.product.key(Product.BOT, task);
        try (var client = stage.client(key);
                var events = client.listen("{\"toolsListChanged\":true}")) {
            assertThat(events.next()).isPresent();
            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "enough");
            var last = events.next().orElseThrow();
            assertThat(last.get("id")).hasValue(Json.of("sub-1"));
            assertThat(last.object("result").flatMap(r -> r.string("resultType")))
                    .hasValue("complete");
            assertThat(last.object("result")
                            .flatMap(r -> r.object("_meta"))
                            .orElseThrow()
                            .text())
                    .contains("sub-1");
            assertThat(events.next()).isEmpty();
            try (var again = client.listen("{\"toolsListChanged\":true}")) {
                assertThat(params(again.next())
                                .object("notifications")
                                .orElseThrow()
                                .text())
                        .as("who may nothing is told of nothing")
                        .isEqualTo("{}");
                assertThat(again.next().orElseThrow().get("result")).isPresent();
            }
        }
        Eventually.that("the server hears of it", () -> stage.fixture.listening() == 0);
    }

    @Test
    void aServerWithSessionsIsListenedToAsFarAsItsStreamGoes() {
        try (var client = stage.client(stage.key(), Product.SHOP);
                var events = client.listen("{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"a://b\"]}")) {
            assertThat(params(events.next())
                            .object("notifications")
                            .orElseThrow()
                            .text())
                    .isEqualTo("{\"toolsListChanged\":true}");
        }
    }

    @Test
    void aFloodOfSubscriptionsEndsAtABoundAndAffectsNobodyElse() {
        try (var client = stage.client();
                var other = stage.client()) {
            var open = new ArrayList<StatelessClient.Events>();
            for (int i = 0; i < 16; i++) open.add(client.listen("{}"));
            var body = StatelessClient.body(
                    "17", "subscriptions/listen", "{\"notifications\":{}}", StatelessClient.meta(NONE, NONE));
            var refused = client.post(body, StatelessClient.headers("subscriptions/listen", NONE));
            assertThat(refused.code()).isEqualTo(-32603);
            assertThat(refused.body()).contains("too many subscriptions");
            assertThat(stage.product.lastOf("refusal").text()).contains("fixture/subscriptions/listen");
            try (var one = other.listen("{}")) {
                assertThat(one.next()).isPresent();
            }
            open.forEach(StatelessClient.Events::close);
            Eventually.that("room is made by those who leave", () -> {
                var reply = client.begin(body, StatelessClient.headers("subscriptions/listen", NONE));
                try {
                    return !reply.get(300, java.util.concurrent.TimeUnit.MILLISECONDS)
                            .body()
                            .contains("too many");
                } catch (java.util.concurrent.TimeoutException e) {
                    return true;
                } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
                    throw new AssertionError(e);
                } finally {
                    reply.cancel(true);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"notifications\":7}",
                "{\"notifications\":{\"toolsListChanged\":1}}",
                "{\"notifications\":{\"resourceSubscriptions\":\"a://b\"}}",
                "{\"notifications\":{\"resourceSubscriptions\":[1]}}",
            })
    void aFilterThatIsNoneIsRefused(String params) {
        try (var client = stage.client()) {
            assertThat(client.ask("subscriptions/listen", params, NONE).code()).isEqualTo(-32602);
        }
    }
}
