package dev.writ.walks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import dev.writ.registry.Agent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page proposes that a client's person reads, and what it says when there is nothing to allow. */
class ConsentPageTest {
    private static final String CLAUDE_CODE = "https://claude.ai/oauth/claude-code-client-metadata";

    private Product product;

    @BeforeEach
    void start(@TempDir Path data) {
        product = Product.start(data);
    }

    @AfterEach
    void stop() {
        product.close();
    }

    private static Map<String, String> claudeCode(OauthClient client) {
        var request = client.request(CLAUDE_CODE);
        request.put("redirect_uri", "http://localhost:51234/callback");
        return request;
    }

    @Test
    void aNewAgentIsProposedUnderTheClientsName() {
        var client = OauthClient.with(product, product.erin);
        var form = OauthClient.form(client.asked(claudeCode(client)));
        assertThat(form.get("agent")).containsExactly("new");
        assertThat(form.get("agentName")).containsExactly("claude-code");
        var odd = client.register(
                        "{'client_name':'--  Ünï (Agent) 2.0!','redirect_uris':['" + OauthClient.REDIRECT + "']}")
                .json()
                .string("client_id")
                .orElseThrow();
        assertThat(OauthClient.form(client.asked(client.request(odd))).get("agentName"))
                .containsExactly("n-agent-2-0");
        var wordless = client.register("{'client_name':'客户','redirect_uris':['" + OauthClient.REDIRECT + "']}")
                .json()
                .string("client_id")
                .orElseThrow();
        assertThat(OauthClient.form(client.asked(client.request(wordless))).get("agentName"))
                .containsExactly("");
    }

    /** A name that nobody vouches for chooses nothing: who calls itself like an agent is not that agent. */
    @Test
    void theAgentOfTheClientsNameIsChosenWhereSomebodyVouchesForTheName() {
        var client = OauthClient.with(product, product.owner);
        assertThat(OauthClient.form(client.asked(claudeCode(client))).get("agent"))
                .containsExactly("other-bot");
        Product.done(product.registry()
                .agents()
                .register(
                        Product.TENANT,
                        new Agent(
                                new Name("claude-code"),
                                product.owner,
                                "codes",
                                Agent.Status.ACTIVE,
                                1,
                                Instant.now().plus(Duration.ofDays(9)),
                                Instant.now())));
        assertThat(OauthClient.form(client.asked(claudeCode(client))).get("agent"))
                .containsExactly("claude-code");
        var alike = client.register("{'client_name':'Support Bot','redirect_uris':['" + OauthClient.REDIRECT + "']}")
                .json()
                .string("client_id")
                .orElseThrow();
        assertThat(OauthClient.form(client.asked(client.request(alike))).get("agent"))
                .containsExactly("claude-code");
    }

    @Test
    void aServerThatIsNotHereIsNamedAndNothingCanBeAllowed() {
        var client = OauthClient.with(product, product.owner);
        var request = client.request(client.registered());
        request.put("resource", client.issuer() + "/mcp/elsewhere");
        var page = client.asked(request);
        assertThat(page.text())
                .contains("There is no approved server named elsewhere here", "writ server add")
                .doesNotContain("What its tools may do", "value=\"allow\"", "a program on this computer");
        var form = OauthClient.form(page);
        form.put("decision", List.of("deny"));
        assertThat(client.decided(form).sent()).containsEntry("error", "access_denied");
        form.putAll(Map.of(
                "decision", List.of("allow"),
                "agent", List.of("support-bot"),
                "purpose", List.of("support case"),
                "server", List.of("shop"),
                "category", List.of("read"),
                "calls", List.of("5"),
                "for", List.of("1h")));
        var refused = client.decided(form);
        assertThat(refused.header("location")).isEmpty();
        assertThat(refused.text()).contains("The client asks for the server elsewhere: choose it, or deny.");
        assertThat(product.countOf("consent")).isZero();
    }

    @Test
    void aTaskThatWouldNotReachTheServerIsNotOpened() {
        var client = OauthClient.with(product, product.owner);
        var form = OauthClient.form(client.asked(client.request(client.registered())));
        form.put("agent", List.of("support-bot"));
        form.put("purpose", List.of("support case"));
        form.put("decision", List.of("allow"));
        form.remove("server");
        var refused = client.decided(form);
        assertThat(refused.header("location")).isEmpty();
        assertThat(refused.text()).contains("The client asks for the server shop: choose it, or deny.");
        form.put("server", List.of("shop"));
        assertThat(client.decided(form).sent()).containsKey("code");
        assertThat(client.asked(client.request(client.registered())).text())
                .containsPattern("until [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}, [0-9]{2}:[0-9]{2} UTC");
    }

    @Test
    void categoriesAreExplained() {
        var client = OauthClient.with(product, product.owner);
        assertThat(client.asked(client.request(client.registered())).text())
                .contains("looks, and changes nothing", "moves money", "cannot be undone", "5 tools");
    }

    @Test
    void aServerWithoutApprovedToolsIsSaidToHaveNone() {
        var client = OauthClient.with(product, product.owner);
        var shop = Product.SHOP;
        for (var tool : product.registry().snapshot(Product.TENANT).toolsOf(shop))
            Product.done(product.registry().tools().withdraw(Product.TENANT, shop, tool.name()));
        assertThat(client.asked(client.request(client.registered())).text())
                .contains("No tool of any server is approved yet");
    }
}
