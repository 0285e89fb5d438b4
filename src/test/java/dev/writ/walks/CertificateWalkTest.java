package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.Certificates;
import dev.writ.ledger.SideValue;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS that ends here: tokens that are bound to their holder's certificate (RFC 8705 §3), and MCP over it. */
class CertificateWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String INITIALIZE = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},
             "clientInfo":{"name":"test","version":"1"}}}""";

    @TempDir
    static Path certificates;

    private static Certificates corp;

    @TempDir
    private Path data;

    private final ECKey key = OauthClient.key();
    private Product product;
    private OauthClient bot;
    private OauthClient other;
    private OauthClient nobody;

    @BeforeAll
    static void make() throws Exception {
        corp = Certificates.authority(certificates, "corp");
        corp.giveServer("server");
        corp.give("bot");
        corp.give("other");
    }

    @BeforeEach
    void start() {
        var files = corp.files("server", Optional.of(corp.authorityFile()));
        product =
                Product.start(data, settings -> settings.toBuilder().tls(files).build());
        var client = OauthClient.with(product, product.owner);
        bot = client.over(http(Optional.of("bot")));
        other = client.over(http(Optional.of("other")));
        nobody = client.over(http(Optional.empty()));
    }

    @AfterEach
    void stop() {
        product.close();
    }

    private static HttpClient http(Optional<String> showing) {
        return HttpClient.newBuilder().sslContext(corp.client(corp, showing)).build();
    }

    private OauthClient.Reply mcp(OauthClient over, String token, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(over.resource()))
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) request.headers(headers);
        return over.send(request);
    }

    private void works(OauthClient over, String token) {
        var opened = mcp(over, token, INITIALIZE);
        assertThat(opened.status()).as(opened.text()).isEqualTo(200);
        var session = opened.header("mcp-session-id").orElseThrow();
        long calls = product.calls();
        var called = mcp(
                over,
                token,
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"get_order\",\"arguments\":"
                        + ORDER + "}}",
                "mcp-session-id",
                session);
        assertThat(called.status()).as(called.text()).isEqualTo(200);
        assertThat(product.calls()).isEqualTo(calls + 1);
    }

    /** Refused like any stranger: a number, and nothing on record. */
    private void turnedAway(OauthClient over, String token, String... headers) {
        var records = product.records().size();
        long strangers = strangers();
        var answer = mcp(over, token, INITIALIZE, headers);
        assertThat(answer.status()).as(answer.text()).isEqualTo(401);
        assertThat(answer.header("www-authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).contains("resource_metadata"));
        assertThat(strangers()).isEqualTo(strangers + 1);
        assertThat(product.records()).hasSize(records);
    }

    private long strangers() {
        return product.parts().guard().turnedAway(Product.TENANT).unknown();
    }

    private static void refused(OauthClient.Reply reply, String error) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().string("error")).hasValue(error);
    }

    /** The last refusal says why, in its payload. */
    private void recorded(String why) {
        var refusal = product.lastOf("refusal");
        assertThat(refusal.string("agent")).hasValue("support-bot");
        var index = new AtomicLong(-1);
        var ledger = product.parts().ledger();
        ledger.scan(Product.TENANT, 0, entry -> {
            if (entry.record().equals(refusal)) index.set(entry.index());
            return true;
        });
        if (!(ledger.side(Product.TENANT, index.get(), "payload") instanceof SideValue.Present present))
            throw new AssertionError("no payload");
        assertThat(JsonReader.readObject(present.value()).string("why"))
                .hasValueSatisfying(said -> assertThat(said).contains(why));
    }

    private static String thumbprint(String alias) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            Digest.of(corp.certificate(alias).getEncoded()).bytes());
        } catch (java.security.cert.CertificateException e) {
            throw new AssertionError(e);
        }
    }

    private static Json.Obj claims(String token) {
        return JsonReader.readObject(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }

    private static void boundTo(String token, String alias) {
        assertThat(claims(token).object("cnf").orElseThrow().string("x5t#S256")).hasValue(thumbprint(alias));
    }

    private static String access(Json.Obj tokens) {
        return tokens.string("access_token").orElseThrow();
    }

    @Test
    void aCodesTokenWorksWithItsCertificateAndWithNothingElse() {
        var tokens = bot.tokens(bot.registered());
        assertThat(tokens.string("token_type")).hasValue("Bearer");
        assertThat(product.lastOf("token").string("binding")).hasValue("mtls");
        var token = access(tokens);
        boundTo(token, "bot");
        works(bot, token);
        assertThat(product.lastOf("intent").string("binding")).hasValue("mtls");
        turnedAway(other, token);
        turnedAway(nobody, token);
        // What a proxy would say of a certificate is nothing that we believe.
        var pem = Base64.getEncoder().encodeToString(thumbprint("bot").getBytes(UTF_8));
        turnedAway(nobody, token, "client-cert", ":" + pem + ":", "x-forwarded-client-cert", "Hash=" + pem);
        // Another connection of its holder's own is as good.
        works(nobody.over(http(Optional.of("bot"))), token);
    }

    @Test
    void aTokenThatIsBoundToACertificateIsNoneOfTheSchemeForProofs() {
        var token = access(bot.tokens(bot.registered()));
        var proof = OauthClient.proof(key, "POST", bot.resource(), Optional.of(token));
        var answer = bot.send(HttpRequest.newBuilder(URI.create(bot.resource()))
                .header("authorization", "DPoP " + token)
                .header("dpop", proof)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(INITIALIZE)));
        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void refreshingTakesTheSameCertificate() {
        var id = bot.registered();
        var refresh = bot.tokens(id).string("refresh_token").orElseThrow();
        refused(other.token(other.refreshing(id, refresh)), "invalid_grant");
        recorded("another certificate");
        refused(nobody.token(nobody.refreshing(id, refresh)), "invalid_grant");
        refused(
                other.token(
                        other.refreshing(id, refresh),
                        "dpop",
                        OauthClient.proof(key, "POST", other.issuer() + "/oauth/token", Optional.empty())),
                "invalid_grant");
        var next = bot.token(bot.refreshing(id, refresh));
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        boundTo(access(next.json()), "bot");
        works(bot, access(next.json()));
        turnedAway(other, access(next.json()));
    }

    @Test
    void whoShowsNoCertificateGetsATokenThatIsBoundToNone() {
        var id = nobody.registered();
        var tokens = nobody.tokens(id);
        assertThat(claims(access(tokens)).object("cnf")).isEmpty();
        assertThat(product.lastOf("token").string("binding")).hasValue("none");
        works(nobody, access(tokens));
        works(bot, access(tokens));
    }

    @Test
    void aProofOfPossessionGoesBeforeACertificate() {
        var proof = OauthClient.proof(key, "POST", bot.issuer() + "/oauth/token", Optional.empty());
        var tokens = bot.tokens(bot.registered(), "dpop", proof);
        assertThat(tokens.string("token_type")).hasValue("DPoP");
        assertThat(claims(access(tokens)).object("cnf").orElseThrow().members()).containsOnlyKeys("jkt");
        assertThat(product.lastOf("token").string("binding")).hasValue("dpop");
    }

    @Test
    void exchangeIsNoWayAroundTheCertificate() {
        var token = access(bot.tokens(bot.registered()));
        refused(nobody.token(exchange(token)), "invalid_grant");
        recorded("another certificate");
        refused(other.token(exchange(token)), "invalid_grant");
        var given = bot.token(exchange(token));
        assertThat(given.status()).as(given.text()).isEqualTo(200);
        boundTo(access(given.json()), "bot");
        works(bot, access(given.json()));
        turnedAway(nobody, access(given.json()));
    }

    private Map<String, String> exchange(String token) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token", token);
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.put("resource", bot.resource());
        return form;
    }

    private void trust(String type, String issuer, Json.Obj claims) {
        var jwks =
                JsonReader.readObject(new JWKSet(key.toPublicJWK()).toString().getBytes(UTF_8));
        var body = Json.object()
                .put("type", type)
                .put("agent", "support-bot")
                .put("issuer", issuer)
                .put("claims", claims)
                .put("jwks", jwks)
                .build();
        var reply = nobody.send(HttpRequest.newBuilder(URI.create(product.wiring.url() + "/api/v1/trusts"))
                .header("authorization", "Bearer " + product.personKey(product.owner))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.text())));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private String signed(String issuer, String subject) {
        var claims = Json.object()
                .put("iss", issuer)
                .put("sub", subject)
                .put("aud", bot.issuer())
                .put("jti", UUID.randomUUID().toString())
                .put("iat", Instant.now().getEpochSecond())
                .put("exp", Instant.now().getEpochSecond() + 300)
                .build();
        return OauthClient.signed(
                key,
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("JWT"))
                        .build(),
                claims);
    }

    @Test
    void anAgentsOwnKeyGetsATokenOfItsConnectionsCertificate() {
        product.open(Product.TaskSpec.SUPPORT);
        trust("agent-key", "support-bot", Json.Obj.EMPTY);
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "client_credentials");
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.put("client_assertion", signed("support-bot", "support-bot"));
        form.put("resource", bot.resource());
        var given = bot.token(form);
        assertThat(given.status()).as(given.text()).isEqualTo(200);
        boundTo(access(given.json()), "bot");
        works(bot, access(given.json()));
        turnedAway(other, access(given.json()));
    }

    @Test
    void aPlatformsWordThatACertificatesHolderHasShownIsGoodForNobodyElse() {
        product.open(Product.TaskSpec.SUPPORT);
        trust(
                "workload",
                "https://spire.acme.example",
                Json.object().put("sub", "workload-7").build());
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        form.put("assertion", signed("https://spire.acme.example", "workload-7"));
        form.put("resource", bot.resource());
        for (int time = 0; time < 2; time++) {
            var given = bot.token(form);
            assertThat(given.status()).as(given.text()).isEqualTo(200);
            boundTo(access(given.json()), "bot");
        }
        refused(nobody.token(form), "invalid_grant");
        refused(other.token(form), "invalid_grant");
        recorded("another key or certificate");
    }

    @Test
    void metadataSaysThatTokensAreBoundToCertificates() {
        var base = product.wiring.url();
        for (var document : List.of(
                base + "/.well-known/oauth-authorization-server/t/acme",
                base + "/.well-known/oauth-protected-resource/t/acme/mcp/shop")) {
            var json = nobody.get(document).json();
            assertThat(json.bool("tls_client_certificate_bound_access_tokens"))
                    .as(document)
                    .hasValue(true);
        }
        assertThat(nobody.get(base + "/.well-known/oauth-protected-resource/t/acme/mcp/shop")
                        .json()
                        .string("resource"))
                .hasValueSatisfying(resource -> assertThat(resource).startsWith("https://127.0.0.1:"));
    }

    @Test
    void callsAndStreamsGoOverTlsLikeOverPlainConnections() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var agent = product.key(Product.BOT, task);
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", agent, List.of(corp.certificate("ca")))) {
            client.initialize();
            assertThat(client.toolNames()).contains("get_order");
            assertThat(McpClient.isError(client.call("get_order", ORDER))).isFalse();
            var opened = new java.util.concurrent.CompletableFuture<Void>();
            var ended = client.listen(opened);
            opened.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
            assertThat(ended).isNotDone();
            product.parts().control().tasks().revoke(product.caller(product.owner), task.text(), "over");
            ended.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
                    .exceptionally(_ -> null)
                    .join();
        }
    }
}
