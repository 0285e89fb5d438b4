package dev.writ.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client through Writ to the official "everything" server. */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JavaSdkTest {
    private static final Name EVERYTHING = new Name("everything");
    private PeerStage stage;

    @BeforeAll
    void start(@TempDir Path data) {
        stage = PeerStage.start(data);
        stage.register(
                EVERYTHING,
                NodePeers.fromMcpJson("everything", Map.of()),
                tool -> tool.equals("get-env") ? PeerStage.classified("money") : PeerStage.reading());
        stage.product.publish("""
                @id("everything")
                permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"resource:read", Writ::Action::"prompt:get"], resource in Writ::McpServer::"everything");
                @id("sums-of-small-numbers")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:everything/get-sum", resource)
                when { context.input.a.lessThan(decimal("100.0")) };
                @id("long-running")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:everything/trigger-long-running-operation", resource);
                """);
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    private McpSyncClient client(List<McpSchema.ProgressNotification> progress) {
        var url = stage.product.wiring.url();
        var transport = HttpClientStreamableHttpTransport.builder(url.toString())
                .endpoint("/mcp/everything")
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + stage.key(EVERYTHING)))
                .build();
        return McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(20))
                .progressConsumer(progress::add)
                .build();
    }

    @Test
    void itInitializesListsCallsReadsAndLeaves() {
        // A test before this one may still be taking its leave.
        noSessionIsLeft();
        try (var client = client(new ArrayList<>())) {
            var initialized = client.initialize();
            assertThat(initialized.serverInfo().name()).isEqualTo("everything");
            assertThat(client.listTools().tools().stream().map(McpSchema.Tool::name))
                    .containsExactlyInAnyOrder("get-sum", "trigger-long-running-operation");
            var sum = client.callTool(new McpSchema.CallToolRequest("get-sum", Map.of("a", 2, "b", 3)));
            assertThat(sum.isError()).isNotEqualTo(true);
            assertThat(sum.content().toString()).contains("5");
            assertThat(client.listResources().resources()).isNotEmpty();
            assertThat(client.listPrompts().prompts()).isNotEmpty();
            client.ping();
            client.closeGracefully();
        }
        noSessionIsLeft();
    }

    private void noSessionIsLeft() {
        Eventually.that(
                "no session is left", () -> stage.product.parts().upstreams().open() == 0);
    }

    @Test
    void aDenialIsAResultThatItsModelCanReadAndAHiddenToolAnError() {
        try (var client = client(new ArrayList<>())) {
            client.initialize();
            var denied = client.callTool(new McpSchema.CallToolRequest("get-sum", Map.of("a", 100, "b", 3)));
            assertThat(denied.isError()).isTrue();
            assertThat(((McpSchema.TextContent) denied.content().getFirst()).text())
                    .startsWith("DENIED get-sum");
            assertThat(denied.meta()).containsKey("dev.writ/decision");
            assertThatThrownBy(() -> client.callTool(new McpSchema.CallToolRequest("get-env", Map.of())))
                    .isInstanceOf(McpError.class)
                    .hasMessageContaining("Unknown tool");
        }
    }

    @Test
    void progressCarriesTheTokenThatTheClientChose() {
        var progress = Collections.synchronizedList(new ArrayList<McpSchema.ProgressNotification>());
        try (var client = client(progress)) {
            client.initialize();
            var done = client.callTool(McpSchema.CallToolRequest.builder("trigger-long-running-operation")
                    .arguments(Map.of("duration", 0.4, "steps", 4))
                    .progressToken("of-my-own")
                    .build());
            assertThat(done.isError()).isNotEqualTo(true);
            Eventually.that("all steps arrive", () -> progress.size() == 4);
            assertThat(progress).allMatch(step -> "of-my-own".equals(step.progressToken()));
            assertThat(progress.stream().map(McpSchema.ProgressNotification::progress))
                    .containsExactly(1.0, 2.0, 3.0, 4.0);
        }
    }
}
