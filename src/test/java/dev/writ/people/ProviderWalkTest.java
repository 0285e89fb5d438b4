package dev.writ.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.writ.admin.Installed;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing in with the company's provider, through the whole product; and a provider, or somebody between, that lies. */
class ProviderWalkTest {
    private static final Name TENANT = Installed.DEFAULT;

    @TempDir
    Path folder;

    private Installed writ;
    private CompanyProvider corp;
    private String origin;

    @BeforeEach
    void start() {
        corp = new CompanyProvider();
        writ = new Installed(folder.resolve("data"));
        origin = "http://localhost:" + writ.wiring().server().address().getPort();
        writ.put(
                writ.owner(),
                "/secrets/corp-secret",
                Json.object().put("value", CompanyProvider.SECRET).build());
        writ.post(
                writ.owner(),
                "/groups",
                Installed.resource(
                        "Group",
                        "finance-leads",
                        Json.object().put("of", "people").build()));
        trust(spec -> spec);
    }

    @AfterEach
    void stop() {
        writ.close();
        corp.close();
    }

    @Test
    void whomTheProviderKnowsBecomesAPersonAndSignsIn() {
        corp.claims.put("groups", List.of("staff", "finance"));
        long before = writ.size(TENANT);
        var browser = new Browser(origin);
        assertThat(browser.get("/ui/sign-in").html()).contains("Sign in with corp");
        assertThat(signIn(browser, "?return=%2Fui%2Fchanges").html())
                .contains("You are signed in")
                .contains("href=\"/ui/changes\"");
        assertThat(browser.get("/ui").html()).contains("Dana Reyes", "dana@acme.example", "finance-leads");
        assertThat(writ.transitions(TENANT, before))
                .containsExactly(
                        "enrolment/person-created",
                        "enrolment/provider-linked",
                        "enrolment/group-joined",
                        "sign-in/signed-in");
        // The subject and the address are in no record.
        assertThat(writ.records(TENANT).toString()).doesNotContain("u-4711").doesNotContain("dana@acme.example");

        // The same subject with another name and address is the same person, and groups follow.
        corp.claims.put("email", "other@acme.example");
        corp.claims.put("groups", List.of());
        var later = new Browser(origin);
        signIn(later, "");
        assertThat(later.get("/ui").html()).contains("dana@acme.example").doesNotContain("finance-leads");
        assertThat(writ.transitions(TENANT, before)).contains("revocation/group-left");
    }

    @Test
    void anotherSubjectWithTheSameAddressIsNotThatPerson() {
        signIn(new Browser(origin), "");
        corp.subject = "u-9999";
        refused("enrolled here already");
        assertThat(writ.get(writ.owner(), "/people").text().split("dana@acme.example", -1))
                .hasSize(2);
    }

    @Test
    void aPersonOfThisInstallationIsLinkedByAnAdministratorAndNotByTheirAddress() {
        writ.person("dana@acme.example", "auditor");
        refused("enrolled here already");
        var said =
                Json.object().put("provider", "corp").put("subject", "u-4711").build();
        assertThat(writ.post(writ.owner(), "/people/dana@acme.example/identities", said)
                        .status())
                .isEqualTo(200);
        var browser = new Browser(origin);
        assertThat(signIn(browser, "").html()).contains("You are signed in");
        assertThat(browser.get("/ui").html()).contains("role-auditor");
    }

    @Test
    void whoIsNotAskedForIsNotEnrolled() {
        trust(spec -> spec.with("enrols", Json.of(false)));
        refused("nobody has enrolled you here");
        trust(spec -> spec.with("domains", Json.Arr.ofStrings(List.of("other.example"))));
        refused("not one that this provider may speak for");
        trust(spec -> spec.with("domains", Json.Arr.ofStrings(List.of("acme.example"))));
        corp.claims.put("email_verified", false);
        refused("not one that this provider may speak for");
        trust(spec -> spec);
        refused("has not verified your e-mail address");
        corp.claims.put("email_verified", "true");
        refused("has not verified your e-mail address");
        trust(spec ->
                spec.with("claims", Json.object().put("department", "support").build()));
        corp.claims.put("email_verified", true);
        refused("does not say of you what is asked for");
        assertThat(writ.transitions(TENANT, 0)).doesNotContain("enrolment/provider-linked");
    }

