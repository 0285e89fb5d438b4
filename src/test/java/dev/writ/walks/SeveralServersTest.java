package dev.writ.walks;

import static dev.writ.peers.ScriptedServer.answer;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.http.client.Call;
import dev.writ.peers.Eventually;
import dev.writ.peers.ScriptedServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code /mcp}: several servers in one session, each decided as on its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralServersTest {
    private static final Name ODD = new Name("odd");
    private static final Name GONE = new Name("gone");

    private Product product;
    private ScriptedServer odd;

    @BeforeAll
    void start(@TempDir Path data) {
        odd = ScriptedServer.start();
        odd.resources = "[{\"uri\":\"memo:1\",\"name\":\"m\"}]";
        product = Product.start(data);
        product.addServer(ODD, odd.url(), "x");
        try (var gone = ScriptedServer.start()) {
            product.addServer(GONE, gone.url(), "x");
        }
        product.publish(Product.DEMO_POLICY + """
                @id("others")
                permit (principal, action in [Writ::Action::"server:discover", Writ::Action::"tool:call", Writ::Action::"resource:read"], resource)
                when { resource in Writ::McpServer::"odd" || resource in Writ::McpServer::"gone" };
                @id("asked")
                permit (principal, action == Writ::Action::"server:request", resource == Writ::McpServer::"odd");
                """);
    }

    @AfterAll
    void stop() {
        product.close();
        odd.close();
    }

    private String key(Name... servers) {
        return product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(servers)));
    }

    private McpClient client(String key) {
        var client = McpClient.to(product.wiring.url() + "/mcp", key);
        client.initialize("2025-11-25", "{\"roots\":{}}");
        return client;
    }

    @Test
    void toolsOfAllServersThatAnswerAreThereUnderTheirServersName() {
        odd.calls =
                (message, sink) -> sink.send(answer(message, "{\"content\":[{\"type\":\"text\",\"text\":\"odd\"}]}"));
        try (var client = client(key(Product.SHOP, ODD, GONE))) {
            assertThat(client.toolNames())
                    .as("gone does not answer, delete_customer is hidden")
                    .containsExactly(
                            "odd__work",
                            "shop__create_refund",
                            "shop__get_order",
                            "shop__list_orders",
                            "shop__send_email");
            assertThat(text(client.call("odd__work", "{}"))).isEqualTo("odd");
            assertThat(text(client.call("shop__get_order", "{\"order\":\"1001\"}")))
                    .contains("1001");
            assertThat(product.records().stream()
                            .filter(r -> r.string("kind").equals(Optional.of("intent")))
                            .map(r -> r.object("action")
                                    .orElseThrow()
                                    .string("target")
                                    .orElse("")))
                    .contains("odd/work", "shop/get_order");
            assertThat(client.send(Call.of("DELETE", client.url())).status()).isEqualTo(204);
        }
    }

    @Test
    void whatIsHiddenAbsentOrNobodysIsAnsweredAlike() {
        try (var client = client(key(Product.SHOP, ODD))) {
            long before = product.calls();
            int work = odd.heard("tools/call").size();
            for (var name : List.of(
                    "shop__delete_customer",
                    "shop__nothing",
                    "nowhere__x",
                    "get_order",
                    "shop_get_order",
                    "odd__shop__get_order",
                    "shop__odd__work",
                    "odd___work",
                    "SHOP__get_order",
                    "odd__work "))
                assertThat(client.call(name, "{}").object("error").orElseThrow().text())
                        .isEqualTo("{\"code\":-32602,\"message\":\"Unknown tool: " + name + "\"}");
            assertThat(product.calls()).isEqualTo(before);
            assertThat(odd.heard("tools/call")).hasSize(work);
            assertThat(product.lastOf("refusal").string("reason")).contains("absent");
        }
    }

    @Test
    void serversOutsideTheTaskAreNotThere() {
        try (var client = client(key(ODD))) {
            assertThat(client.toolNames()).containsExactly("odd__work");
            assertThat(client.call("shop__get_order", "{\"order\":\"1001\"}").text())
                    .contains("Unknown tool");
        }
    }

    @Test
    void resourcesAreReadUnderUrisThatNameTheirServer() {
        odd.calls = (message, sink) -> sink.send(
                answer(message, "{\"content\":[{\"type\":\"resource_link\",\"uri\":\"memo:1\",\"name\":\"m\"}]}"));
        try (var client = client(key(Product.SHOP, ODD));
                var listening = new Conversation(client.openGet(Optional.empty()))) {
            var listed = client.list("resources/list", "resources");
            assertThat(listed.toString()).contains("writ:odd/memo:1");
            assertThat(client.call("odd__work", "{}").text()).contains("\"uri\":\"writ:odd/memo:1\"");
            var uri = Json.object().put("uri", "writ:odd/memo:1").build();
            assertThat(client.ask("resources/read", uri).object("result")).isPresent();
            assertThat(odd.heard("resources/read").getLast().text()).contains("\"memo:1\"");
            assertThat(client.ask(
                                    "resources/read",
                                    Json.object().put("uri", "memo:1").build())
                            .object("error"))
                    .isPresent();
            assertThat(client.ask(
                                    "resources/read",
                                    Json.object()
                                            .put("uri", "writ:odd/file:///etc/passwd")
                                            .build())
                            .object("error"))
                    .isPresent();
            assertThat(client.ask("resources/subscribe", uri).object("result")).isPresent();
            odd.say(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"memo:1\"}}");
            assertThat(listening.message().text()).contains("writ:odd/memo:1");
        }
    }

    @Test
    void aServerAsksTheClientOfItsOwnCall() {
        odd.calls = (message, sink) -> {
            sink.send("{\"jsonrpc\":\"2.0\",\"id\":\"r\",\"method\":\"roots/list\"}");
            var _ = odd.response("r");
            sink.send(answer(message, "{\"content\":[]}"));
        };
        odd.heard.clear();
        try (var client = client(key(Product.SHOP, ODD));
                var call = new Conversation(
                        client.openPost(
                                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"odd__work\"}}"))) {
            var asked = call.message();
            assertThat(asked.string("method")).contains("roots/list");
            assertThat(client.post("{\"jsonrpc\":\"2.0\",\"id\":"
                                    + asked.get("id").orElseThrow().text() + ",\"result\":{\"roots\":[]}}")
                            .status())
                    .isEqualTo(202);
            assertThat(call.message().text()).contains("\"id\":7");
        }
    }

    @Test
    void cursorsThatWeDidNotGiveAreRefused() {
        try (var client = client(key(ODD))) {
            for (var cursor : List.of("", "x", "AAAA", "a".repeat(100)))
                assertThat(client.ask(
                                        "tools/list",
                                        Json.object().put("cursor", cursor).build())
                                .text())
                        .contains("-32602");
            assertThat(product.lastOf("refusal").object("action").orElseThrow().text())
                    .contains("mcp/tools/list");
        }
    }

    @Test
    void theSessionIsNotOneOfAServerAndItsIdIsNobodyElses() {
        var key = key(ODD);
        try (var joint = client(key);
                var single = product.client(key, ODD);
                var stranger = client(key(ODD))) {
            var ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
            var own = joint.session();
            single.useSession(own);
            assertThat(single.post(ping).status()).isEqualTo(404);
            stranger.useSession(own);
            assertThat(stranger.post(ping).status()).isEqualTo(404);
            assertThat(joint.post(ping).status()).isEqualTo(200);
        }
        try (var nobody = McpClient.to(product.wiring.url() + "/mcp", "")) {
            assertThat(nobody.post("{}").status()).isEqualTo(401);
        }
    }

    @Test
    void revocationIsToldAtTheNextCallAndEndsEveryServer() {
        odd.calls = (message, sink) -> sink.send(answer(message, "{\"content\":[]}"));
        var task = product.open(Product.TaskSpec.SUPPORT.on(ODD, Product.SHOP));
        try (var client = client(product.key(Product.BOT, task))) {
            assertThat(client.call("odd__work", "{}").object("result")).isPresent();
            int before = odd.heard("tools/call").size();
            product.parts().authority().revoke(Product.TENANT, task, product.owner, "stop");
            assertThat(text(client.call("odd__work", "{}"))).startsWith("REVOKED by Olga Owner");
            assertThat(client.toolNames()).isEmpty();
            assertThat(odd.heard("tools/call")).hasSize(before);
        }
    }

    @Test
    void aServerThatComesBackIsTriedAgain() {
        Eventually.that("a list comes all the same", () -> {
            try (var client = client(key(GONE, ODD))) {
                return client.toolNames().equals(List.of("odd__work"));
            }
        });
    }
}
