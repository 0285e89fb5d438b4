package dev.writ.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.admin.Installed;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in with a real Keycloak: its own form and cookies, its own tokens and keys, its own ways to say no. */
@Tag("extended")
@Tag("keycloak")
class KeycloakTest {
    private static final Name TENANT = Installed.DEFAULT;
    private static final String SECRET = "keycl0ak:with/odd chars";
    private static final String PASSWORD = "open sesame 4711";
    private static final Pattern LOGIN = Pattern.compile("<form[^>]*id=\"kc-form-login\"[^>]*action=\"([^\"]*)\"");
    private static final Pattern CONSENT = Pattern.compile(
            "<form[^>]*action=\"([^\"]*)\"[^>]*>\\s*<input type=\"hidden\" name=\"code\" value=\"([^\"]*)\"");
    private static final AtomicInteger REALMS = new AtomicInteger();

    private static Keycloak keycloak;

    @TempDir
    private Path folder;

    private Installed writ;
    private String origin;
    private String realm;

    @BeforeAll
    static void startKeycloak() {
        keycloak = Keycloak.start();
    }

    @AfterAll
    static void stopKeycloak() {
        if (keycloak != null) keycloak.close();
    }

    @BeforeEach
    void start() {
        writ = new Installed(folder.resolve("data"));
        origin = "http://localhost:" + writ.wiring().server().address().getPort();
        realm = "acme-" + REALMS.incrementAndGet();
        keycloak.imports(realm());
        var secret = Json.object().put("value", SECRET).build();
        writ.put(writ.owner(), "/secrets/keycloak-secret", secret);
        var of = Json.object().put("of", "people").build();
        writ.post(writ.owner(), "/groups", Installed.resource("Group", "finance-leads", of));
        trust(spec -> spec);
    }

    @AfterEach
    void stop() {
        writ.close();
    }

    @Test
    void whoHasAnAccountThereSignsInHereAndComesBackAsTheSamePerson() {
        long before = writ.size(TENANT);
        var ours = new Browser(origin);
        var theirs = new Browser(keycloak.origin());
        assertThat(ours.get("/ui/sign-in").html()).contains("Sign in with corp");
        var back = login(theirs, away(ours, "?return=%2Fui%2Fchanges"), "dana", PASSWORD);
        assertThat(ours.get(back.location().orElseThrow()).html())
                .contains("You are signed in")
                .contains("href=\"/ui/changes\"");
        assertThat(ours.get("/ui").html()).contains("Dana Reyes", "dana@acme.example", "finance-leads");
        assertThat(writ.transitions(TENANT, before))
                .containsExactly(
                        "enrolment/person-created",
                        "enrolment/provider-linked",
                        "enrolment/group-joined",
                        "sign-in/signed-in");
        assertThat(signIns()).singleElement().satisfies(record -> assertThat(record.string("method"))
                .hasValue("provider:corp"));
        assertThat(writ.records(TENANT).toString())
                .doesNotContain(keycloak.subject(realm, "dana"), "dana@acme.example", SECRET);

        // Keycloak remembers the browser and asks nothing; another name and address there are the same person here.
        keycloak.change(
                realm,
                "dana",
                Json.object()
                        .put("firstName", "Dee")
                        .put("email", "dee@acme.example")
                        .put("emailVerified", true)
                        .build());
        var again = new Browser(origin);
        var silently = theirs.get(away(again, ""));
        assertThat(again.get(silently.location().orElseThrow()).html()).contains("You are signed in");
        assertThat(again.get("/ui").html()).contains("dana@acme.example").doesNotContain("dee@acme.example");
        assertThat(writ.get(writ.owner(), "/people").text().split("@acme.example", -1))
                .hasSize(2);
    }

    @Test
    void aWrongPasswordLetsNobodyInAndWritDoesNotEvenHearOfIt() {
        long before = writ.size(TENANT);
        var ours = new Browser(origin);
        var page = login(new Browser(keycloak.origin()), away(ours, ""), "dana", "wrong");
        assertThat(page.location()).isEmpty();
        assertThat(page.html()).contains("Invalid username or password");
        assertOut(ours);
        assertThat(writ.transitions(TENANT, before)).isEmpty();
    }

    @Test
    void whomWritDoesNotKnowIsToldSoUntilAnAdministratorLinksTheAccount() {
        trust(spec -> spec.with("enrols", Json.of(false)));
        long before = writ.size(TENANT);
        refused("dana", "The provider knows you, but nobody has enrolled you here; ask an administrator");
        assertThat(writ.transitions(TENANT, before)).containsExactly("sign-in/refused");
        assertThat(writ.get(writ.owner(), "/people").text()).doesNotContain("acme.example");

        writ.person("reyes@acme.example", "auditor");
        var said = Json.object()
                .put("provider", "corp")
                .put("subject", keycloak.subject(realm, "dana"))
                .build();
        assertThat(writ.post(writ.owner(), "/people/reyes@acme.example/identities", said)
                        .status())
                .isEqualTo(200);
        assertThat(signedIn("dana").get("/ui").html()).contains("role-auditor", "reyes@acme.example");
    }

