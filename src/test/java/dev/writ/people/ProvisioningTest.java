package dev.writ.people;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.writ.admin.Installed;
import dev.writ.admin.Installed.Answered;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The company's provider says that somebody is gone: by SCIM, or by a signed event. */
class ProvisioningTest {
    private static final Name TENANT = Installed.DEFAULT;
    private static final String RISC = "https://schemas.openid.net/secevent/risc/event-type/";
    private static final String CAEP = "https://schemas.openid.net/secevent/caep/event-type/";

    @TempDir
    Path folder;

    private Installed writ;
    private CompanyProvider corp;
    private String origin;
    private String key;
    private Browser browser;

    @BeforeEach
    void signedInThroughTheProvider() throws Exception {
        corp = new CompanyProvider();
        writ = new Installed(folder.resolve("data"));
        origin = "http://localhost:" + writ.wiring().server().address().getPort();
        writ.put(
                writ.owner(),
                "/secrets/corp-secret",
                Json.object().put("value", CompanyProvider.SECRET).build());
        var spec = Json.object()
                .put("issuer", corp.issuer())
                .put("clientId", CompanyProvider.CLIENT)
                .put("secret", "corp-secret")
                .put("enrols", true);
        writ.put(writ.owner(), "/providers", Installed.resource("Provider", "corp", spec.build()));
        key = writ.post(writ.owner(), "/providers/corp/keys")
                .json()
                .string("key")
                .orElseThrow();
        browser = new Browser(origin);
        var going = browser.get("/ui/provider/corp").location().orElseThrow();
        try (var client = HttpClient.newHttpClient()) {
            browser.get(client.send(
                            HttpRequest.newBuilder(URI.create(going)).build(), HttpResponse.BodyHandlers.discarding())
                    .headers()
                    .firstValue("location")
                    .orElseThrow());
        }
        assertThat(browser.get("/ui").status()).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        writ.close();
        corp.close();
    }

    @Test
    void aProviderFindsItsPeopleAndNobodyElse() {
        assertThat(key).matches("writ_scim_[A-Za-z0-9_-]{43}");
        var all = scim("GET", "/Users", key, "");
        assertThat(all.json().integer("totalResults")).contains(1L);
        assertThat(all.text()).contains("dana@acme.example", "u-4711").doesNotContain("owner@localhost");
        assertThat(scim("GET", "/Users?filter=userName%20eq%20%22DANA@acme.example%22", key, "")
                        .json()
                        .integer("totalResults"))
                .contains(1L);
        assertThat(scim("GET", "/Users?filter=externalId%20eq%20%22u-4711%22&startIndex=1&count=1", key, "")
                        .json()
                        .integer("totalResults"))
                .contains(1L);
        assertThat(scim("GET", "/Users?filter=userName%20eq%20%22owner@localhost%22", key, "")
                        .json()
                        .integer("totalResults"))
                .contains(0L);
        assertThat(scim("GET", "/Users?filter=userName%20co%20%22a%22", key, "").text())
                .contains("invalidFilter");
        var owner = writ.get(writ.owner(), "/people").json().array("items").orElseThrow().items().stream()
                .map(each -> ((Json.Obj) each))
                .filter(each -> each.text().contains("owner@localhost"))
                .findFirst()
                .orElseThrow()
                .object("status")
                .orElseThrow()
                .string("id")
                .orElseThrow();
        assertThat(scim("GET", "/Users/" + owner, key, "").status()).isEqualTo(404);
        assertThat(scim("DELETE", "/Users/" + owner, key, "").status()).isEqualTo(404);
    }

    @Test
    void withoutTheProvidersCredentialThereIsNothing() {
        for (var wrong : List.of("", "nonsense", "writ_scim_" + "A".repeat(43), writ.owner()))
            for (var path : List.of("/Users", "/Users/x", "/ServiceProviderConfig"))
                assertThat(scim("GET", path, wrong, "").status()).isEqualTo(401);
        // The credential is good for this alone, and a newer one takes its place.
        assertThat(writ.get(key, "/people").status()).isEqualTo(401);
        writ.post(writ.owner(), "/providers/corp/keys");
        assertThat(scim("GET", "/Users", key, "").status()).isEqualTo(401);
    }