    @Test
    void aTokenThatIsNotWhatItShouldBeLetsNobodyIn() {
        lying("another issuer", token -> token.issuer("https://evil.example"), "of another issuer");
        lying("a prefix of the issuer", token -> token.issuer(corp.issuer() + "/"), "of another issuer");
        lying("another audience", token -> token.audience("other-client"), "for another client");
        lying("two audiences", token -> token.audience(List.of(CompanyProvider.CLIENT, "x")), "several clients");
        lying("another party", token -> token.claim("azp", "other-client"), "for another client");
        lying("another nonce", token -> token.claim("nonce", "other"), "another sign-in");
        lying("no nonce", token -> token.claim("nonce", null), "another sign-in");
        lying("no subject", token -> token.subject(null), "names nobody");
        lying("expired", token -> token.expirationTime(date(-61)), "has expired");
        lying("no expiry", token -> token.expirationTime(null), "has expired");
        lying("from the future", token -> token.issueTime(date(120)), "from the future");
        lying("not yet good", token -> token.notBeforeTime(date(120)), "not good yet");
        corp.lie = token -> token.issueTime(date(45)).expirationTime(date(-45));
        assertThat(signIn(new Browser(origin), "").html()).contains("You are signed in");
    }

    @Test
    void aTokenThatNobodySignedOrSomebodyElseDidLetsNobodyIn() {
        long before = writ.size(TENANT);
        corp.signing = token -> {
            var other = new CompanyProvider();
            try (other) {
                return com.nimbusds.jwt.SignedJWT.parse(other.sign(claimsOf(token), "JWT"));
            } catch (java.text.ParseException e) {
                throw new IllegalStateException(e);
            }
        };
        refused("a key that the provider does not have");
        corp.signing = token -> token;
        var claims = corp.claims("whatever");
        corp.raw = Optional.of(CompanyProvider.unsigned(claims));
        refused("is no signed token");
        corp.raw = Optional.of(corp.signedWithThePublicKey(claims));
        refused("signed in a way that proves nothing");
        corp.raw = Optional.of("not.a.token");
        refused("is no signed token");
        var good = corp.sign(claims, "JWT");
        int dot = good.lastIndexOf('.');
        corp.raw = Optional.of(
                good.substring(0, dot + 1) + (good.charAt(dot + 1) == 'A' ? 'B' : 'A') + good.substring(dot + 2));
        refused("signature does not verify");
        assertThat(writ.transitions(TENANT, before)).isNotEmpty().containsOnly("sign-in/refused");
    }

    @Test
    void aKeyThatIsNewIsAskedForAndAnUnknownOneIsNotAskedForAgainAndAgain() {
        signIn(new Browser(origin), "");
        writ.pass(Duration.ofSeconds(31));
        corp.now = Instant.now().plusSeconds(31);
        corp.rotate();
        assertThat(signIn(new Browser(origin), "").html()).contains("You are signed in");
        corp.signing = token -> {
            try (var other = new CompanyProvider()) {
                return com.nimbusds.jwt.SignedJWT.parse(other.sign(claimsOf(token), "JWT"));
            } catch (java.text.ParseException e) {
                throw new IllegalStateException(e);
            }
        };
        long asked = corp.asked.stream().filter("/keys"::equals).count();
        for (int i = 0; i < 5; i++) refused("a key that the provider does not have");
        assertThat(corp.asked.stream().filter("/keys"::equals).count()).isEqualTo(asked);
    }

    @Test
    void aKeyThatIsChangedRightAfterTheProviderWasAskedIsFoundAtOnce() {
        var browser = new Browser(origin);
        var going = browser.get("/ui/provider/corp").location().orElseThrow();
        corp.rotate();
        assertThat(browser.get(provider(going)).html()).contains("You are signed in");
        corp.rotate();
        refused("a key that the provider does not have");
        writ.pass(Duration.ofSeconds(31));
        corp.now = Instant.now().plusSeconds(31);
        assertThat(signIn(new Browser(origin), "").html()).contains("You are signed in");
    }

    @Test
    void anAnswerOfAnotherIssuerIsNotRedeemed() {
        corp.answerIssuer = Optional.of("https://evil.example");
        refused("another issuer than the one that was asked");
        corp.answerIssuer = Optional.empty();
        corp.sendsIssuer = false;
        refused("another issuer than the one that was asked");
        assertThat(corp.asked).doesNotContain("/token");
        corp.sendsIssuer = true;
        corp.discoveredIssuer = Optional.of("https://evil.example");
        writ.pass(Duration.ofMinutes(11));
        refused("by another name than the one that was agreed");
    }

    @Test
    void whatOneBrowserBeganAnotherCannotEndAndNobodyEndsTwice() {
        var browser = new Browser(origin);
        var callback = provider(browser.get("/ui/provider/corp").location().orElseThrow());
        var thief = new Browser(origin);
        thief.get("/ui/sign-in");
        assertThat(thief.get(callback).html()).contains("not begun in this browser");
        assertThat(browser.get(callback).html()).contains("You are signed in");
        assertThat(browser.get(callback).html()).contains("not begun in this browser");
        var late = new Browser(origin);
        var old = provider(late.get("/ui/provider/corp").location().orElseThrow());
        writ.pass(Duration.ofMinutes(5));
        assertThat(late.get(old).html()).contains("took too long");
        var tampered = new Browser(origin);
        var state = provider(
                tampered.get("/ui/provider/corp?return=%2Fui").location().orElseThrow());
        var evil = state.replaceFirst(
                "state=([^.]+)\\.[^&]*", "state=$1." + Authenticator.encoded("//evil.example".getBytes()));
        assertThat(tampered.get(evil).html())
                .contains("not begun in this browser")
                .doesNotContain("evil.example");
    }

