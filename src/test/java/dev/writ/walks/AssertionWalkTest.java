package dev.writ.walks;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.identity.Issue;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents without a browser: their own key, their platform's word, and the company's identity provider. */
class AssertionWalkTest {
    private static final String SPIRE = "https://spire.acme.example";
    private static final String WORKLOAD = "spiffe://acme.example/ns/support/sa/bot";
    private static final String PROVIDER = "https://login.acme.example";

    @TempDir
    private Path data;

    private final ECKey key = OauthClient.key();
    private Product product;
    private OauthClient client;
    private String admin;
    private Id task;

    @BeforeEach
    void start() {
        product = Product.start(data);
        client = OauthClient.of(product);
        var parts = product.parts();
        var issued = parts.identity().issueForPerson(Product.TENANT, parts.ids().next("key"), product.owner);
        if (!(issued instanceof Issue.Issued(var _, var text))) throw new AssertionError(issued);
        admin = text.reveal();
        task = product.open(Product.TaskSpec.SUPPORT);
    }

    @AfterEach
    void stop() {
        product.close();
    }

    private OauthClient.Reply api(String method, String path, Json.Obj body) {
        return client.send(HttpRequest.newBuilder(URI.create(product.wiring.url() + "/api/v1" + path))
                .header("authorization", "Bearer " + admin)
                .header("content-type", "application/json")
                .method(
                        method,
                        body.members().isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.text())));
    }

    private String trusted(String type, String issuer, Map<String, String> claims) {
        var wanted = Json.object();
        claims.forEach(wanted::put);
        var reply = api(
                "POST",
                "/trusts",
                Json.object()
                        .put("type", type)
                        .put("agent", "support-bot")
                        .put("issuer", issuer)
                        .put("claims", wanted.build())
                        .put("jwks", jwks(key))
                        .build());
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json().string("trust").orElseThrow();
    }

    private static Json.Obj jwks(ECKey key) {
        return JsonReader.readObject(new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Json.Obj claims(String issuer, String subject, String audience) {
        return Json.object()
                .put("iss", issuer)
                .put("sub", subject)
                .put("aud", audience)
                .put("jti", UUID.randomUUID().toString())
                .put("iat", Instant.now().getEpochSecond())
                .put("exp", Instant.now().getEpochSecond() + 120)
                .build();
    }

    private String signed(ECKey by, String type, Json.Obj claims) {
        return OauthClient.signed(
                by,
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType(type))
                        .build(),
                claims);
    }

    private Map<String, String> credentials(String assertion) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", "support-bot");
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.put("client_assertion", assertion);
        form.put("resource", client.resource());
        return form;
    }

    private Map<String, String> bearing(String assertion) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        form.put("assertion", assertion);
        form.put("resource", client.resource());
        return form;
    }

    private String own() {
        return signed(key, "JWT", claims("support-bot", "support-bot", client.issuer() + "/oauth/token"));
    }

    private void works(OauthClient.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("refresh_token")).isEmpty();
        try (var mcp = McpClient.to(
                client.resource(), reply.json().string("access_token").orElseThrow())) {
            mcp.initialize();
            assertThat(McpClient.isError(mcp.call("get_order", "{\"order\":\"1001\"}")))
                    .isFalse();
        }
    }

    private static void refused(OauthClient.Reply reply, String error) {
        assertThat(reply.status()).as(reply.text()).isIn(400, 401);
        assertThat(reply.json().string("error")).hasValue(error);
    }

    @Test
    void anAgentWithAKeyOfItsOwnGetsATokenForItsOpenTask() {
        refused(client.token(credentials(own())), "invalid_client");
        var trust = trusted("agent-key", "support-bot", Map.of());
        var once = own();
        works(client.token(credentials(once)));
        refused(client.token(credentials(once)), "invalid_client");
        refused(
                client.token(credentials(
                        signed(OauthClient.key(), "JWT", claims("support-bot", "support-bot", client.issuer())))),
                "invalid_client");
        refused(
                client.token(
                        credentials(signed(key, "JWT", claims("support-bot", "support-bot", "https://other.example")))),
                "invalid_client");
        refused(
                client.token(credentials(signed(key, "JWT", claims("support-bot", "other-bot", client.issuer())))),
                "invalid_client");
        var past = claims("support-bot", "support-bot", client.issuer())
                .with("exp", Json.of(Instant.now().getEpochSecond() - 1));
        refused(client.token(credentials(signed(key, "JWT", past))), "invalid_client");
        assertThat(api("DELETE", "/trusts/" + trust, Json.Obj.EMPTY).status()).isEqualTo(200);
        refused(client.token(credentials(own())), "invalid_client");
    }

    @Test
    void ofSeveralTasksTheOneIsNamedAndAnEndedOneGivesNothing() {
        trusted("agent-key", "support-bot", Map.of());
        var other = product.open(Product.TaskSpec.SUPPORT);
        refused(client.token(credentials(own())), "invalid_grant");
        var named = credentials(own());
        named.put("task", other.text());
        works(client.token(named));
        assertThat(product.lastOf("token").string("task")).hasValue(other.text());
        var detailed = credentials(own());
        detailed.put("authorization_details", "[{\"type\":\"writ_task\",\"task\":\"" + task.text() + "\"}]");
        works(client.token(detailed));
        product.parts().control().tasks().revoke(product.caller(product.owner), other.text(), "over");
        named.put("client_assertion", own());
        refused(client.token(named), "invalid_grant");
    }

    @Test
    void aPlatformsWordIsTakenForTheWorkloadThatItNamesAndNoOther() {
        trusted("workload", SPIRE, Map.of("sub", WORKLOAD));
        var word = signed(key, "JWT", claims(SPIRE, WORKLOAD, client.issuer()));
        works(client.token(bearing(word)));
        // The platform keeps it in a file, and the workload comes back with it.
        works(client.token(bearing(word)));
        refused(
                client.token(bearing(signed(key, "JWT", claims(SPIRE, WORKLOAD + "2", client.issuer())))),
                "invalid_grant");
        refused(
                client.token(bearing(signed(key, "JWT", claims(PROVIDER, WORKLOAD, client.issuer())))),
                "invalid_grant");
        refused(
                client.token(bearing(signed(OauthClient.key(), "JWT", claims(SPIRE, WORKLOAD, client.issuer())))),
                "invalid_grant");
        var many = claims(SPIRE, WORKLOAD, "").with("aud", Json.Arr.ofStrings(List.of("x", client.issuer())));
        works(client.token(bearing(signed(key, "JWT", many))));
        refused(
                client.token(bearing(signed(key, "oauth-id-jag+jwt", claims(SPIRE, WORKLOAD, client.issuer())))),
                "invalid_grant");
    }

    /** JWT-SVID §3: jti may be left out, and then the token is good until its end. */
    @Test
    void aPlatformsWordWithoutAnIdIsGoodUntilItsEnd() {
        trusted("workload", SPIRE, Map.of("sub", WORKLOAD));
        var nameless = claims(SPIRE, WORKLOAD, client.issuer()).members();
        var claims = Json.object();
        nameless.forEach((name, value) -> {
            if (!name.equals("jti")) claims.put(name, value);
        });
        var word = signed(key, "JWT", claims.build());
        works(client.token(bearing(word)));
        works(client.token(bearing(word)));
        var odd = signed(key, "JWT", claims.put("jti", Json.of(7L)).build());
        refused(client.token(bearing(odd)), "invalid_grant");
    }

    @Test
    void aPlatformsWordThatAKeysHolderHasShownIsGoodForNobodyElse() {
        trusted("workload", SPIRE, Map.of("sub", WORKLOAD));
        var word = signed(key, "JWT", claims(SPIRE, WORKLOAD, client.issuer()));
        var holder = OauthClient.key();
        for (int time = 0; time < 2; time++) {
            var given = client.token(bearing(word), "dpop", proof(holder));
            assertThat(given.status()).as(given.text()).isEqualTo(200);
            assertThat(given.json().string("token_type")).hasValue("DPoP");
        }
        long tokens = product.countOf("token");
        refused(client.token(bearing(word)), "invalid_grant");
        refused(client.token(bearing(word), "dpop", proof(OauthClient.key())), "invalid_grant");
        assertThat(product.countOf("token")).isEqualTo(tokens);
        assertThat(product.lastOf("refusal").string("agent")).hasValue("support-bot");
    }

    private String proof(ECKey holder) {
        return OauthClient.proof(holder, "POST", client.issuer() + "/oauth/token", java.util.Optional.empty());
    }

    @Test
    void whatMayHaveBeenShownBeforeAStartIsNotTakenAfterIt() {
        trusted("agent-key", "support-bot", Map.of());
        var shown = own();
        works(client.token(credentials(shown)));
        var old = claims("support-bot", "support-bot", client.issuer())
                .with("iat", Json.of(Instant.now().getEpochSecond() - 30));
        var kept = signed(key, "JWT", old);
        var port = product.wiring.url().getPort();
        product.wiring.close();
        awaitNextSecond();
        product = product.onceMore(data, port);
        client = OauthClient.of(product);
        refused(client.token(credentials(shown)), "invalid_client");
        refused(client.token(credentials(kept)), "invalid_client");
        works(client.token(credentials(own())));
    }

    /** A token says in whole seconds when it was made. */
    private static void awaitNextSecond() {
        long until = Instant.now().getEpochSecond() + 3;
        while (Instant.now().getEpochSecond() < until) java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }

    private Json.Obj jag(String email) {
        return claims(PROVIDER, "00u1", client.issuer())
                .with("client_id", Json.of("writ-support"))
                .with("email", Json.of(email))
                .with("resource", Json.of(client.resource()));
    }

    private Map<String, String> enterprise(String jag) {
        var form = bearing(jag);
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.put("client_assertion", own());
        return form;
    }

    @Test
    void theCompanysProviderLetsAPersonsClientActUnderThatPersonsTask() {
        trusted("agent-key", "support-bot", Map.of());
        trusted("id-jag", PROVIDER, Map.of("client_id", "writ-support"));
        var type = "oauth-id-jag+jwt";
        var once = signed(key, type, jag("erin@acme.example"));
        works(client.token(enterprise(once)));
        assertThat(product.lastOf("token").string("person")).hasValue(product.erin.text());
        refused(client.token(enterprise(once)), "invalid_grant");
        refused(client.token(enterprise(signed(key, "JWT", jag("erin@acme.example")))), "invalid_grant");
        refused(client.token(enterprise(signed(key, type, jag("dana@acme.example")))), "invalid_grant");
        refused(client.token(enterprise(signed(key, type, jag("nobody@acme.example")))), "invalid_grant");
        var other = jag("erin@acme.example").with("client_id", Json.of("another"));
        refused(client.token(enterprise(signed(key, type, other))), "invalid_grant");
        var elsewhere = jag("erin@acme.example").with("resource", Json.of(client.issuer() + "/mcp/depot"));
        refused(client.token(enterprise(signed(key, type, elsewhere))), "invalid_target");
        refused(client.token(bearing(signed(key, type, jag("erin@acme.example")))), "invalid_client");
    }

    @Test
    void nobodyIsTrustedWithoutSayingAboutWhom() {
        var wrong = List.of(
                "{\"type\":\"workload\",\"agent\":\"support-bot\",\"issuer\":\"https://k8s\",\"jwks\":"
                        + jwks(key).text() + "}",
                "{\"type\":\"id-jag\",\"agent\":\"support-bot\",\"issuer\":\"https://idp\",\"jwks\":"
                        + jwks(key).text() + "}",
                "{\"type\":\"agent-key\",\"agent\":\"support-bot\",\"jwks\":{\"keys\":[" + key.toJSONString() + "]}}",
                "{\"type\":\"agent-key\",\"agent\":\"support-bot\",\"jwks\":{\"keys\":[]}}",
                "{\"type\":\"agent-key\",\"agent\":\"no-bot\",\"jwks\":"
                        + jwks(key).text() + "}",
                "{\"type\":\"friend\",\"agent\":\"support-bot\",\"jwks\":"
                        + jwks(key).text() + "}");
        for (var body : wrong)
            assertThat(api("POST", "/trusts", JsonReader.readObject(body.getBytes(StandardCharsets.UTF_8)))
                            .status())
                    .as(body)
                    .isEqualTo(422);
        assertThat(api("GET", "/trusts", Json.Obj.EMPTY)
                        .json()
                        .array("items")
                        .orElseThrow()
                        .items())
                .isEmpty();
    }
}
