package dev.writ.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.admin.Installed;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the link that a fresh install prints to a session, through the whole product, and everything that must not work. */
class PasskeyWalkTest {
    private static final Name TENANT = Installed.DEFAULT;

    @TempDir
    Path folder;

    private Installed writ;
    private String origin;
    private Browser browser;
    private Authenticator passkey;

    @BeforeEach
    void start() {
        writ = new Installed(folder.resolve("data"));
        origin = "http://localhost:" + writ.wiring().server().address().getPort();
        browser = new Browser(origin);
        passkey = new Authenticator(origin);
    }

    @AfterEach
    void stop() {
        writ.close();
    }

    @Test
    void theFirstLinkMakesAPasskeyAndThePasskeySignsIn() {
        var link = writ.wiring().firstLink().orElseThrow();
        assertThat(link).startsWith(origin + "/ui/enrol?link=");
        var made = enrol(browser, link);
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.html()).contains("You are signed in");
        assertThat(browser.get("/ui").html()).contains("Owner", "owner@localhost", "role-admin");

        var out = browser.submit(browser.get("/ui").form("/ui/sign-out"));
        assertThat(out.html()).contains("You are signed out");
        assertThat(browser.get("/ui").location().orElseThrow()).startsWith(origin + "/ui/sign-in");