    @Test
    void whoseAddressKeycloakHasNotVerifiedIsNotEnrolled() {
        refused("sam", "The provider has not verified your e-mail address");
        trust(spec -> spec.with("domains", Json.Arr.ofStrings(List.of("acme.example"))));
        refused("sam", "Your e-mail address is not one that this provider may speak for here");
    }

    @Test
    void whoIsDisabledThereDoesNotSignInAgain() {
        var ours = new Browser(origin);
        var theirs = new Browser(keycloak.origin());
        ours.get(login(theirs, away(ours, ""), "dana", PASSWORD).location().orElseThrow());
        keycloak.change(realm, "dana", Json.object().put("enabled", false).build());
        long before = writ.size(TENANT);
        var remembered = new Browser(origin);
        assertThat(login(theirs, away(remembered, ""), "dana", PASSWORD).location())
                .isEmpty();
        assertOut(remembered);
        var fresh = new Browser(origin);
        var page = login(new Browser(keycloak.origin()), away(fresh, ""), "dana", PASSWORD);
        assertThat(page.location()).isEmpty();
        assertThat(page.html()).contains("Account is disabled");
        assertOut(fresh);
        assertThat(writ.transitions(TENANT, before)).isEmpty();
    }

    @Test
    void groupsFollowKeycloakAtTheNextSignIn() {
        assertThat(signedIn("dana").get("/ui").html()).contains("finance-leads");
        keycloak.leave(realm, "dana", "finance");
        long before = writ.size(TENANT);
        assertThat(signedIn("dana").get("/ui").html()).doesNotContain("finance-leads");
        assertThat(writ.transitions(TENANT, before)).containsExactly("revocation/group-left", "sign-in/signed-in");
    }