    @Test
    void deactivatingSomebodyEndsTheirSessionKeysAndTasksAtOnce() {
        var transport = Installed.json("{'transport':{'kind':'http','url':'http://127.0.0.1:1/mcp'}}");
        writ.post(writ.owner(), "/servers", Installed.resource("Server", "shop", transport));
        var agent = Json.object()
                .put("owner", "dana@acme.example")
                .put("purpose", "tests")
                .build();
        writ.post(writ.owner(), "/agents", Installed.resource("Agent", "bot", agent));
        var personKey = writ.post(writ.owner(), "/people/dana@acme.example/keys")
                .json()
                .string("key")
                .orElseThrow();
        var spec = Installed.json(
                "{'agent':'bot','person':'dana@acme.example','purpose':'tests','scope':{'servers':['shop']},'for':'1h'}");
        var task = writ.post(
                writ.owner(), "/tasks", Installed.resource("Task", "t", spec).without("metadata"));
        assertThat(task.status()).as(task.text()).isEqualTo(201);
        long before = writ.size(TENANT);
        var gone = scim(
                "PATCH",
                "/Users/" + id(),
                key,
                "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":"
                        + "[{\"op\":\"Replace\",\"path\":\"active\",\"value\":\"False\"}]}");
        assertThat(gone.status()).as(gone.text()).isEqualTo(200);
        assertThat(gone.json().bool("active")).contains(false);
        assertThat(browser.get("/ui").status()).isEqualTo(303);
        assertThat(writ.get(personKey, "/people").status()).isEqualTo(401);
        assertThat(writ.get(writ.owner(), "/tasks?state=open").text()).doesNotContain("tsk_");
        assertThat(writ.transitions(TENANT, before))
                .containsExactly("revocation/person-deactivated", "revocation/task-revoked");
        var record = writ.records(TENANT).stream()
                .filter(each -> each.string("event").equals(Optional.of("person-deactivated")))
                .findFirst()
                .orElseThrow();
        assertThat(record.string("by")).contains("provider:corp");

        assertThat(scim(
                                "PATCH",
                                "/Users/" + id(),
                                key,
                                "{\"Operations\":[{\"op\":\"replace\",\"value\":{\"active\":true}}]}")
                        .status())
                .isEqualTo(409);
        // What a replay makes of it, it makes again: the start goes through.
        writ.restart();
        assertThat(writ.get(writ.owner(), "/people").text()).contains("\"active\":false");
    }

    @Test
    void everyShapeThatProvidersSendIsUnderstood() {
        for (var body : List.of(
                "{\"Operations\":[{\"op\":\"replace\",\"value\":{\"active\":false}}]}",
                "{\"Operations\":[{\"op\":\"replace\",\"path\":\"active\",\"value\":false}]}")) {
            var made = made("x" + body.length());
            assertThat(scim("PATCH", "/Users/" + made, key, body).json().bool("active"))
                    .contains(false);
        }
        var put = made("put");
        assertThat(scim("PUT", "/Users/" + put, key, "{\"userName\":\"put@acme.example\",\"active\":false}")
                        .json()
                        .bool("active"))
                .contains(false);
        var delete = made("delete");
        assertThat(scim("DELETE", "/Users/" + delete, key, "").status()).isEqualTo(204);
        assertThat(scim("GET", "/Users/" + delete, key, "").json().bool("active"))
                .contains(false);
        assertThat(scim(
                                "PATCH",
                                "/Users/" + delete,
                                key,
                                "{\"Operations\":[{\"op\":\"replace\",\"path\":\"active\",\"value\":7}]}")
                        .status())
                .isEqualTo(400);
        assertThat(scim("PATCH", "/Users/" + delete, key, "{\"a\":1,\"a\":2}").status())
                .isEqualTo(400);
    }

    @Test
    void whomAProviderBringsHasNoRoleAndTakesNobodysPlace() {
        var made = made("erin");
        assertThat(made).startsWith("per_");
        assertThat(writ.get(writ.owner(), "/people").text()).contains("erin@acme.example");
        for (var body : List.of(
                "{\"userName\":\"owner@localhost\",\"externalId\":\"u-1\"}",
                "{\"userName\":\"new@acme.example\",\"externalId\":\"u-4711\"}"))
            assertThat(scim("POST", "/Users", key, body).status()).as(body).isEqualTo(409);
        assertThat(scim("POST", "/Users", key, "{\"userName\":\"a@b.example\"}").status())
                .isEqualTo(400);
        assertThat(writ.transitions(TENANT, 0)).contains("enrolment/provider-linked");
    }

