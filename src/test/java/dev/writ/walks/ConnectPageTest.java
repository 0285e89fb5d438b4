package dev.writ.walks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person connects a server in a browser: a page that says to whom and for whom, and a form that begins it. */
class ConnectPageTest {
    private static final String START = "/t/acme/oauth/upstream/start";

    @TempDir
    private Path data;

    private ConnectedStage stage;
    private OauthClient browser;

    @BeforeEach
    void start() {
        stage = ConnectedStage.start(data);
        browser = OauthClient.with(stage.product, stage.product.erin);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    private OauthClient.Reply page() {
        return browser.visited(browser.site() + START + "?server=orders");
    }

    private OauthClient.Reply posted(OauthClient from, String csrf, String... headers) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("csrf", csrf);
        fields.put("server", "orders");
        var request = from.browsing(HttpRequest.newBuilder(URI.create(browser.site() + START)))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(OauthClient.encoded(fields)));
        if (headers.length > 0) request.headers(headers);
        return from.send(request);
    }

    private static String csrf(OauthClient.Reply page) {
        return OauthClient.form(page).get("csrf").getFirst();
    }

    private long connections() {
        return stage.uses().stream()
                .filter(use -> use.string("event").equals(Optional.of("connected")))
                .count();
    }

    @Test
    void thePageSaysWhichServerWhoIsAskedAndForWhomAndItsFormConnects() {
        var page = page();
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.text()).contains("orders", stage.peer.url(), "Erin", "Go there");
        assertThat(page.header("content-security-policy").orElseThrow()).contains("frame-ancestors 'none'");
        var away = posted(browser, csrf(page), "origin", browser.site(), "sec-fetch-site", "same-origin");
        assertThat(away.status()).as(away.text()).isEqualTo(303);
        var back = browser.get(away.header("location").orElseThrow() + "&as=erin")
                .header("location")
                .orElseThrow();
        // It comes back to the address that the authorization server knows; the browser is signed in at localhost.
        var here = browser.get(back);
        assertThat(here.status()).isEqualTo(303);
        assertThat(here.header("location").orElseThrow()).startsWith(browser.site() + "/oauth/upstream/callback?");
        var done = browser.visited(here.header("location").orElseThrow());
        assertThat(done.text()).contains("Connected: Writ now reaches orders for you");
        assertThat(connections()).isEqualTo(1);
    }

    @Test
    void lookingAtThePageBeginsNothing() {
        var asked = new ArrayList<Json.Obj>(stage.product.records());
        for (int i = 0; i < 3; i++) assertThat(page().header("location")).isEmpty();
        assertThat(connections()).isZero();
        assertThat(stage.product
                        .records()
                        .subList(asked.size(), stage.product.records().size()))
                .noneMatch(record -> record.string("kind").equals(Optional.of("credential-use")));
    }

    @Test
    void aStrangerSignsInFirstAndComesBack() {
        var stranger = OauthClient.of(stage.product);
        var sent = stranger.visited(browser.site() + START + "?server=orders");
        assertThat(sent.status()).isEqualTo(303);
        assertThat(sent.header("location").orElseThrow())
                .startsWith(browser.site() + "/t/acme/ui/sign-in?return=")
                .contains("upstream%2Fstart%3Fserver%3Dorders");
        var none = posted(stranger, csrf(page()));
        assertThat(none.status()).isEqualTo(303);
        assertThat(none.header("location").orElseThrow()).contains("/ui/sign-in");
    }

    @Test
    void aFormThatNoPageOfOursSentBeginsNothing() {
        var good = csrf(page());
        assertThat(posted(browser, "x" + good.substring(1)).status()).isEqualTo(403);
        assertThat(posted(browser, good, "sec-fetch-site", "cross-site").status())
                .isEqualTo(403);
        var dana = OauthClient.with(stage.product, stage.product.dana);
        assertThat(posted(dana, good).status()).as("another person's token").isEqualTo(403);
        var link = browser.visited(browser.site() + "/t/acme/oauth/upstream/start?server=no-such-server");
        assertThat(link.status()).isEqualTo(404);
        assertThat(link.text()).contains("Nothing to connect").doesNotContain("csrf");
    }
}