    @Test
    void aKeyThatIsRotatedInMidLifeIsFound() {
        signedIn("dana");
        keycloak.rotate(realm);
        signedIn("dana");
        keycloak.rotate(realm);
        // Not twice in 30 seconds: whoever sends unknown key ids would make Writ ask as often as they like.
        refused("dana", "The token is signed with a key that the provider does not have");
        writ.pass(Duration.ofSeconds(31));
        signedIn("dana");

        // The code was given under the old key, and is redeemed under the new one.
        var ours = new Browser(origin);
        var back = login(new Browser(keycloak.origin()), away(ours, ""), "dana", PASSWORD);
        keycloak.rotate(realm);
        writ.pass(Duration.ofSeconds(31));
        assertThat(ours.get(back.location().orElseThrow()).html()).contains("You are signed in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ES256", "PS512"})
    void otherSignaturesWithTwoKeysAreTaken(String algorithm) {
        signing(algorithm);
        signedIn("dana");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "EdDSA"})
    void signaturesThatWritDoesNotTakeLetNobodyIn(String algorithm) {
        signing(algorithm);
        refused("dana", "The token is signed in a way that proves nothing");
    }

    @Test
    void aPublicClientProvesItselfWithPkceAlone() {
        keycloak.changeClient(
                realm, "writ", Json.object().put("publicClient", true).build());
        trust(spec -> spec.without("secret"));
        signedIn("dana");
    }

    @Test
    void aSecretThatKeycloakDoesNotTakeLetsNobodyIn() {
        var secret = Json.object().put("value", "another").build();
        writ.put(writ.owner(), "/secrets/keycloak-secret", secret);
        refused("dana", "The company's provider does not confirm your sign-in now");
    }

    @Test
    void whoSaysNoOnKeycloaksOwnPageIsNotSignedIn() {
        keycloak.changeClient(
                realm, "writ", Json.object().put("consentRequired", true).build());
        var ours = new Browser(origin);
        var theirs = new Browser(keycloak.origin());
        var asked = login(theirs, away(ours, ""), "dana", PASSWORD);
        while (asked.location().isPresent()) asked = theirs.get(asked.location().get());
        var form = CONSENT.matcher(asked.html());
        assertThat(form.find()).as(asked.html()).isTrue();
        var fields = new LinkedHashMap<String, String>();
        fields.put("code", Browser.plain(form.group(2)));
        fields.put("cancel", "No");
        var action = Browser.plain(form.group(1));
        var no = theirs.submit(
                new Browser.Form(action.startsWith("/") ? keycloak.origin() + action : action, fields, ""));
        var page = ours.get(no.location().orElseThrow());
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.html()).contains("The provider did not let you in");
        assertOut(ours);
    }

    @Test
    void aKeycloakThatIsGoneIsASentenceAndNothingIsGrantedUntilItIsBack() {
        var ours = new Browser(origin);
        var theirs = new Browser(keycloak.origin());
        var back = login(theirs, away(ours, ""), "dana", PASSWORD).location().orElseThrow();
        keycloak.kill();
        long before = writ.size(TENANT);
        var page = ours.get(back);
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.html()).contains("The company's provider does not confirm your sign-in now");
        assertOut(ours);
        // Set anew, it has not said anything of itself yet.
        trust(spec -> spec.with("domains", Json.Arr.ofStrings(List.of("acme.example"))));
        var late = new Browser(origin).get("/ui/provider/corp");
        assertThat(late.status()).isEqualTo(403);
        assertThat(late.html()).contains("The company's provider does not answer now");
        assertThat(writ.transitions(TENANT, before))
                .filteredOn(each -> each.startsWith("sign-in/"))
                .containsExactly("sign-in/refused", "sign-in/refused");

        keycloak.startAgain();
        // Its first answers after a start take longer than Writ lets a person wait.
        assertThat(keycloak.subject(realm, "dana")).isNotEmpty();
        assertThat(signedIn("dana").get("/ui").html()).contains("dana@acme.example");
    }

    /** A browser in which somebody has signed in. */
    private Browser signedIn(String user) {
        var ours = new Browser(origin);
        var back = login(new Browser(keycloak.origin()), away(ours, ""), user, PASSWORD);
        var page = ours.get(back.location().orElseThrow(() -> new AssertionError(back.html())));
        assertThat(page.html()).contains("You are signed in");
        return ours;
    }

    private void refused(String user, String why) {
        var ours = new Browser(origin);
        var back = login(new Browser(keycloak.origin()), away(ours, ""), user, PASSWORD);
        var page = ours.get(back.location().orElseThrow(() -> new AssertionError(back.html())));
        assertThat(page.status()).as(page.html()).isEqualTo(403);
        assertThat(page.html()).contains(why);
        assertOut(ours);
    }

    private static void assertOut(Browser browser) {
        assertThat(browser.cookies.keySet()).noneMatch(name -> name.contains("session"));
        assertThat(browser.get("/ui").html()).doesNotContain("Dana Reyes");
    }

    private static String away(Browser ours, String query) {
        var page = ours.get("/ui/provider/corp" + query);
        return page.location().orElseThrow(() -> new AssertionError(page.html()));
    }

    /** Fills in Keycloak's form; what comes after it. */
    private static Browser.Page login(Browser theirs, String url, String user, String password) {
        var page = theirs.get(url);
        var form = LOGIN.matcher(page.html());
        if (!form.find()) return page;
        var fields = new LinkedHashMap<String, String>();
        fields.put("username", user);
        fields.put("password", password);
        return theirs.submit(new Browser.Form(Browser.plain(form.group(1)), fields, ""));
    }

    private List<Json.Obj> signIns() {
        return writ.records(TENANT).stream()
                .filter(each -> each.string("kind").equals(Optional.of("sign-in")))
                .toList();
    }

    private void signing(String algorithm) {
        var attributes = Json.object()
                .put("id.token.signed.response.alg", algorithm)
                .put("pkce.code.challenge.method", "S256")
                .build();
        keycloak.changeClient(
                realm, "writ", Json.object().put("attributes", attributes).build());
    }

    private void trust(UnaryOperator<Json.Obj> how) {
        var spec = Json.object()
                .put("issuer", keycloak.issuer(realm))
                .put("clientId", "writ")
                .put("secret", "keycloak-secret")
                .put("groups", Json.object().put("finance", "finance-leads").build())
                .put("enrols", true)
                .build();
        var answer = writ.put(writ.owner(), "/providers", Installed.resource("Provider", "corp", how.apply(spec)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    /** What an administrator of Keycloak sets up for Writ: docs/people.md. */
    private Json.Obj realm() {
        return Installed.json("""
                {'realm': '%s', 'enabled': true, 'sslRequired': 'none',
                 'groups': [{'name': 'finance'}, {'name': 'staff'}],
                 'users': [
                   {'username': 'dana', 'enabled': true, 'firstName': 'Dana', 'lastName': 'Reyes',
                    'email': 'dana@acme.example', 'emailVerified': true, 'groups': ['/finance', '/staff'],
                    'credentials': [{'type': 'password', 'value': '%s'}]},
                   {'username': 'sam', 'enabled': true, 'firstName': 'Sam', 'lastName': 'Ito',
                    'email': 'sam@acme.example', 'emailVerified': false,
                    'credentials': [{'type': 'password', 'value': '%s'}]}],
                 'clients': [
                   {'clientId': 'writ', 'secret': '%s', 'redirectUris': ['%s/ui/provider/corp/back'],
                    'directAccessGrantsEnabled': false, 'attributes': {'pkce.code.challenge.method': 'S256'},
                    'protocolMappers': [
                      {'name': 'groups', 'protocol': 'openid-connect',
                       'protocolMapper': 'oidc-group-membership-mapper',
                       'config': {'claim.name': 'groups', 'full.path': 'false', 'id.token.claim': 'true'}}]}]}
                """.formatted(realm, PASSWORD, PASSWORD, SECRET, origin));
    }
}
