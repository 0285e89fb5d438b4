package dev.writ.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.registry.Transport;
import dev.writ.walks.McpClient;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The official "everything" server over Streamable HTTP, which answers calls with event streams. */
@Tag("extended")
class EverythingOverHttpTest extends EverythingContract {
    private final EverythingServer server = EverythingServer.start();

    @Override
    Transport transport() {
        return NodePeers.fromMcpJson("everything-http", Map.of("EVERYTHING_URL", server.url()));
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    @Test
    void aServerThatIsStartedAnewIsReachedByANewSession() {
        try (var other = EverythingServer.start()) {
            var name = new dev.writ.base.Name("restarted");
            stage.register(
                    name,
                    NodePeers.fromMcpJson("everything-http", Map.of("EVERYTHING_URL", other.url())),
                    _ -> PeerStage.reading());
            stage.product.publish("""
                    @id("restarted")
                    permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"restarted");
                    @id("everything")
                    permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call", Writ::Action::"resource:read", Writ::Action::"prompt:get"], resource in Writ::McpServer::"everything")
                    unless { resource is Writ::Tool && !(resource in Writ::ToolCategory::"read") };
                    """);
            try (var client = stage.raw(name)) {
                assertThat(McpClient.text(client.call("echo", "{\"message\":\"one\"}")))
                        .contains("one");
                other.restart();
                // The session of old is not known there: nothing was done, and the client hears that it must begin
                // anew.
                assertThat(McpClient.text(client.call("echo", "{\"message\":\"two\"}")))
                        .startsWith("FAILED echo");
                assertThat(client.post("{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"ping\"}")
                                .status())
                        .isEqualTo(404);
                client.useSession(java.util.Optional.empty());
                client.initialize();
                assertThat(McpClient.text(client.call("echo", "{\"message\":\"three\"}")))
                        .contains("three");
                assertThat(client.ask("ping", Json.Obj.EMPTY).object("result")).isPresent();
            }
        }
    }
}
