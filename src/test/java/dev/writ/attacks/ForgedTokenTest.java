package dev.writ.attacks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.walks.OauthClient;
import dev.writ.walks.Product;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attack 18: tokens and proofs that are forged, stolen, over, of elsewhere or shown again. */
class ForgedTokenTest {
    @TempDir
    private Path data;

    private final AtomicLong ahead = new AtomicLong();
    private Product product;
    private OauthClient client;
    private String id;

    @BeforeEach
    void start() {
        product = Product.start(
                data, UnaryOperator.identity(), () -> Instant.now().plusSeconds(ahead.get()));
        client = OauthClient.with(product, product.owner);
        id = client.registered();
    }

    @AfterEach
    void stop() {
        product.close();
    }

    private OauthClient.Reply shown(String url, String authorization, String... more) {
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("accept", "application/json, text/event-stream")
                .header("content-type", "application/json")
                .header("authorization", authorization)
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"));
        if (more.length > 0) request.headers(more);
        return client.send(request);
    }

    private void refused(String what, OauthClient.Reply reply) {
        assertThat(reply.status()).as(what).isEqualTo(401);
        assertThat(reply.header("www-authenticate").orElseThrow()).as(what).contains("resource_metadata=\"");
    }

    private static Json.Obj part(String token, int index) {
        return JsonReader.readObject(Base64.getUrlDecoder().decode(token.split("\\.")[index]));
    }

