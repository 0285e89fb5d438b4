package dev.writ.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.admin.Installed;
import dev.writ.http.server.Route;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another site, another browser or a stranger tries on the pages: attacks 19, 20 and 41 as far as pages go. */
class PageAttacksTest {
    @TempDir
    Path folder;

    private Installed writ;
    private String origin;
    private Browser browser;
    private Authenticator passkey;

    @BeforeEach
    void signedIn() {
        writ = new Installed(folder.resolve("data"));
        origin = "http://localhost:" + writ.wiring().server().address().getPort();
        browser = new Browser(origin);
        passkey = new Authenticator(origin);
        var form = browser.get(writ.wiring().firstLink().orElseThrow()).form("/ui/enrol");
        browser.submit(form.with("answer", passkey.make(form.options())));
    }

    @AfterEach
    void stop() {
        writ.close();
    }

    @Test
    void aFormOfAnotherSiteChangesNothing() {
        var form = browser.get("/ui").form("/ui/sign-out");
        var forged = new Browser.Form("/ui/sign-out", java.util.Map.of(), "");
        assertThat(browser.submit(forged).status()).isEqualTo(403);
        assertThat(browser.submit(forged.with("csrf", "A".repeat(43))).status()).isEqualTo(403);
        // The right token from another origin is refused before it is looked at, and so is another session's token.
        assertThat(browser.submit(form, "https://evil.example").status()).isEqualTo(403);
        assertThat(browser.submit(form, "null").status()).isEqualTo(403);
        var other = new Browser(origin);
        var guest = other.get("/ui/sign-in").form("/ui/sign-in");
        assertThat(browser.submit(forged.with("csrf", guest.fields().get("csrf")))
                        .status())
                .isEqualTo(403);
        assertThat(browser.get("/ui").status()).isEqualTo(200);
        assertThat(browser.submit(form).html()).contains("You are signed out");
    }

    @Test
    void aStrangersPageDoesNotSignABrowserInAsTheStranger() {
        // Login CSRF: the attacker's own valid answer, sent by a page of the attacker in the victim's browser.
        var attacker = new Browser(origin);
        var form = attacker.get("/ui/sign-in").form("/ui/sign-in");
        passkey.counter = 2;
        var answered = form.with("answer", passkey.use(form.options()));
        var victim = new Browser(origin);
        assertThat(victim.submit(answered).status()).isEqualTo(403);
        victim.get("/ui/sign-in");
        assertThat(victim.submit(answered).status()).isEqualTo(403);
        assertThat(victim.cookies.keySet()).noneMatch(name -> name.contains("session"));
        assertThat(attacker.submit(answered).status()).isEqualTo(200);
    }

    @Test
    void signingInNeverLeadsToAnotherSite() {
        // The first sign-in stops at the news that a passkey was made; the others go on by themselves.
        var first = new Browser(origin);
        var told = first.get("/ui/sign-in").form("/ui/sign-in");
        passkey.counter++;
        assertThat(first.submit(told.with("answer", passkey.use(told.options())))
                        .html())
                .contains("A passkey was made for you", "<a href=\"/ui\">Continue</a>");
        for (var evil : List.of(
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example",
                "/%09/evil.example",
                "javascript:alert(1)",
                "/\t/evil.example")) {
            var other = new Browser(origin);
            var page = other.get("/ui/sign-in?return=" + URLEncoder.encode(evil, StandardCharsets.UTF_8));
            var form = page.form("/ui/sign-in");
            passkey.counter++;
            var answer = passkey.use(form.options());
            var in = other.submit(form.with("return", evil).with("answer", answer));
            assertThat(in.status()).as(evil).isEqualTo(200);
            if (!evil.equals("/%09/evil.example"))
                assertThat(in.html()).as(evil).contains("url=/ui\"").doesNotContain("evil.example");
        }
        var other = new Browser(origin);
        var form = other.get("/ui/sign-in?return=%2Fui%2Fchanges").form("/ui/sign-in");
        passkey.counter++;
        assertThat(other.submit(form.with("answer", passkey.use(form.options())))
                        .html())
                .contains("url=/ui/changes\"");
    }

