package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client signs in through the browser: from the first 401 to the refusal after the task has ended. */
class OauthWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    private Path data;

    private Product product;
    private OauthClient client;

    @BeforeEach
    void start() {
        product = Product.start(data);
        client = OauthClient.with(product, product.owner);
    }

    @AfterEach
    void stop() {
        product.close();
    }

    private OauthClient.Reply mcp(String method, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(client.resource()))
                .header("accept", "application/json, text/event-stream")
                .header("content-type", "application/json");
        if (headers.length > 0) request.headers(headers);
        var body = method.equals("POST")
                ? HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}")
                : HttpRequest.BodyPublishers.noBody();
        return client.send(request.method(method, body));
    }

    @Test
    void aClientThatKnowsNothingButTheServersUrlFindsItsWayToAToken() {
        for (var method : List.of("POST", "GET", "DELETE")) {
            var refused = mcp(method);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("www-authenticate"))
                    .hasValue("Bearer resource_metadata=\"" + product.wiring.url()
                            + "/.well-known/oauth-protected-resource/t/acme/mcp/shop\"");
        }
        var resource = client.get(product.wiring.url() + "/.well-known/oauth-protected-resource/t/acme/mcp/shop")
                .json();
        assertThat(resource.string("resource")).hasValue(client.resource());
        assertThat(resource.strings("authorization_servers")).containsExactly(client.issuer());
        for (var path : List.of(
                "/.well-known/oauth-authorization-server/t/acme",
                "/t/acme/.well-known/oauth-authorization-server",
                "/.well-known/openid-configuration/t/acme",
                "/t/acme/.well-known/openid-configuration")) {
            var server = client.get(product.wiring.url() + path).json();
            assertThat(server.string("issuer")).as(path).hasValue(client.issuer());
            assertThat(server.strings("code_challenge_methods_supported")).containsExactly("S256");
            assertThat(server.bool("authorization_response_iss_parameter_supported"))
                    .hasValue(true);
            assertThat(server.bool("client_id_metadata_document_supported")).hasValue(true);
        }
        var tokens = client.tokens(client.registered());
        assertThat(tokens.string("token_type")).hasValue("Bearer");
        assertThat(tokens.integer("expires_in")).hasValue(900L);
        try (var mcp =
                McpClient.to(client.resource(), tokens.string("access_token").orElseThrow())) {
            mcp.initialize();
            assertThat(mcp.toolNames()).contains("get_order");
            assertThat(isError(mcp.call("get_order", ORDER))).isFalse();
        }
        assertThat(product.calls()).isEqualTo(1);
        var intent = product.lastOf("intent");
        assertThat(intent.string("binding")).hasValue("none");
        assertThat(product.records())
                .filteredOn(record -> record.string("kind").equals(Optional.of("consent")))
                .last()
                .satisfies(record -> assertThat(record.string("person")).hasValue(product.owner.text()));
        assertThat(product.lastOf("token").string("task")).isEqualTo(intent.string("task"));
    }

    @Test
    void theConsentPageSaysWhoAsksAndWhereTheAnswerGoesAndMayNotBeFramed() {
        var page = client.asked(client.request(client.registered()));
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text())
                .contains("Tester asks to act for you, Olga Owner", "nobody: the client chose its name itself")
                .contains("http://127.0.0.1:33418", "a program on this computer");
        assertThat(page.header("content-security-policy").orElseThrow())
                .contains("frame-ancestors 'none'", "form-action 'self' http://127.0.0.1:33418");
    }

    @Test
    void whatThePersonNarrowsIsWhatTheTaskMay() {
        var id = client.registered();
        var form = OauthClient.form(client.asked(client.request(id)));
        form.put("agent", List.of("support-bot"));
        form.put("purpose", List.of("support case"));
        form.put("category", List.of("read"));
        form.put("calls", List.of("1"));
        form.put("for", List.of("1h"));
        form.put("decision", List.of("allow"));
        var token = client.token(
                        client.redemption(id, client.decided(form).sent().get("code")))
                .json()
                .string("access_token")
                .orElseThrow();
        try (var mcp = McpClient.to(client.resource(), token)) {
            mcp.initialize();
            assertThat(text(mcp.call("create_refund", "{\"order\":\"1001\",\"amount\":5,\"currency\":\"EUR\"}")))
                    .contains("PENDING");
            assertThat(isError(mcp.call("get_order", ORDER))).isFalse();
            assertThat(text(mcp.call("get_order", ORDER))).contains("budget of 1 calls is used up");
        }
    }

    @Test
    void whoeverIsNotSignedInSignsInFirstAndComesBack() {
        var stranger = OauthClient.of(product);
        var id = stranger.registered();
        var answer = stranger.asked(stranger.request(id));
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("location").orElseThrow())
                .startsWith(client.site() + "/t/acme/ui/sign-in?return=%2Ft%2Facme%2Foauth%2Fauthorize");
    }

    @Test
    void sendingTheFormTwiceOpensOneTask() {
        var id = client.registered();
        long before = product.countOf("consent");
        var first = client.allowed(client.request(id)).sent().get("code");
        var second = client.allowed(client.request(id)).sent().get("code");
        assertThat(product.countOf("consent")).isEqualTo(before + 1);
        assertThat(first).isNotEqualTo(second);
        assertThat(client.token(client.redemption(id, first)).status()).isEqualTo(200);
        assertThat(client.token(client.redemption(id, second)).status()).isEqualTo(200);
    }

    @Test
    void theAnswerSaysWhoGaveItInSuccessAndInError() {
        var id = client.registered();
        var allowed = client.allowed(client.request(id)).sent();
        assertThat(allowed).containsEntry("iss", client.issuer()).containsEntry("state", "state-1");
        var form = OauthClient.form(client.asked(client.request(id)));
        form.put("decision", List.of("deny"));
        assertThat(client.decided(form).sent())
                .containsEntry("error", "access_denied")
                .containsEntry("iss", client.issuer())
                .containsEntry("state", "state-1");
        var request = client.request(id);
        request.remove("code_challenge");
        assertThat(client.asked(request).sent())
                .containsEntry("error", "invalid_request")
                .containsEntry("iss", client.issuer());
    }

    @Test
    void aRefreshTokenLeadsToTheNextAndShownTwiceEndsTheFamily() {
        var id = client.registered();
        var first = client.tokens(id);
        var refresh = first.string("refresh_token").orElseThrow();
        var second = client.token(client.refreshing(id, refresh)).json();
        assertThat(mcp("POST", bearer(second)).status()).isEqualTo(200);
        var again = client.token(client.refreshing(id, refresh));
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.json().string("error")).hasValue("invalid_grant");
        assertThat(mcp("POST", bearer(second)).status()).isEqualTo(401);
        assertThat(mcp("POST", bearer(first)).status()).isEqualTo(401);
        var next = second.string("refresh_token").orElseThrow();
        assertThat(client.token(client.refreshing(id, next)).json().string("error"))
                .hasValue("invalid_grant");
        assertThat(product.lastOf("revocation").string("cause")).hasValue("refresh-reused");
    }

    private static String[] bearer(Json.Obj tokens) {
        return new String[] {
            "authorization", "Bearer " + tokens.string("access_token").orElseThrow()
        };
    }

    @Test
    void aTokenOfAnEndedTaskHearsOfTheEndAndNothingElse() {
        var tokens = client.tokens(client.registered());
        try (var mcp =
                McpClient.to(client.resource(), tokens.string("access_token").orElseThrow())) {
            mcp.initialize();
            var task = product.lastOf("token").string("task").orElseThrow();
            product.parts().control().tasks().revoke(product.caller(product.owner), task, "enough");
            assertThat(text(mcp.call("get_order", ORDER))).startsWith("REVOKED by Olga Owner");
        }
        assertThat(product.calls()).isZero();
    }

    @Test
    void aTokenTakenBackByItsClientIsOverAtOnce() {
        var id = client.registered();
        var tokens = client.tokens(id);
        var given =
                Map.of("client_id", id, "token", tokens.string("refresh_token").orElseThrow());
        assertThat(client.post("/oauth/revoke", given).status()).isEqualTo(200);
        assertThat(mcp("POST", bearer(tokens)).status()).isEqualTo(401);
        assertThat(client.post("/oauth/revoke", Map.of("client_id", id, "token", "nothing"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void tokensAndTheirRevocationOutliveARestart() throws java.io.IOException {
        var id = client.registered();
        var kept = client.tokens(id);
        var request = client.request(id);
        request.put("state", "other");
        var lost = client.token(
                        client.redemption(id, client.allowed(request).sent().get("code")))
                .json();
        client.post(
                "/oauth/revoke",
                Map.of("client_id", id, "token", lost.string("access_token").orElseThrow()));
        var port = product.wiring.url().getPort();
        product.wiring.close();
        product = product.onceMore(data, port);
        client = OauthClient.with(product, product.owner);
        assertThat(mcp("POST", bearer(kept)).status()).isEqualTo(200);
        assertThat(mcp("POST", bearer(lost)).status()).isEqualTo(401);
        var next =
                client.token(client.refreshing(id, kept.string("refresh_token").orElseThrow()));
        assertThat(next.status()).isEqualTo(200);
    }

    @Test
    void aBoundTokenIsGoodWithItsKeysProofAloneAndPolicySeesTheBinding() {
        var key = OauthClient.key();
        var id = client.registered();
        var tokens = client.tokens(
                id, "dpop", OauthClient.proof(key, "POST", client.issuer() + "/oauth/token", Optional.empty()));
        assertThat(tokens.string("token_type")).hasValue("DPoP");
        var token = tokens.string("access_token").orElseThrow();
        var proof = OauthClient.proof(key, "POST", client.resource(), Optional.of(token));
        assertThat(mcp("POST", "authorization", "DPoP " + token, "dpop", proof).status())
                .isEqualTo(200);
        assertThat(product.lastOf("intent").string("binding")).hasValue("dpop");
        var refused = mcp("POST", "authorization", "Bearer " + token);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("www-authenticate").orElseThrow()).startsWith("DPoP error=\"invalid_dpop_proof\"");
    }

    @Test
    void theGuardrailThatShipsSwitchedOffKeepsUnboundCredentialsFromMoney() {
        var id = client.registered();
        var key = OauthClient.key();
        var refund = "{\"order\":\"1001\",\"amount\":5,\"currency\":\"EUR\"}";
        var endpoint = client.issuer() + "/oauth/token";
        var unbound = client.tokens(id).string("access_token").orElseThrow();
        var bound = client.tokens(id, "dpop", OauthClient.proof(key, "POST", endpoint, Optional.empty()))
                .string("access_token")
                .orElseThrow();
        var on = dev.writ.policy.publish.Shipped.guardrails()
                .lines()
                .filter(line -> line.startsWith("// off: "))
                .map(line -> line.substring("// off: ".length()))
                .collect(java.util.stream.Collectors.joining("\n"));
        assertThat(on).contains("guard-bound-credentials");
        product.publish(Product.DEMO_POLICY + on);
        try (var mcp = McpClient.to(client.resource(), unbound)) {
            mcp.initialize();
            // Forbidden whatever its arguments, so it is not there.
            assertThat(mcp.toolNames()).contains("get_order").doesNotContain("create_refund");
            assertThat(text(mcp.call("create_refund", refund))).contains("Unknown tool");
            assertThat(product.lastOf("refusal").string("binding")).hasValue("none");
            assertThat(isError(mcp.call("get_order", ORDER))).isFalse();
        }
        var call =
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"create_refund\",\"arguments\":"
                        + refund + "}}";
        var session = mcp("POST", bound(key, bound)).header("mcp-session-id").orElseThrow();
        var reply = client.send(HttpRequest.newBuilder(URI.create(client.resource()))
                .header("accept", "application/json, text/event-stream")
                .header("content-type", "application/json")
                .header("mcp-session-id", session)
                .headers(bound(key, bound))
                .POST(HttpRequest.BodyPublishers.ofString(call)));
        assertThat(reply.text()).doesNotContain("DENIED").contains("\"result\"");
        assertThat(product.calls()).isEqualTo(2);
    }

    private String[] bound(com.nimbusds.jose.jwk.ECKey key, String token) {
        var proof = OauthClient.proof(key, "POST", client.resource(), Optional.of(token));
        return new String[] {"authorization", "DPoP " + token, "dpop", proof};
    }

    @Test
    void aTokenIsExchangedForAnotherServerOfItsTaskAndForNoOther() {
        product.addServer(new dev.writ.base.Name("depot"), product.shop);
        product.publish(Product.DEMO_POLICY.replace("Writ::McpServer::\"shop\"", "Writ::McpServer::\"shop\"") + """
                @id("depot-reads")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:discover", resource == Writ::McpServer::"depot");
                """);
        var id = client.registered();
        var form = OauthClient.form(client.asked(client.request(id)));
        form.put("agent", List.of("support-bot"));
        form.put("purpose", List.of("support case"));
        form.put("server", List.of("shop", "depot"));
        form.put("decision", List.of("allow"));
        var token = client.token(
                        client.redemption(id, client.decided(form).sent().get("code")))
                .json()
                .string("access_token")
                .orElseThrow();
        var depot = exchanged(token, client.issuer() + "/mcp/depot");
        assertThat(depot.status()).as(depot.text()).isEqualTo(200);
        var other = depot.json().string("access_token").orElseThrow();
        assertThat(mcp("POST", "authorization", "Bearer " + other).status())
                .as("a token for the depot, shown at the shop")
                .isEqualTo(401);
        assertThat(exchanged(token, client.issuer() + "/mcp/elsewhere").json().string("error"))
                .hasValue("invalid_target");
        client.post("/oauth/revoke", Map.of("client_id", id, "token", token));
        assertThat(exchanged(other, client.resource()).json().string("error")).hasValue("invalid_request");
    }

    private OauthClient.Reply exchanged(String token, String resource) {
        return client.token(Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                token,
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
                "resource",
                resource));
    }

    @Test
    void theFourthSameCallWithoutACredentialIsToldInTheFormThatAModelReads() {
        var call =
                "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"get_order\",\"arguments\":"
                        + ORDER + "}}";
        for (int i = 1; i <= 4; i++) {
            var reply = client.send(HttpRequest.newBuilder(URI.create(client.resource()))
                    .header("accept", "application/json, text/event-stream")
                    .header("content-type", "application/json")
                    .header("authorization", "Bearer token-" + i)
                    .POST(HttpRequest.BodyPublishers.ofString(call.formatted(i))));
            if (i < 4) assertThat(reply.status()).isEqualTo(401);
            else {
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.json().integer("id")).hasValue(4L);
                assertThat(isError(reply.json())).isTrue();
                assertThat(text(reply.json())).startsWith("NOT SIGNED IN");
            }
        }
    }
}
