package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.walks.OauthClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks 19 and 20: a consent that nobody gave, a code that goes elsewhere, a client that leads us astray. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsentAttacksTest {
    private Product product;
    private OauthClient client;
    private String id;

    @BeforeAll
    void start(@TempDir Path data) {
        product = Product.start(data);
        client = OauthClient.with(product, product.owner);
        id = client.registered();
    }

    @AfterAll
    void stop() {
        product.close();
    }

    private void nothingAllowed(OauthClient.Reply reply, int status, long tasks) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("location")).isEmpty();
        assertThat(product.countOf("consent")).isEqualTo(tasks);
    }

    /** 19: one client's consent is no other's, and a page is shown each time. */
    @Test
    void aPersonWhoLetOneClientInIsAskedForTheNextAndForTheSameAgain() {
        assertThat(client.allowed(client.request(id)).sent()).containsKey("code");
        var evil = client.register("{'client_name':'Tester','redirect_uris':['https://evil.example/cb']}")
                .json()
                .string("client_id")
                .orElseThrow();
        var request = client.request(evil);
        request.put("redirect_uri", "https://evil.example/cb");
        var page = client.asked(request);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("location")).isEmpty();
        assertThat(page.text()).contains("https://evil.example", "nobody: the client chose its name itself");
        assertThat(client.asked(client.request(id)).header("location")).isEmpty();
    }

    /** 19: a form that no page of ours sent. */
    @Test
    void aFormFromElsewhereCountsForNothing() {
        long tasks = product.countOf("consent");
        var form = OauthClient.form(client.asked(client.request(id)));
        form.put("agent", List.of("support-bot"));
        form.put("purpose", List.of("forged"));
        form.put("decision", List.of("allow"));
        var csrf = form.remove("csrf");
        nothingAllowed(client.decided(form), 403, tasks);
        form.put("csrf", List.of("x".repeat(43)));
        nothingAllowed(client.decided(form), 403, tasks);
        var other = OauthClient.with(product, product.owner);
        form.put("csrf", OauthClient.form(other.asked(other.request(id))).get("csrf"));
        nothingAllowed(client.decided(form), 403, tasks);
        form.put("csrf", csrf);
        for (var header : List.of("origin=https://evil.example", "sec-fetch-site=cross-site")) {
            var parts = header.split("=");
            var pairs = new java.util.LinkedHashMap<String, String>();
            form.forEach((name, values) -> pairs.put(name, values.getFirst()));
            var request = HttpRequest.newBuilder(URI.create(client.site() + "/t/acme/oauth/authorize"))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .header(parts[0], parts[1])
                    .POST(HttpRequest.BodyPublishers.ofString(OauthClient.encoded(pairs)));
            nothingAllowed(client.send(client.browsing(request)), 403, tasks);
        }
        assertThat(client.decided(form).sent()).as("the form itself is good").containsKey("code");
    }

    /** 19: an agent or a task of somebody else. */
    @Test
    void nobodyHandsOutWhatIsSomebodyElses() {
        var erin = OauthClient.with(product, product.erin);
        var task = product.open(Product.TaskSpec.SUPPORT);
        long tasks = product.countOf("consent");
        var form = OauthClient.form(erin.asked(erin.request(id)));
        assertThat(form.get("agent")).containsExactly("new");
        form.put("agent", List.of("support-bot"));
        form.put("purpose", List.of("borrowed"));
        form.put("decision", List.of("allow"));
        var refused = erin.decided(form);
        assertThat(refused.text()).contains("An agent of your own acts for the client.");
        form.put("task", List.of(task.text()));
        assertThat(erin.decided(form).text()).contains("This task is over, or does not reach the server.");
        form.put("task", List.of("new"));
        form.put("agent", List.of("new"));
        form.put("agentName", List.of("erins-bot"));
        assertThat(erin.decided(form).text())
                .as("policy lets administrators register")
                .contains("Not possible");
        assertThat(product.registry().snapshot(Product.TENANT).agent(new dev.writ.base.Name("erins-bot")))
                .isEmpty();
        assertThat(product.countOf("consent")).isEqualTo(tasks);
    }

    /** 20: open redirect, and a code to a place that is nearly the registered one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/callback",
                "http://127.0.0.1:33418/callback/../other",
                "http://127.0.0.1:33418/callback?x=1",
                "http://127.0.0.1:33418/Callback",
                "http://127.0.0.1:33418/callback#x",
                "http://localhost:33418/callback",
                "http://127.0.0.1:33418@evil.example/callback",
                "http://127.0.0.1.evil.example:33418/callback",
                "https://127.0.0.1:33418/callback",
                "javascript:alert(1)",
                "//evil.example/callback",
                "\\\\evil.example"
            })
    void noCodeGoesWhereTheClientIsNotRegistered(String redirect) {
        long tasks = product.countOf("consent");
        var request = client.request(id);
        request.put("redirect_uri", redirect);
        var page = client.asked(request);
        nothingAllowed(page, 400, tasks);
        assertThat(page.text()).contains("This client cannot be let in");
    }

    @Test
    void anAppOnThisMachineMayListenOnAnyPort() {
        var request = client.request(id);
        request.put("redirect_uri", "http://127.0.0.1:51999/callback");
        assertThat(client.asked(request).text()).contains("http://127.0.0.1:51999");
    }

    /** 20: what is registered is where codes go. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "http://evil.example/cb",
                "https://evil.example/cb#x",
                "https://user@evil.example/cb",
                "https:///cb",
                "evil:cb",
                "ms-word:ofe|u|http://evil.example",
                "http://localhost.evil.example/cb",
                "https://evil.example/c b",
                "https://evil.example/`id`",
                "callback",
                ""
            })
    void noSuchRedirectIsRegistered(String redirect) {
        var reply = client.register("{'client_name':'x','redirect_uris':['" + redirect.replace("\\", "\\\\") + "']}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().string("error")).hasValue("invalid_redirect_uri");
    }

    /** 20: an id that nobody gave, or that was given in another tenant or for another redirect. */
    @Test
    void aClientIdIsGoodOnlyAsItWasGiven() {
        var elsewhere = client.send(HttpRequest.newBuilder(URI.create(product.wiring.url() + "/oauth/register"))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"redirect_uris\":[\"" + OauthClient.REDIRECT + "\"]}")))
                .json()
                .string("client_id")
                .orElseThrow();
        long tasks = product.countOf("consent");
        for (var wrong : List.of(elsewhere, id + "x", id.substring(0, id.length() - 1), "writ_client_.", "nobody", ""))
            nothingAllowed(client.asked(client.request(wrong)), 400, tasks);
    }

    /** 33 with 20: a client whose document lies where only we can reach. */
    @Test
    void aClientsDocumentIsNotFetchedFromInsideOurNetwork() throws IOException {
        try (var inside = WireTap.before(0)) {
            long tasks = product.countOf("consent");
            for (var url : List.of(
                    "https://127.0.0.1:" + inside.port() + "/client.json",
                    "http://127.0.0.1:" + inside.port() + "/client.json",
                    "https://localhost:" + inside.port() + "/client.json",
                    "https://[::1]:" + inside.port() + "/client.json",
                    "https://[::ffff:127.0.0.1]:" + inside.port() + "/client.json",
                    "https://169.254.169.254/latest",
                    "https://metadata.google.internal/x",
                    "https://10.0.0.1/client.json")) nothingAllowed(client.asked(client.request(url)), 400, tasks);
            assertThat(inside.connections()).isZero();
            assertThat(product.records())
                    .filteredOn(record -> record.object("action")
                            .flatMap(action -> action.string("kind"))
                            .equals(Optional.of("fetch-metadata")))
                    .hasSizeGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void knownClientsAreKnownWithoutANetwork() {
        var request = client.request("https://claude.ai/oauth/claude-code-client-metadata");
        request.put("redirect_uri", "http://localhost:41234/callback");
        assertThat(client.asked(request).text()).contains("Claude Code asks to act for you", "claude.ai");
    }

    @Test
    void whatARequestGetsWrongIsRefusedByTheRfcsError() {
        var cases = java.util.Map.of(
                "response_type", "token",
                "code_challenge_method", "plain",
                "code_challenge", "short",
                "resource", "https://evil.example/mcp",
                "request_uri", "https://evil.example/r",
                "dpop_jkt", "x");
        var errors = java.util.Map.of(
                "response_type", "unsupported_response_type",
                "resource", "invalid_target",
                "request_uri", "request_uri_not_supported");
        cases.forEach((name, value) -> {
            var request = client.request(id);
            request.put(name, value);
            assertThat(client.asked(request).sent())
                    .as(name)
                    .containsEntry("error", errors.getOrDefault(name, "invalid_request"))
                    .containsEntry("iss", client.issuer())
                    .doesNotContainKey("code");
        });
    }
}
