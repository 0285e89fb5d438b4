package dev.writ.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.registry.Transport;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the official "everything" server and the official TypeScript client do through Writ, whatever the transport. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EverythingContract {
    static final Name EVERYTHING = new Name("everything");
    PeerStage stage;

    abstract Transport transport();

    @BeforeAll
    void start(@TempDir Path data) {
        stage = PeerStage.start(data);
        stage.register(
                EVERYTHING,
                transport(),
                tool -> tool.equals("get-env") ? PeerStage.classified("irreversible") : PeerStage.reading());
        stage.product.publish("""
                @id("everything")
                permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"resource:read", Writ::Action::"prompt:get"], resource in Writ::McpServer::"everything");
                @id("everything-reads")
                permit (principal in Writ::Group::"support-agents", action in Writ::Action::"tool:call", resource in Writ::McpServer::"everything")
                when { resource in Writ::ToolCategory::"read" };
                @id("no-blobs")
                forbid (principal, action == Writ::Action::"resource:read", resource)
                when { resource.uri like "demo://resource/dynamic/blob/*" };
                @id("no-simple-prompt")
                forbid (principal, action == Writ::Action::"prompt:get", resource == Writ::Prompt::"everything/simple-prompt");
                """);
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    static Json.Obj step(String json) {
        return JsonReader.readObject(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static String text(Json.Obj result) {
        return ((Json.Obj) result.array("content").orElseThrow().items().getFirst())
                .string("text")
                .orElseThrow();
    }

    @Test
    void toolsAreListedAndCalledAndWhatPolicyHidesIsNotThere() {
        try (var client = stage.typescript(EVERYTHING)) {
            assertThat(client.toolNames()).contains("echo", "get-sum").doesNotContain("get-env");
            assertThat(text(client.call("echo", "{\"message\":\"grüß dich 🙂\"}")))
                    .isEqualTo("Echo: grüß dich 🙂");
            assertThat(text(client.call("get-sum", "{\"a\":2,\"b\":40.5}"))).contains("42.5");
            assertThat(client.failure(NodeClient.calling("get-env", "{}")).get("code"))
                    .contains(Json.of(-32602));
        }
    }

    @Test
    void contentThatIsNotTextComesBackUnchanged() {
        try (var client = stage.typescript(EVERYTHING)) {
            var image = client.call("get-tiny-image", "{}").text();
            assertThat(image).contains("\"type\":\"image\"").contains("\"mimeType\":\"image/png\"");
            // The client itself holds it against the tool's output schema.
            var weather = client.call("get-structured-content", "{\"location\":\"Chicago\"}");
            assertThat(weather.object("structuredContent").orElseThrow().string("conditions"))
                    .isPresent();
            assertThat(client.call("get-resource-links", "{\"count\":2}").text())
                    .contains("resource_link");
        }
    }

    @Test
    void resourcesAreListedAndReadExceptThoseThatPolicyHides() {
        try (var client = stage.typescript(EVERYTHING)) {
            assertThat(client.value("resources").text()).contains("demo://resource/static/document/architecture.md");
            assertThat(client.value("templates").text())
                    .contains("demo://resource/dynamic/text/{resourceId}")
                    .doesNotContain("blob");
            assertThat(client.value(step("{\"do\":\"read\",\"uri\":\"demo://resource/dynamic/text/7\"}"))
                            .text())
                    .contains("demo://resource/dynamic/text/7");
            var hidden = client.failure(step("{\"do\":\"read\",\"uri\":\"demo://resource/dynamic/blob/7\"}"));
            assertThat(hidden.get("code")).contains(Json.of(-32002));
        }
    }

    @Test
    void promptsAreListedGotAndCompletedExceptThoseThatPolicyHides() {
        try (var client = stage.typescript(EVERYTHING)) {
            assertThat(client.value("prompts").text())
                    .contains("args-prompt", "completable-prompt")
                    .doesNotContain("simple-prompt");
            assertThat(client.value(step(
                                    "{\"do\":\"prompt\",\"name\":\"args-prompt\",\"arguments\":{\"city\":\"Oslo\"}}"))
                            .text())
                    .contains("Oslo");
            assertThat(client.failure(step("{\"do\":\"prompt\",\"name\":\"simple-prompt\",\"arguments\":{}}"))
                            .get("code"))
                    .contains(Json.of(-32602));
            assertThat(client.value(step("""
                            {"do":"complete","params":{"ref":{"type":"ref/prompt","name":"completable-prompt"},
                             "argument":{"name":"department","value":"S"}}}""")).text())
                    .contains("Sales", "Support")
                    .doesNotContain("Engineering");
            assertThat(client.value(step("""
                            {"do":"complete","params":{"ref":{"type":"ref/prompt","name":"completable-prompt"},
                             "argument":{"name":"name","value":"E"},"context":{"arguments":{"department":"Sales"}}}}""")).text()).contains("Eve");
        }
    }

    @Test
    void progressArrivesInOrderUnderTheClientsOwnToken() {
        try (var client = stage.typescript(EVERYTHING)) {
            var value = client.value(step("""
                    {"do":"call","name":"trigger-long-running-operation","arguments":{"duration":0.5,"steps":5},"progress":true}"""));
            assertThat(value.array("progress").orElseThrow().items().stream()
                            .map(step -> ((Json.Obj) step).integer("progress").orElseThrow()))
                    .containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(text(value.object("result").orElseThrow())).contains("completed");
            // A token that is not its own the client reports as an error.
            assertThat(client.value("heard").array("errors").orElseThrow().items())
                    .isEmpty();
        }
    }

    @Test
    void aCallThatTheClientCancelsIsCutAndTheSessionGoesOn() {
        try (var client = stage.typescript(EVERYTHING)) {
            long before = System.nanoTime();
            client.failure(step("""
                    {"do":"call","name":"trigger-long-running-operation","arguments":{"duration":40,"steps":80},"abortAt":1}"""));
            stage.lastOutcome("everything/trigger-long-running-operation", "cut");
            assertThat(System.nanoTime() - before).isLessThan(10_000_000_000L);
            assertThat(text(client.call("echo", "{\"message\":\"still here\"}")))
                    .contains("still here");
        }
    }

    @Test
    void pingLoggingAndSubscriptionsWork() {
        try (var client = stage.typescript(EVERYTHING)) {
            client.value("ping");
            client.value(step("{\"do\":\"level\",\"level\":\"debug\"}"));
            client.call("toggle-simulated-logging", "{}");
            var log = client.value(step("{\"do\":\"await\",\"what\":\"logs\"}"))
                    .array("logs")
                    .orElseThrow();
            assertThat(log.items()).isNotEmpty();
            client.value(step("{\"do\":\"subscribe\",\"uri\":\"demo://resource/dynamic/text/1\"}"));
            client.call("toggle-subscriber-updates", "{}");
            assertThat(client.value(step("{\"do\":\"await\",\"what\":\"updated\"}"))
                            .array("updated")
                            .orElseThrow()
                            .text())
                    .contains("demo://resource/dynamic/text/1");
        }
    }

    @Test
    void whatTheServerAsksOfTheClientIsNotOffered() {
        try (var client = stage.typescript(EVERYTHING)) {
            assertThat(client.toolNames())
                    .doesNotContain("trigger-sampling-request", "trigger-elicitation-request", "get-roots-list");
        }
    }

    @Test
    void anEndedSessionLeavesNoSessionWithTheServer() {
        int before = stage.product.parts().upstreams().open();
        try (var client = stage.typescript(EVERYTHING)) {
            assertThat(stage.product.parts().upstreams().open()).isEqualTo(before + 1);
            client.value("end");
            assertThat(stage.product.parts().upstreams().open()).isEqualTo(before);
        }
    }
}