    @Test
    void aSignedEventDeactivatesOrEndsSessionsAndALieDoesNeither() {
        var honest = event(RISC + "account-disabled", corp.issuer(), CompanyProvider.CLIENT, "u-4711");
        assertThat(push(corp.sign(honest, "JWT")).text()).contains("invalid_request");
        assertThat(push(corp.sign(
                                event(
                                        RISC + "account-disabled",
                                        "https://evil.example",
                                        CompanyProvider.CLIENT,
                                        "u-4711"),
                                "secevent+jwt"))
                        .text())
                .contains("invalid_issuer");
        assertThat(push(corp.sign(event(RISC + "account-disabled", corp.issuer(), "other", "u-4711"), "secevent+jwt"))
                        .text())
                .contains("another client");
        try (var other = new CompanyProvider()) {
            assertThat(push(other.sign(honest, "secevent+jwt")).text()).contains("invalid_key");
        }
        assertThat(push(CompanyProvider.unsigned(honest)).status()).isEqualTo(400);
        assertThat(push("x".repeat(100)).status()).isEqualTo(400);
        // Another provider's subject with the same name is somebody else.
        var foreign = new JWTClaimsSet.Builder(honest)
                .claim("sub_id", Map.of("format", "iss_sub", "iss", "https://other.example", "sub", "u-4711"))
                .build();
        assertThat(push(corp.sign(foreign, "secevent+jwt")).status()).isEqualTo(202);
        assertThat(browser.get("/ui").status()).isEqualTo(200);

        assertThat(push(corp.sign(
                                event(CAEP + "session-revoked", corp.issuer(), CompanyProvider.CLIENT, "u-4711"),
                                "secevent+jwt"))
                        .status())
                .isEqualTo(202);
        assertThat(browser.get("/ui").status()).isEqualTo(303);
        assertThat(writ.get(writ.owner(), "/people").text()).doesNotContain("\"active\":false");

        long before = writ.size(TENANT);
        var gone = corp.sign(
                event(RISC + "account-disabled", corp.issuer(), CompanyProvider.CLIENT, "u-4711"), "secevent+jwt");
        assertThat(push(gone).status()).isEqualTo(202);
        assertThat(writ.get(writ.owner(), "/people").text()).contains("\"active\":false");
        assertThat(push(gone).status()).isEqualTo(202);
        assertThat(writ.transitions(TENANT, before)).containsOnlyOnce("revocation/person-deactivated");
    }

    private JWTClaimsSet event(String what, String issuer, String audience, String subject) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(audience)
                .issueTime(Date.from(Instant.now()))
                .jwtID(UUID.randomUUID().toString())
                .claim("sub_id", Map.of("format", "iss_sub", "iss", issuer, "sub", subject))
                .claim("events", Map.of(what, Map.of("event_timestamp", 1)))
                .build();
    }

    private String made(String name) {
        var body = Json.object()
                .put("userName", name + "@acme.example")
                .put("externalId", "u-" + name)
                .put("displayName", name)
                .build();
        var made = scim("POST", "/Users", key, body.text());
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json().string("id").orElseThrow();
    }

    private String id() {
        var first = scim("GET", "/Users?filter=externalId%20eq%20%22u-4711%22", key, "")
                .json()
                .array("Resources")
                .orElseThrow()
                .items()
                .getFirst();
        return ((Json.Obj) first).string("id").orElseThrow();
    }

    private Answered push(String token) {
        return send(HttpRequest.newBuilder(URI.create(origin + "/ssf/events"))
                .header("content-type", "application/secevent+jwt")
                .POST(HttpRequest.BodyPublishers.ofString(token)));
    }

    private Answered scim(String method, String path, String bearer, String body) {
        var request = HttpRequest.newBuilder(URI.create(origin + "/scim/v2" + path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body, UTF_8));
        if (!body.isEmpty()) request.header("content-type", "application/scim+json");
        if (!bearer.isEmpty()) request.header("authorization", "Bearer " + bearer);
        return send(request);
    }

    private static Answered send(HttpRequest.Builder request) {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answered(answer.statusCode(), answer.body());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