        passkey.counter = 2;
        assertThat(signIn(browser).html()).contains("You are signed in");
        assertThat(browser.get("/ui").status()).isEqualTo(200);
        assertThat(writ.transitions(TENANT, 0))
                .containsSubsequence(
                        "enrolment/link-made",
                        "enrolment/passkey-enrolled",
                        "sign-in/signed-in",
                        "revocation/session-ended",
                        "sign-in/signed-in");
        assertThat(writ.records(TENANT).stream()
                        .filter(record -> record.string("kind").equals(Optional.of("intent")))
                        .map(record -> record.object("action")
                                .orElseThrow()
                                .string("kind")
                                .orElseThrow()))
                .containsExactly("sign-in", "sign-in");
    }

    @Test
    void aPersonIsToldAtTheNextSignInWhatWasDoneAboutThem() {
        var key = writ.person("dana@acme.example", "viewer");
        assertThat(key).isNotEmpty();
        var link = link("dana@acme.example");
        var page = enrol(browser, link);
        assertThat(page.html())
                .contains("taken into the group role-viewer, by Owner")
                .contains("command-line key was made for you, by Owner")
                .contains("A link was made");
        assertThat(browser.get("/ui").html()).doesNotContain("command-line key was made");
    }

    /** Whoever finds a link and makes a passkey with it does not take the news of that away from the person. */
    @Test
    void aPasskeyIsNewsAtTheNextSignInAndNotToWhoeverMadeIt() {
        var page = enrol(browser, writ.wiring().firstLink().orElseThrow());
        assertThat(page.html()).doesNotContain("A passkey was made for you");
        assertThat(browser.get("/ui").html()).doesNotContain("A passkey was made for you");
        passkey.counter = 2;
        assertThat(signIn(new Browser(origin)).html()).contains("A passkey was made for you");
        passkey.counter = 3;
        assertThat(signIn(new Browser(origin)).html()).doesNotContain("A passkey was made for you");
    }

    @Test
    void aLinkWorksOnceAndForTenMinutesAndANewerOneTakesItsPlace() {
        var first = writ.wiring().firstLink().orElseThrow();
        var second = link("owner@localhost");
        assertThat(browser.get(first).status()).isEqualTo(403);
        enrol(browser, second);
        var other = new Browser(origin);
        assertThat(other.get(second).status()).isEqualTo(403);
        assertThat(other.get(second).html()).contains("not good any more").doesNotContain("Owner");
        var third = link("owner@localhost");
        writ.pass(Duration.ofMinutes(10));
        assertThat(other.get(third).status()).isEqualTo(403);
    }

    @Test
    void openingALinkDoesNotUseItUpAndTwoBrowsersMakeOnePasskeyWithIt() {
        var link = writ.wiring().firstLink().orElseThrow();
        var page = browser.get(link);
        var other = new Browser(origin);
        var otherPage = other.get(link);
        assertThat(page.status()).isEqualTo(200);
        assertThat(otherPage.status()).isEqualTo(200);
        assertThat(answer(
                                browser,
                                page.form("/ui/enrol"),
                                passkey.make(page.form("/ui/enrol").options()))
                        .status())
                .isEqualTo(200);
        var second = new Authenticator(origin);
        var late = answer(
                other,
                otherPage.form("/ui/enrol"),
                second.make(otherPage.form("/ui/enrol").options()));
        assertThat(late.status()).isEqualTo(403);
        assertThat(other.cookies.keySet()).noneMatch(name -> name.contains("session"));
    }

    @Test
    void aPasskeyOfAnotherOriginPartyOrWithoutThePersonVerifiedSignsNobodyIn() {
        enrol(browser, writ.wiring().firstLink().orElseThrow());
        long before = writ.size(TENANT);
        refused(authenticator -> authenticator.origin = "http://localhost:1");
        refused(authenticator ->
                authenticator.origin = "http://127.0.0.1:" + origin.substring(origin.lastIndexOf(':') + 1));
        refused(authenticator -> authenticator.origin = "https://evil.example");
        refused(authenticator -> authenticator.party = Optional.of("evil.example"));
        refused(authenticator -> authenticator.flags = Authenticator.PRESENT);
        refused(authenticator -> authenticator.flags = 0);
        refused(authenticator -> authenticator.type = "webauthn.create");
        refused(authenticator -> authenticator.challenge = Optional.of("AAAA"));
        writ.wiring().parts().guard().tick();
        var refusals = writ.records(TENANT).stream()
                .skip(before)
                .filter(record -> record.string("kind").equals(Optional.of("refusal")))
                .toList();
        assertThat(refusals).isNotEmpty().allSatisfy(record -> {
            assertThat(record.object("action").orElseThrow().string("kind")).contains("sign-in");
            assertThat(record.string("reason")).contains("not-allowed");
        });
        assertThat(writ.transitions(TENANT, before)).isEmpty();
        // The same passkey without a lie goes in: it was the lies that were refused.
        passkey.counter = 50;
        assertThat(signIn(new Browser(origin)).html()).contains("You are signed in");
    }

    @Test
    void aReplayedAnswerAndACounterThatGoesBackSignNobodyIn() {
        enrol(browser, writ.wiring().firstLink().orElseThrow());
        var page = browser.get("/ui/sign-in");
        var form = page.form("/ui/sign-in");
        passkey.counter = 7;
        var answer = passkey.use(form.options());
        assertThat(answer(browser, form, answer).status()).isEqualTo(200);
        // The guest's cookie is gone after signing in; with it put back the challenge alone decides.
        var again = new Browser(origin);
        var guest = again.get("/ui/sign-in");
        assertThat(answer(again, guest.form("/ui/sign-in"), answer).status()).isEqualTo(403);

        passkey.counter = 7;
        assertThat(signIn(new Browser(origin)).html()).contains("counts backwards");
        passkey.counter = 3;
        assertThat(signIn(new Browser(origin)).html()).contains("counts backwards");
        passkey.counter = 8;
        assertThat(signIn(new Browser(origin)).status()).isEqualTo(200);
    }

    @Test
    void theSameAnswerSentTwiceAtOnceOpensOneSession() throws Exception {
        enrol(browser, writ.wiring().firstLink().orElseThrow());
        var one = new Browser(origin);
        var form = one.get("/ui/sign-in").form("/ui/sign-in");
        passkey.counter = 9;
        var answered = form.with("answer", passkey.use(form.options()));
        var twin = new Browser(origin);
        twin.cookies.putAll(one.cookies);
        var pages = new java.util.concurrent.ConcurrentLinkedQueue<Integer>();
        var threads = List.of(
                Thread.ofVirtual().start(() -> pages.add(one.submit(answered).status())),
                Thread.ofVirtual().start(() -> pages.add(twin.submit(answered).status())));
        for (var thread : threads) thread.join();
        assertThat(pages).containsExactlyInAnyOrder(200, 403);
    }

    @Test
    void aPageThatWasOpenForTooLongDoesNotSignIn() {
        enrol(browser, writ.wiring().firstLink().orElseThrow());
        var late = new Browser(origin);
        var form = late.get("/ui/sign-in").form("/ui/sign-in");
        passkey.counter = 2;
        var answer = passkey.use(form.options());
        writ.pass(Duration.ofMinutes(5));
        var page = answer(late, form, answer);
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.html()).contains("open for too long");
    }

    @Test
    void aPasskeyOfAnotherTenantIsNobodyHere() {
        enrol(browser, writ.wiring().firstLink().orElseThrow());
        writ.foundTenant(new Name("other"));
        var elsewhere = new Browser(origin);
        var form = elsewhere.get("/t/other/ui/sign-in").form("/t/other/ui/sign-in");
        passkey.counter = 2;
        var page = answer(elsewhere, form, passkey.use(form.options()));
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.html()).contains("not known here");
        // A session is of its tenant: elsewhere its person is a stranger, as for a tenant that is none.
        assertThat(browser.get("/ui").status()).isEqualTo(200);
        var there = browser.get("/t/other/ui");
        var nowhere = browser.get("/t/nowhere/ui");
        assertThat(there.status()).isEqualTo(303);
        assertThat(nowhere.status()).isEqualTo(there.status());
        assertThat(nowhere.location().orElseThrow().replace("nowhere", "other"))
                .isEqualTo(there.location().orElseThrow());
    }

    @Test
    void forgedAndOversizedAttestationsEnrolNothing() {
        var link = writ.wiring().firstLink().orElseThrow();
        for (var format : List.of("packed+x5c", "fido-u2f", "android-key", "tpm")) {
            var form = browser.get(link).form("/ui/enrol");
            var forger = new Authenticator(origin);
            forger.format = format;
            assertThat(answer(browser, form, forger.make(form.options())).status())
                    .as(format)
                    .isEqualTo(403);
        }
        var liar = new Authenticator(origin);
        liar.format = "packed";
        liar.forged = true;
        var lied = browser.get(link).form("/ui/enrol");
        assertThat(answer(browser, lied, liar.make(lied.options())).status()).isEqualTo(403);
        var form = browser.get(link).form("/ui/enrol");
        var large = Json.object()
                .put("id", "AAAA")
                .put("client", Authenticator.encoded("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .put("attestation", Authenticator.encoded(new byte[20_000]))
                .build()
                .text();
        assertThat(answer(browser, form, large).html()).contains("cannot be read");
        // CBOR that promises four gigabytes, and CBOR nested deeper than anybody needs.
        var deep = new byte[10_000];
        java.util.Arrays.fill(deep, (byte) 0x81);
        for (var hostile : List.of(new byte[] {(byte) 0x5b, 0, 0, 0, 1, 0, 0, 0, 0}, deep)) {
            var asked = browser.get(link).form("/ui/enrol");
            var client = Json.object()
                    .put("type", "webauthn.create")
                    .put(
                            "challenge",
                            Installed.json(asked.options()).string("challenge").orElseThrow())
                    .put("origin", origin)
                    .build();
            var answer = Json.object()
                    .put("client", Authenticator.encoded(client.bytes()))
                    .put("attestation", Authenticator.encoded(hostile))
                    .build()
                    .text();
            assertThat(answer(browser, asked, answer).status()).isEqualTo(403);
        }
        assertThat(writ.transitions(TENANT, 0)).doesNotContain("enrolment/passkey-enrolled");
        // The link is still good: none of these has used it up.
        assertThat(enrol(browser, link).status()).isEqualTo(200);
    }

    @Test
    void anAuthenticatorsOwnAttestationIsAccepted() {
        passkey.format = "packed";
        assertThat(enrol(browser, writ.wiring().firstLink().orElseThrow()).status())
                .isEqualTo(200);
    }

    @Test
    void aDeactivatedPersonsSessionAndPasskeyAreWorthNothing() {
        writ.person("dana@acme.example", "viewer");
        enrol(browser, link("dana@acme.example"));
        assertThat(browser.get("/ui").status()).isEqualTo(200);
        assertThat(writ.post(writ.owner(), "/people/dana@acme.example/deactivate")
                        .status())
                .isEqualTo(200);
        assertThat(browser.get("/ui").status()).isEqualTo(303);
        passkey.counter = 2;
        var page = signIn(new Browser(origin));
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.html()).contains("This person is not active");
    }

    @Test
    void aRemovedPasskeySignsNobodyInAndEndsTheSessions() {
        enrol(browser, writ.wiring().firstLink().orElseThrow());
        var id = writ.get(writ.owner(), "/people/owner@localhost/passkeys")
                .json()
                .array("items")
                .orElseThrow()
                .items()
                .getFirst();
        var passkeyId = ((Json.Obj) id).string("id").orElseThrow();
        assertThat(writ.delete(writ.owner(), "/people/owner@localhost/passkeys/" + passkeyId)
                        .status())
                .isEqualTo(200);
        assertThat(browser.get("/ui").status()).isEqualTo(303);
        passkey.counter = 2;
        assertThat(signIn(new Browser(origin)).html()).contains("not known here");
    }

    @Test
    void passkeysSessionsAndUsedLinksOutliveARestart() {
        var link = writ.wiring().firstLink().orElseThrow();
        enrol(browser, link);
        var cookie = browser.cookies.values().iterator().next();
        writ.restart();
        assertThat(writ.wiring().firstLink()).isEmpty();
        // The port is another one after the restart, so the cookie has another name.
        origin = "http://localhost:" + writ.wiring().server().address().getPort();
        var later = new Browser(origin);
        later.cookies.put("writ-session-" + writ.wiring().server().address().getPort(), cookie);
        assertThat(later.get("/ui").status()).isEqualTo(200);
        assertThat(new Browser(origin).get(link.substring(link.indexOf("/ui"))).status())
                .isEqualTo(403);
        passkey.origin = origin;
        passkey.counter = 2;
        assertThat(signIn(new Browser(origin)).status()).isEqualTo(200);
    }

    private interface Lie {
        void into(Authenticator authenticator);
    }

    private void refused(Lie lie) {
        var honest = new Object() {
            final String origin = passkey.origin;
            final int flags = passkey.flags;
        };
        passkey.counter++;
        lie.into(passkey);
        var liar = new Browser(origin);
        assertThat(signIn(liar).status()).isEqualTo(403);
        assertThat(liar.cookies.keySet()).noneMatch(name -> name.contains("session"));
        passkey.origin = honest.origin;
        passkey.flags = honest.flags;
        passkey.party = Optional.empty();
        passkey.type = "";
        passkey.challenge = Optional.empty();
    }

    private Browser.Page enrol(Browser with, String link) {
        var form = with.get(link).form("/ui/enrol");
        return answer(with, form, passkey.make(form.options()));
    }

    private Browser.Page signIn(Browser with) {
        var form = with.get("/ui/sign-in").form("/ui/sign-in");
        return answer(with, form, passkey.use(form.options()));
    }

    private static Browser.Page answer(Browser with, Browser.Form form, String answer) {
        return with.submit(form.with("answer", answer));
    }

    private String link(String email) {
        return writ.post(writ.owner(), "/people/" + email + "/links")
                .json()
                .string("link")
                .orElseThrow();
    }
}