    @Test
    void whoeverIsNotSignedInComesBackToWhereTheyWanted() {
        var stranger = new Browser(origin);
        var first = stranger.get("/ui/changes?x=1");
        assertThat(first.status()).isEqualTo(303);
        assertThat(first.location()).contains(origin + "/ui/sign-in?return=%2Fui%2Fchanges%3Fx%3D1");
        // Under the address's number the way leads to the name, for passkeys and cookies belong to it.
        var number = stranger.get(origin.replace("localhost", "127.0.0.1") + "/ui/sign-in?return=%2Fui");
        assertThat(number.location()).contains(origin + "/ui/sign-in?return=%2Fui");
    }

    @Test
    void noPageCanBeFramedAndNoneRunsAForeignScript() throws Exception {
        for (var path :
                List.of("/ui", "/ui/sign-in", "/ui/enrol?link=x", "/ui/changes", "/ui/confirm", "/ui/changes/chg_x")) {
            var answer = raw("GET", path, session());
            var policy = answer.headers().firstValue("content-security-policy").orElseThrow();
            assertThat(policy)
                    .as(path)
                    .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().firstValue("x-frame-options")).contains("DENY");
            assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
            assertThat(answer.headers().firstValue("referrer-policy")).contains("same-origin");
        }
    }

    @Test
    void aCookieOfTheSessionIsOutOfReachOfScriptsAndOtherSites() {
        assertThat(browser.setCookies)
                .isNotEmpty()
                .allSatisfy(cookie -> assertThat(cookie).contains("HttpOnly", "SameSite=Lax", "Path=/"))
                .noneMatch(cookie -> cookie.contains("Domain"));
        // A cookie that somebody planted beside ours makes neither count.
        var name = browser.cookies.keySet().iterator().next();
        assertThat(rawStatus("/ui", name + "=" + browser.cookies.get(name))).isEqualTo(200);
        assertThat(rawStatus("/ui", name + "=" + "A".repeat(43) + "; " + name + "=" + browser.cookies.get(name)))
                .isEqualTo(303);
        assertThat(rawStatus("/ui", name + "=" + browser.cookies.get(name).toLowerCase(java.util.Locale.ROOT)))
                .isEqualTo(303);
    }

    @Test
    void everyRouteOfPeopleTellsAStrangerNothing() {
        var stranger = new Browser(origin);
        var routes = writ.wiring().server().routes().all().stream()
                .filter(route -> route.pattern().contains("/ui"))
                .toList();
        assertThat(routes).hasSizeGreaterThan(20);
        for (var route : routes) {
            var path = route.pattern()
                    .replace("{tenant}", "default")
                    .replace("{change}", "chg_0")
                    .replace("{provider}", "none");
            var page = route.method().equals("GET")
                    ? stranger.get(path)
                    : stranger.submit(new Browser.Form(path, java.util.Map.of(), ""));
            assertThat(page.html()).as(path).doesNotContain("owner@localhost").doesNotContain("role-admin");
            assertThat(page.status()).as(route.method() + " " + path).isIn(expected(route));
        }
    }

    private static List<Integer> expected(Route route) {
        if (route.audience().equals("visitor")) return List.of(303);
        if (route.pattern().endsWith("/enrol") || route.pattern().contains("/provider/")) return List.of(403);
        if (route.method().equals("POST")) return List.of(403);
        return List.of(200);
    }

    private String session() {
        var name = browser.cookies.keySet().iterator().next();
        return name + "=" + browser.cookies.get(name);
    }

    private int rawStatus(String path, String cookie) {
        try {
            return raw("GET", path, cookie).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> raw(String method, String path, String cookie)
            throws IOException, InterruptedException {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(origin + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .header("cookie", cookie)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
