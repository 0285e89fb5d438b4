package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.walks.McpClient;
import dev.writ.walks.OauthClient;
import dev.writ.walks.Product;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks 24 and 25: a credential that is a command to the database; a remembered token that is another's. */
class HostileCredentialTest {
    @TempDir
    private Path data;

    /** 24 */
    @Test
    void aCredentialIsNeverPartOfACommandAndTheAnswerIsTheSameForAll() {
        try (var product = Product.start(data)) {
            var client = OauthClient.of(product);
            var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
            var answers = new HashSet<String>();
            for (var credential : List.of(
                    "writ_agent_' OR 1=1 --",
                    "' UNION SELECT digest FROM keys --",
                    "'; DROP TABLE keys; --",
                    "'; DELETE FROM grants; --",
                    "a.b.c'; DROP TABLE refreshes; --",
                    "%27%20OR%201=1",
                    "x".repeat(4_000))) {
                var reply = client.send(HttpRequest.newBuilder(URI.create(client.resource()))
                        .header("authorization", "Bearer " + credential)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{}")));
                answers.add(reply.status() + reply.text() + reply.header("www-authenticate"));
                var form = client.refreshing("client'; DROP TABLE grants; --", "writ_refresh_" + credential);
                answers.add(reply.status() + "");
                assertThat(client.token(form).json().string("error")).hasValue("invalid_grant");
            }
            answers.remove("401");
            assertThat(answers).hasSize(1).first().asString().startsWith("401").doesNotContain("SQL", "syntax");
            try (var mcp = product.client(key, Product.SHOP)) {
                assertThat(McpClient.isError(mcp.call("get_order", "{\"order\":\"1001\"}")))
                        .isFalse();
            }
        }
    }

    /** 25 */
    @Test
    void everyTokenIsItsOwnHoweverOftenAndInWhateverOrderTheyAreShown() {
        try (var product = Product.start(data)) {
            var tasks = new HashMap<String, String>();
            var client = OauthClient.with(product, product.owner);
            var id = client.registered();
            for (var agent : List.of("support-bot", "other-bot", "support-bot", "other-bot")) {
                var form = OauthClient.form(client.asked(client.request(id)));
                form.put("task", List.of("new"));
                form.put("agent", List.of(agent));
                form.put("purpose", List.of("case " + tasks.size()));
                form.put("decision", List.of("allow"));
                var token = client.token(client.redemption(
                                id, client.decided(form).sent().get("code")))
                        .json()
                        .string("access_token")
                        .orElseThrow();
                tasks.put(token, product.lastOf("token").string("task").orElseThrow());
            }
            assertThat(new HashSet<>(tasks.values())).hasSize(4);
            for (int round = 0; round < 3; round++)
                tasks.forEach((token, task) -> {
                    try (var mcp = McpClient.to(client.resource(), token)) {
                        mcp.initialize();
                        assertThat(product.lastOf("intent").string("task")).isEqualTo(Optional.of(task));
                    }
                });
        }
    }

    @Test
    void whoRegistersWithoutEndIsToldToWait() {
        try (var product = Product.start(data)) {
            var client = OauthClient.of(product);
            int last = 0;
            for (int i = 0; i < 60 && last != 429; i++)
                last = client.register("{'redirect_uris':['https://a.example/cb']}")
                        .status();
            assertThat(last).isEqualTo(429);
        }
    }
}