    private static String encoded(Json.Obj json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.text().getBytes(UTF_8));
    }

    private static String resigned(ECKey key, Json.Obj header, Json.Obj claims) {
        var built = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(header.string("typ").orElse("at+jwt")))
                .keyID(header.string("kid").orElse(null));
        return OauthClient.signed(key, built.build(), claims);
    }

    private static String hs256(Json.Obj header, Json.Obj claims, byte[] secret) {
        try {
            var jws = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .type(new JOSEObjectType("at+jwt"))
                            .keyID(header.string("kid").orElseThrow())
                            .build(),
                    new Payload(claims.text()));
            jws.sign(new MACSigner(secret));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTokenThatWeDidNotSignAsItStandsIsNone() {
        var token = client.tokens(id).string("access_token").orElseThrow();
        assertThat(shown(client.resource(), "Bearer " + token).status()).isEqualTo(200);
        long calls = product.calls();
        var header = part(token, 0);
        var claims = part(token, 1);
        var thief = OauthClient.key();
        var jwks = client.get(client.issuer() + "/oauth/jwks").text();
        var forged = new LinkedHashMap<String, String>();
        forged.put("none", encoded(header.with("alg", Json.of("none"))) + "." + token.split("\\.")[1] + ".");
        forged.put("another key under our kid", resigned(thief, header, claims));
        forged.put("a kid that is a path", resigned(thief, header.with("kid", Json.of("../../keys/x")), claims));
        forged.put("a kid that is a URL", resigned(thief, header.with("kid", Json.of("http://127.0.0.1/k")), claims));
        forged.put("HS256 with our public keys", hs256(header, claims, jwks.getBytes(UTF_8)));
        forged.put("no kid", resigned(thief, header.without("kid"), claims));
        var more = claims.with("exp", Json.of(claims.integer("exp").orElseThrow() + 9_999));
        forged.put("a later exp", token.split("\\.")[0] + "." + encoded(more) + "." + token.split("\\.")[2]);
        var tenant = claims.with("tenant", Json.of("default"));
        forged.put("another tenant", token.split("\\.")[0] + "." + encoded(tenant) + "." + token.split("\\.")[2]);
        forged.put("padding", token + "=");
        forged.put("a fourth part", token + ".x");
        forged.put(
                "our own header with its key inside",
                OauthClient.signed(
                        thief,
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .type(new JOSEObjectType("at+jwt"))
                                .jwk(thief.toPublicJWK())
                                .build(),
                        claims));
        forged.forEach((what, text) -> refused(what, shown(client.resource(), "Bearer " + text)));
        assertThat(product.calls()).isEqualTo(calls);
    }

    @Test
    void aTokenIsGoodAtNoOtherResourceAndUnderNoOtherName() {
        var token = client.tokens(id).string("access_token").orElseThrow();
        var base = product.wiring.url().toString();
        for (var url : new String[] {
            client.issuer() + "/mcp",
            client.issuer() + "/mcp/depot",
            base + "/mcp/shop",
            base + "/t/default/mcp/shop",
            base + "/t/globex/mcp/shop",
            base.replace("127.0.0.1", "localhost") + "/t/acme/mcp/shop",
            client.issuer() + "/mcp/%73hop"
        }) refused(url, shown(url, "Bearer " + token));
        var api = client.send(
                HttpRequest.newBuilder(URI.create(base + "/api/v1/agents")).header("authorization", "Bearer " + token));
        assertThat(api.status()).isEqualTo(401);
        refused("not of this tenant and no such tenant", shown(base + "/t/globex/mcp/shop", "Bearer " + token));
    }

    @Test
    void aTokenIsOverWhenItsTimeIsAndTheClockDoesNotBringItBack() {
        var tokens = client.tokens(id);
        var token = tokens.string("access_token").orElseThrow();
        ahead.addAndGet(840);
        assertThat(shown(client.resource(), "Bearer " + token).status()).isEqualTo(200);
        ahead.addAndGet(120);
        refused("expired", shown(client.resource(), "Bearer " + token));
        var next = client.token(
                client.refreshing(id, tokens.string("refresh_token").orElseThrow()));
        assertThat(next.status()).isEqualTo(200);
    }

    @Test
    void aKeyThatSignsNoLongerStillVerifiesWhatItSigned() {
        var before = client.tokens(id).string("access_token").orElseThrow();
        product.parts().issuing().issuer().rotate(Product.TENANT);
        var after = client.tokens(id).string("access_token").orElseThrow();
        assertThat(part(before, 0).string("kid")).isNotEqualTo(part(after, 0).string("kid"));
        for (var token : new String[] {before, after})
            assertThat(shown(client.resource(), "Bearer " + token).status()).isEqualTo(200);
        assertThat(client.get(client.issuer() + "/oauth/jwks")
                        .json()
                        .array("keys")
                        .orElseThrow()
                        .items())
                .hasSize(2)
                .allSatisfy(key -> assertThat(((Json.Obj) key).get("d")).isEmpty());
    }

    @Test
    void aProofIsGoodOnceForItsRequestByItsKeyAndNow() {
        var key = OauthClient.key();
        var endpoint = client.issuer() + "/oauth/token";
        var token = client.tokens(id, "dpop", OauthClient.proof(key, "POST", endpoint, Optional.empty()))
                .string("access_token")
                .orElseThrow();
        var url = client.resource();
        var good = OauthClient.proof(key, "POST", url, Optional.of(token));
        assertThat(shown(url, "DPoP " + token, "dpop", good).status()).isEqualTo(200);
        long calls = product.calls();
        refused("no proof", shown(url, "DPoP " + token));
        refused("as a bearer's", shown(url, "Bearer " + token));
        refused("replayed", shown(url, "DPoP " + token, "dpop", good));
        var thief = OauthClient.key();
        var bad = Map.of(
                "another key", OauthClient.proof(thief, "POST", url, Optional.of(token)),
                "another method", OauthClient.proof(key, "GET", url, Optional.of(token)),
                "another URL", OauthClient.proof(key, "POST", url + "x", Optional.of(token)),
                "another token", OauthClient.proof(key, "POST", url, Optional.of(token + "x")),
                "no token", OauthClient.proof(key, "POST", url, Optional.empty()),
                "of yesterday", at(key, url, token, -86_400),
                "of ten minutes ago", at(key, url, token, -600),
                "of tomorrow", at(key, url, token, 86_400),
                "with a nonce that is not ours", with(key, url, token, "nonce", "made-up"));
        bad.forEach((what, proof) -> refused(what, shown(url, "DPoP " + token, "dpop", proof)));
        var two = OauthClient.proof(key, "POST", url, Optional.of(token));
        var other = OauthClient.proof(key, "POST", url, Optional.of(token));
        refused("two proofs", shown(url, "DPoP " + token, "dpop", two, "dpop", other));
        var nonce = shown(url, "DPoP " + token, "dpop", with(key, url, token, "nonce", "made-up"))
                .header("dpop-nonce")
                .orElseThrow();
        assertThat(shown(url, "DPoP " + token, "dpop", with(key, url, token, "nonce", nonce))
                        .status())
                .isEqualTo(200);
        assertThat(product.calls()).isEqualTo(calls);
    }

    @Test
    void whoIsToldToUseAnotherNonceComesBackWithTheSameCode() {
        var key = OauthClient.key();
        var endpoint = client.issuer() + "/oauth/token";
        var code = client.allowed(client.request(id)).sent().get("code");
        var told = client.token(client.redemption(id, code), "dpop", with(key, endpoint, "", "nonce", "made-up"));
        assertThat(told.status()).isEqualTo(400);
        assertThat(told.json().string("error")).hasValue("use_dpop_nonce");
        var nonce = told.header("dpop-nonce").orElseThrow();
        var given = client.token(client.redemption(id, code), "dpop", with(key, endpoint, "", "nonce", nonce));
        assertThat(given.status()).isEqualTo(200);
        assertThat(given.json().string("token_type")).hasValue("DPoP");
        assertThat(product.lastOf("token").string("binding")).hasValue("dpop");
    }

    private static String at(ECKey key, String url, String token, long seconds) {
        return proof(key, claims(url, token).with("iat", Json.of(Instant.now().getEpochSecond() + seconds)));
    }

    private static String with(ECKey key, String url, String token, String name, String value) {
        return proof(key, claims(url, token).with(name, Json.of(value)));
    }

    private static Json.Obj claims(String url, String token) {
        return Json.object()
                .put("jti", UUID.randomUUID().toString())
                .put("htm", "POST")
                .put("htu", url)
                .put("iat", Instant.now().getEpochSecond())
                .put(
                        "ath",
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(Digest.of(token.getBytes(UTF_8)).bytes()))
                .build();
    }

    private static String proof(ECKey key, Json.Obj claims) {
        return OauthClient.signed(
                key,
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK())
                        .build(),
                claims);
    }

    @Test
    void aBoundRefreshTokenIsGoodForItsKeyAlone() {
        var key = OauthClient.key();
        var endpoint = client.issuer() + "/oauth/token";
        var refresh = client.tokens(id, "dpop", OauthClient.proof(key, "POST", endpoint, Optional.empty()))
                .string("refresh_token")
                .orElseThrow();
        var stolen = client.token(client.refreshing(id, refresh));
        assertThat(stolen.status()).isEqualTo(400);
        assertThat(stolen.json().string("error")).hasValue("invalid_dpop_proof");
        assertThat(product.lastOf("refusal").string("reason")).hasValue("not-allowed");
        var own = client.token(
                client.refreshing(id, refresh), "dpop", OauthClient.proof(key, "POST", endpoint, Optional.empty()));
        assertThat(own.status()).as("a thief's try does not use it up").isEqualTo(200);
    }

    @Test
    void aCodeIsGoodOnceAndForItsClientRedirectVerifierResourceAndMinute() {
        var other = client.register("{'client_name':'Other','redirect_uris':['" + OauthClient.REDIRECT + "']}")
                .json()
                .string("client_id")
                .orElseThrow();
        var wrong = Map.of(
                "client_id",
                other,
                "redirect_uri",
                "http://127.0.0.1:33418/other",
                "code_verifier",
                "x".repeat(43),
                "resource",
                client.issuer() + "/mcp");
        wrong.forEach((name, value) -> {
            var form = client.redemption(
                    id, client.allowed(client.request(id)).sent().get("code"));
            form.put(name, value);
            var refused = client.token(form);
            assertThat(refused.status()).as(name).isEqualTo(400);
            assertThat(refused.json().string("error"))
                    .as(name)
                    .hasValue(name.equals("resource") ? "invalid_target" : "invalid_grant");
            form.putAll(client.redemption(id, form.get("code")));
            assertThat(client.token(form).json().string("error"))
                    .as("burnt by " + name)
                    .hasValue("invalid_grant");
        });
        var late =
                client.redemption(id, client.allowed(client.request(id)).sent().get("code"));
        ahead.addAndGet(61);
        assertThat(client.token(late).json().string("error")).hasValue("invalid_grant");
        var twice =
                client.redemption(id, client.allowed(client.request(id)).sent().get("code"));
        var token = client.token(twice).json().string("access_token").orElseThrow();
        assertThat(client.token(twice).json().string("error")).hasValue("invalid_grant");
        refused("what a reused code gave", shown(client.resource(), "Bearer " + token));
        assertThat(product.lastOf("revocation").string("cause")).hasValue("code-reused");
    }
}
