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
import dev.writ.identity.Trust;
import dev.writ.ledger.SideValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for tokens that are refused: whoever can be named leaves a record that says why, everybody else a count. */
class RefusedGrantsTest {
    private static final String PLATFORM = "https://spire.acme.example";
    private static final String WORKLOAD = "spiffe://acme.example/ns/support/sa/bot";
    private static final String PROVIDER = "https://login.acme.example";
    private static final String BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    @TempDir
    private Path data;

    private final AtomicLong ahead = new AtomicLong();
    private final ECKey key = OauthClient.key();
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

    /** Sends what is refused, and shows the one record that came of it. */
    private Json.Obj refused(Callable<OauthClient.Reply> sending, String error, String why) throws Exception {
        long before = product.countOf("refusal");
        long tokens = product.countOf("token");
        var reply = sending.call();
        assertThat(reply.status()).as(reply.text()).isIn(400, 401);
        assertThat(reply.json().string("error")).hasValue(error);
        assertThat(product.countOf("token")).as("nothing granted").isEqualTo(tokens);
        assertThat(product.countOf("refusal")).as(why).isEqualTo(before + 1);
        return last(why);
    }

    private Json.Obj last(String why) {
        var record = product.lastOf("refusal");
        assertThat(record.object("action").orElseThrow().string("kind")).hasValue("mint-token");
        assertThat(record.string("verdict")).hasValue("deny");
        assertThat(record.string("reason")).hasValue("not-allowed");
        assertThat(payload(record).string("why")).hasValue(why);
        return record;
    }

    private Json.Obj payload(Json.Obj record) {
        var index = new AtomicLong(-1);
        var ledger = product.parts().ledger();
        ledger.scan(Product.TENANT, 0, entry -> {
            if (entry.record().equals(record)) index.set(entry.index());
            return true;
        });
        if (ledger.side(Product.TENANT, index.get(), "payload") instanceof SideValue.Present present)
            return JsonReader.readObject(present.value());
        throw new AssertionError("no payload");
    }

    /** Sends what is refused and can be put down to nobody: it costs no disk. */
    private void counted(Map<String, String> form, String error) {
        long records = product.records().size();
        long unknown = product.parts().guard().turnedAway(Product.TENANT).unknown();
        assertThat(client.token(form).json().string("error")).hasValue(error);
        assertThat(product.records()).hasSize((int) records);
        assertThat(product.parts().guard().turnedAway(Product.TENANT).unknown()).isEqualTo(unknown + 1);
    }