    @Test
    void aProviderThatIsDownIsASentenceAndARecordAndNothingMore() {
        corp.down = true;
        var page = new Browser(origin).get("/ui/provider/corp");
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.html()).contains("provider does not answer now").doesNotContain("Exception");
        var record = writ.records(TENANT).stream()
                .filter(each -> each.string("kind").equals(Optional.of("sign-in")))
                .toList();
        assertThat(record).hasSize(1);
        assertThat(record.getFirst().string("event")).contains("refused");
        // A stranger who reloads does not fill the ledger with it.
        for (int i = 0; i < 20; i++) new Browser(origin).get("/ui/provider/corp");
        assertThat(writ.transitions(TENANT, 0)).containsOnlyOnce("sign-in/refused");
    }

    @Test
    void aProviderWhoseAdministratorLeftIsNotAskedUntilAnotherAnswersForIt() {
        var ada = writ.person("ada@acme.example", "admin");
        assertThat(writ.post(ada, "/people/owner@localhost/deactivate").status())
                .isEqualTo(200);
        assertThat(new Browser(origin).get("/ui/provider/corp").html()).contains("may not be asked now");
        assertThat(writ.put(ada, "/providers", document(spec -> spec)).status()).isEqualTo(200);
        assertThat(signIn(new Browser(origin), "").html()).contains("You are signed in");
    }

    @Test
    void aDeactivatedPersonDoesNotComeBackThroughTheProvider() {
        signIn(new Browser(origin), "");
        writ.post(writ.owner(), "/people/dana@acme.example/deactivate");
        refused("This person is not active");
    }

    @Test
    void aProviderMakesNobodyAnAdministrator() {
        var answer = writ.put(
                writ.owner(),
                "/providers",
                document(spec -> spec.with(
                        "groups", Json.object().put("staff", "role-admin").build())));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text()).contains("takes two administrators");
        for (var issuer : List.of("http://corp.example", "https://corp.example?x=1", "ftp://corp.example", "corp"))
            assertThat(writ.put(writ.owner(), "/providers", document(spec -> spec.with("issuer", Json.of(issuer))))
                            .status())
                    .as(issuer)
                    .isEqualTo(422);
    }

    @Test
    void theProvidersSecretIsInNoAnswerAndNoRecord() {
        signIn(new Browser(origin), "");
        writ.get(writ.owner(), "/providers");
        assertThat(writ.answers()).noneMatch(answer -> answer.contains(CompanyProvider.SECRET));
        assertThat(writ.records(TENANT).toString()).doesNotContain(CompanyProvider.SECRET);
    }

    private void lying(String what, UnaryOperator<JWTClaimsSet.Builder> lie, String why) {
        corp.lie = lie;
        var page = signIn(new Browser(origin), "");
        assertThat(page.status()).as(what).isEqualTo(403);
        assertThat(page.html()).as(what).contains(why);
    }

    private void refused(String why) {
        var browser = new Browser(origin);
        var page = signIn(browser, "");
        assertThat(page.html()).contains(why);
        assertThat(page.status()).isEqualTo(403);
        assertThat(browser.cookies.keySet()).noneMatch(name -> name.contains("session"));
    }

    private Browser.Page signIn(Browser browser, String query) {
        var going = browser.get("/ui/provider/corp" + query);
        if (going.location().isEmpty()) return going;
        return browser.get(provider(going.location().get()));
    }

    /** What the provider's own page does: sends the browser back. */
    private String provider(String url) {
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding());
            return answer.headers().firstValue("location").orElseThrow();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void trust(UnaryOperator<Json.Obj> how) {
        var answer = writ.put(writ.owner(), "/providers", document(how));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private Json.Obj document(UnaryOperator<Json.Obj> how) {
        var spec = Json.object()
                .put("issuer", corp.issuer())
                .put("clientId", CompanyProvider.CLIENT)
                .put("secret", "corp-secret")
                .put("groups", Json.object().put("finance", "finance-leads").build())
                .put("enrols", true)
                .build();
        return Installed.resource("Provider", "corp", how.apply(spec));
    }

    private static JWTClaimsSet claimsOf(com.nimbusds.jwt.SignedJWT token) {
        try {
            return token.getJWTClaimsSet();
        } catch (java.text.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Date date(int seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }
}