    private Id trusting(Trust.Kind kind, String issuer, Map<String, String> claims) {
        var trust = new Trust(
                Product.TENANT,
                product.parts().ids().next("tru"),
                kind,
                Product.BOT,
                issuer,
                Optional.empty(),
                claims,
                JsonReader.readObject(new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8)),
                Instant.now(),
                Optional.empty());
        assertThat(product.parts().identity().trusts().add(trust)).isTrue();
        return trust.id();
    }

    private Json.Obj claims(String issuer, String subject) {
        long now = Instant.now().getEpochSecond() + ahead.get();
        return Json.object()
                .put("iss", issuer)
                .put("sub", subject)
                .put("aud", client.issuer())
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now)
                .put("exp", now + 300)
                .build();
    }

    private static String signed(ECKey by, String type, Json.Obj claims) {
        return OauthClient.signed(
                by,
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType(type))
                        .build(),
                claims);
    }

    private String own() {
        return signed(key, "JWT", claims("support-bot", "support-bot"));
    }

    private Map<String, String> credentials(String assertion) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "client_credentials");
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.put("client_assertion", assertion);
        form.put("resource", client.resource());
        return form;
    }

    private Map<String, String> bearing(String assertion) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", BEARER);
        form.put("assertion", assertion);
        form.put("resource", client.resource());
        return form;
    }

    @Test
    void aClientAssertionThatIsRefusedIsOnItsAgentsRecord() throws Exception {
        var trust = trusting(Trust.Kind.AGENT_KEY, "support-bot", Map.of());
        var noTask = refused(
                () -> client.token(credentials(own())),
                "invalid_grant",
                "no open task of this agent reaches the resource");
        assertThat(noTask.string("agent")).hasValue("support-bot");
        assertThat(noTask.get("task")).isEmpty();
        assertThat(payload(noTask).string("trust")).hasValue(trust.text());
        var task = product.open(Product.TaskSpec.SUPPORT);
        var once = own();
        assertThat(client.token(credentials(once)).status()).isEqualTo(200);
        var again = refused(() -> client.token(credentials(once)), "invalid_client", "it was shown before");
        assertThat(again.string("agent")).hasValue("support-bot");
        assertThat(again.string("task")).hasValue(task.text());
        var elsewhere = claims("support-bot", "support-bot").with("aud", Json.of("https://other.example"));
        refused(
                () -> client.token(credentials(signed(key, "JWT", elsewhere))),
                "invalid_client",
                "aud is not this authorization server");
        var past = claims("support-bot", "support-bot").with("exp", Json.of(1L));
        refused(() -> client.token(credentials(signed(key, "JWT", past))), "invalid_client", "exp is missing or past");
        var other = credentials(own());
        other.put("client_id", "other-bot");
        refused(() -> client.token(other), "invalid_client", "client_id is not whose assertion this is");
        var away = credentials(own());
        away.put("resource", "https://evil.example/mcp");
        refused(() -> client.token(away), "invalid_target", "the resource is not one of this server's");
        product.open(Product.TaskSpec.SUPPORT);
        var which = refused(
                () -> client.token(credentials(own())),
                "invalid_grant",
                "more than one task is open: name one by task");
        assertThat(which.get("task")).isEmpty();
        counted(credentials(signed(OauthClient.key(), "JWT", claims("support-bot", "support-bot"))), "invalid_client");
        counted(credentials("nothing"), "invalid_client");
    }

    @Test
    void theWordOfAPlatformOrAProviderThatIsRefusedIsOnItsAgentsRecord() throws Exception {
        trusting(Trust.Kind.WORKLOAD, PLATFORM, Map.of("sub", WORKLOAD));
        trusting(Trust.Kind.AGENT_KEY, "support-bot", Map.of());
        trusting(Trust.Kind.ID_JAG, PROVIDER, Map.of("client_id", "writ-support"));
        var task = product.open(Product.TaskSpec.SUPPORT);
        var word = bearing(signed(key, "JWT", claims(PLATFORM, WORKLOAD)));
        var proof = OauthClient.proof(key, "POST", client.issuer() + "/oauth/token", java.util.Optional.empty());
        assertThat(client.token(word, "dpop", proof).status()).isEqualTo(200);
        var again = refused(
                () -> client.token(word),
                "invalid_grant",
                "it was shown before by the holder of another key or certificate");
        assertThat(again.string("task")).hasValue(task.text());
        assertThat(payload(again).string("issuer")).hasValue(PLATFORM);
        var nobody = claims(PROVIDER, "00u1")
                .with("client_id", Json.of("writ-support"))
                .with("email", Json.of("nobody@acme.example"));
        var form = bearing(signed(key, "oauth-id-jag+jwt", nobody));
        form.putAll(Map.of(
                "client_assertion",
                own(),
                "client_assertion_type",
                credentials("").get("client_assertion_type")));
        refused(() -> client.token(form), "invalid_grant", "the assertion is about nobody who is known here");
        var alone = bearing(signed(key, "oauth-id-jag+jwt", nobody.with("jti", Json.of("2"))));
        refused(
                () -> client.token(alone),
                "invalid_client",
                "the assertion is for another client than the one that shows it");
        counted(bearing(signed(OauthClient.key(), "JWT", claims(PLATFORM, WORKLOAD))), "invalid_grant");
        counted(bearing(signed(key, "JWT", claims("https://foreign.example", WORKLOAD))), "invalid_grant");
    }

    @Test
    void theSameRefusalOverAndOverIsCountedOntoOneRecord() {
        trusting(Trust.Kind.AGENT_KEY, "support-bot", Map.of());
        product.open(Product.TaskSpec.SUPPORT);
        var once = credentials(own());
        client.token(once);
        for (int i = 0; i < 50; i++) client.token(once);
        assertThat(product.countOf("refusal")).isEqualTo(1);
        assertThat(product.parts().guard().turnedAway(Product.TENANT).folded()).isEqualTo(49);
    }

    @Test
    void aCodeThatIsShownWronglyLateOrTwiceIsOnRecordAndWhatItGaveIsTakenBack() throws Exception {
        var wrong = Map.of(
                "redirect_uri", "http://127.0.0.1:33418/other", "code_verifier", "x".repeat(43), "client_id", "other");
        var whys = Map.of(
                "redirect_uri",
                "redirect_uri is not the one of the code",
                "code_verifier",
                "code_verifier does not fit",
                "client_id",
                "the code is another client's");
        for (var each : wrong.entrySet()) {
            var form = client.redemption(id, code());
            form.put(each.getKey(), each.getValue());
            refused(() -> client.token(form), "invalid_grant", whys.get(each.getKey()));
        }
        var plain = client.redemption(id, code());
        plain.remove("code_verifier");
        refused(() -> client.token(plain), "invalid_request", "code_verifier is missing");
        var proven = client.redemption(id, code());
        refused(() -> client.token(proven, "dpop", "nothing"), "invalid_dpop_proof", "the proof is no JWT");
        var late = client.redemption(id, code());
        ahead.addAndGet(61);
        refused(() -> client.token(late), "invalid_grant", "the code is unknown or over");
        var twice = client.redemption(id, code());
        var given = client.token(twice).json();
        refused(() -> client.token(twice), "invalid_grant", "the code was used before");
        assertThat(product.lastOf("revocation").string("cause")).hasValue("code-reused");
        var after = client.refreshing(id, given.string("refresh_token").orElseThrow());
        refused(() -> client.token(after), "invalid_grant", "what the refresh token is of was taken back");
        counted(client.redemption(id, "writ_code_nothing"), "invalid_grant");
    }

    /** A registration is the id itself, so one that is changed is another client, at the page and at the token. */
    @Test
    void aClientWhoseRegistrationChangesBetweenThePageAndTheTokenGetsNothing() throws Exception {
        var code = code();
        var changed = client.register("{'client_name':'Tester','redirect_uris':['" + OauthClient.REDIRECT
                        + "','http://127.0.0.1:33418/more']}")
                .json()
                .string("client_id")
                .orElseThrow();
        var form = client.redemption(changed, code);
        refused(() -> client.token(form), "invalid_grant", "the code is another client's");
        refused(() -> client.token(client.redemption(id, code)), "invalid_grant", "the code was used before");
        var page = OauthClient.form(client.asked(client.request(id)));
        var request = client.request(id);
        request.put("client_id", id.substring(0, id.length() - 4) + "AAAA");
        page.put("request", List.of("?" + OauthClient.encoded(request)));
        page.put("decision", List.of("allow"));
        var decided = client.decided(page);
        assertThat(decided.status()).isEqualTo(400);
        assertThat(decided.header("location")).isEmpty();
        last("this client is not registered here");
    }

    private String code() {
        var request = client.request(id);
        request.put("state", UUID.randomUUID().toString());
        return client.allowed(request).sent().get("code");
    }

    /** Whoever comes second may come while the first is still being served. */
    @Test
    void aCodeThatTwoShowAtOnceGivesNeitherAnythingThatLasts() throws Exception {
        var form = client.redemption(id, code());
        try (var together = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = List.<Callable<OauthClient.Reply>>of(
                    () -> client.token(form),
                    () -> client.token(form),
                    () -> client.token(form),
                    () -> client.token(form));
            for (var reply : together.invokeAll(asked)) {
                if (reply.get().status() != 200) continue;
                var token = reply.get().json().string("refresh_token").orElseThrow();
                assertThat(client.token(client.refreshing(id, token)).json().string("error"))
                        .hasValue("invalid_grant");
            }
        }
        assertThat(product.parts().guard().tokens().grants(Product.TENANT))
                .allSatisfy(grant -> assertThat(grant.revokedAt()).isPresent());
    }

    @Test
    void aRefreshTokenThatIsShownWronglyOrTwiceIsOnRecordAndItsFamilyOver() throws Exception {
        var given = client.tokens(id);
        var refresh = given.string("refresh_token").orElseThrow();
        refused(
                () -> client.token(client.refreshing("other", refresh)),
                "invalid_grant",
                "another client shows the refresh token");
        var elsewhere = client.refreshing(id, refresh);
        elsewhere.put("resource", client.issuer() + "/mcp");
        refused(() -> client.token(elsewhere), "invalid_target", "the grant is for another resource");
        var next = client.token(client.refreshing(id, refresh)).json();
        refused(
                () -> client.token(client.refreshing(id, refresh)),
                "invalid_grant",
                "the refresh token was used before");
        assertThat(product.lastOf("revocation").string("cause")).hasValue("refresh-reused");
        refused(
                () -> client.token(
                        client.refreshing(id, next.string("refresh_token").orElseThrow())),
                "invalid_grant",
                "what the refresh token is of was taken back");
        counted(client.refreshing(id, "writ_refresh_nothing"), "invalid_grant");
    }

    @Test
    void aSubjectTokenThatIsOverOrForNoServerOfOursIsOnItsGrantsRecord() throws Exception {
        var token = client.tokens(id).string("access_token").orElseThrow();
        var task = product.lastOf("token").string("task").orElseThrow();
        var away = exchanging(token, "https://evil.example/mcp");
        var record = refused(() -> client.token(away), "invalid_target", "resource names one of this server's");
        assertThat(record.string("task")).hasValue(task);
        client.post("/oauth/revoke", Map.of("client_id", id, "token", token));
        var over = refused(
                () -> client.token(exchanging(token, client.resource())),
                "invalid_request",
                "the subject token is not one of ours that is in force");
        assertThat(over.string("task")).hasValue(task);
        assertThat(over.string("agent")).hasValue("support-bot");
        counted(exchanging("nothing", client.resource()), "invalid_request");
    }

    private static Map<String, String> exchanging(String token, String resource) {
        return Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                token,
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
                "resource",
                resource);
    }

    /** A page for the person where nothing may be sent to the client, the RFC's error for the client where it may. */
    @Test
    void aRequestThatIsNoneIsOnTheRecordOfThePersonWhoseBrowserItCameFrom() {
        var request = client.request(id);
        request.put("redirect_uri", "https://evil.example/cb");
        var page = client.asked(request);
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.text()).contains("This client cannot be let in");
        var record = last("the client wants to be answered at a place that it has not registered");
        assertThat(record.string("person")).hasValue(product.owner.text());
        assertThat(payload(record).string("client")).hasValue(id);
        var plain = client.request(id);
        plain.remove("code_challenge");
        assertThat(client.asked(plain).sent()).containsEntry("error", "invalid_request");
        last("code_challenge is missing");
        var unknown = client.request("c_nobody");
        assertThat(client.asked(unknown).status()).isEqualTo(400);
        assertThat(payload(product.lastOf("refusal")).string("client")).hasValue("c_nobody");
        long refusals = product.countOf("refusal");
        var stranger = OauthClient.of(product);
        assertThat(stranger.asked(request).status()).isEqualTo(303);
        assertThat(product.countOf("refusal")).as("nobody is signed in").isEqualTo(refusals);
        assertThat(Set.of("task", "consent")).noneMatch(kind -> product.countOf(kind) > 0);
    }
}
