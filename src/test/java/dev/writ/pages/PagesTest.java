package dev.writ.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.http.server.Answer;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    private static final String EVIL = "\"><script>alert(1)</script><a href='javascript:x'>";

    @Test
    void everyBlockShowsHostileTextAsText() {
        var field = List.<Block.Field>of(
                new Block.Field.Hidden(EVIL, EVIL),
                new Block.Field.Line(EVIL, EVIL, EVIL, Optional.of(EVIL)),
                new Block.Field.Ticks(EVIL, EVIL, List.of(new Block.Choice(EVIL, EVIL, EVIL, true)), Optional.of(EVIL)),
                new Block.Field.Pick(
                        EVIL, EVIL, List.of(new Block.Choice(EVIL, EVIL, EVIL, false)), Optional.of(EVIL)));
        var page = Page.of(
                        EVIL,
                        new Block.Text(EVIL),
                        new Block.Heading(EVIL),
                        new Block.Notice(Block.Tone.BAD, EVIL),
                        Block.Facts.of(new Block.Fact(EVIL, EVIL)),
                        new Block.Items(List.of(EVIL)),
                        new Block.Code(EVIL),
                        new Block.Link(EVIL, "/ui/x"),
                        new Block.Onward(EVIL, "/ui/y"),
                        new Block.Form("/ui/form", EVIL, field, List.of(new Block.Button(EVIL, EVIL, EVIL, true))),
                        new Block.Ceremony(
                                "/ui/key",
                                EVIL,
                                true,
                                "{\"a\":\"" + EVIL + "\"}",
                                List.of(new Block.Field.Hidden(EVIL, EVIL)),
                                EVIL))
                .seenBy(new Page.Visitor(EVIL, EVIL, "/ui/sign-out"));
        var html = html(Pages.render(page));
        assertThat(html)
                .contains("&lt;script&gt;")
                .doesNotContain("<script>alert")
                .doesNotContain("<a href='javascript");
        assertThat(html.split("<script", -1)).hasSize(2);
        assertThat(html).contains("<script src=\"/ui/assets/passkey.js\" defer></script>");
        // Every block is on the page: one heading of each level, the list, the code, both links, both forms and
        // sign-out.
        assertThat(html)
                .contains("<h2>", "<dl>", "<li>", "<pre>", "href=\"/ui/x\"", "url=/ui/y", "data-passkey=\"create\"");
        assertThat(html.split("<form", -1)).hasSize(4);
        assertThat(html.split("type=\"checkbox\"", -1)).hasSize(2);
        assertThat(html).contains(" checked>");
    }

    @Test
    void aPageLetsNothingInAndIsFramedByNobody() {
        var answer = Pages.render(Page.of("Hello", new Block.Text("plain")));
        var policy = header(answer, "content-security-policy");
        assertThat(policy)
                .startsWith("default-src 'none'")
                .contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self';")
                .doesNotContain("script-src")
                .doesNotContain("unsafe");
        assertThat(header(answer, "x-frame-options")).isEqualTo("DENY");
        assertThat(header(answer, "cache-control")).isEqualTo("no-store");
        assertThat(html(answer))
                .doesNotContain("<script")
                .doesNotContain("http://")
                .doesNotContain("https://");
    }

    @Test
    void aFormThatEndsElsewhereNamesThatOriginAndNoMore() {
        var page = Page.of("Consent").leadingTo(URI.create("http://localhost:33418/callback?x=1"));
        assertThat(header(Pages.render(page), "content-security-policy"))
                .contains("form-action 'self' http://localhost:33418;");
        var app = Page.of("Consent").leadingTo(URI.create("cursor://anysphere.cursor-mcp/oauth/callback"));
        assertThat(header(Pages.render(app), "content-security-policy")).contains("form-action 'self' cursor:;");
        for (var hostile : List.of("http://a;script-src *", "http://a b/", "//x"))
            assertThatThrownBy(() -> Page.of("x").leadingTo(URI.create(hostile)))
                    .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ui",
                "//evil.example",
                "/\\evil.example",
                "https://evil.example",
                "javascript:alert(1)",
                "/a\tb",
                "/a\nb",
                "/\t/evil.example",
                "/a b",
                "/a\"b",
                "/ä",
                "\\/evil",
                "/a\\b"
            })
    void noReturnPathLeadsElsewhere(String path) {
        assertThat(ReturnPath.of(Optional.of(path))).isEmpty();
        assertThatThrownBy(() -> Pages.seeOther(path)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Block.Link("x", path)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPathOfOursIsAReturnPathWithItsQuery() {
        var path = "/oauth/authorize?client_id=https%3A%2F%2Fa.example&x=1";
        assertThat(ReturnPath.of(Optional.of(path))).contains(path);
    }

    @Test
    void onLoopbackPeopleUseTheNameLocalhost() {
        assertThat(Site.of(URI.create("http://127.0.0.1:7400")).origin()).isEqualTo("http://localhost:7400");
        assertThat(Site.of(URI.create("https://writ.example")).host()).isEqualTo("writ.example");
        assertThat(new Site(URI.create("https://writ.example")).cookie("session"))
                .isEqualTo("__Host-writ-session");
        assertThat(new Site(URI.create("http://localhost:7400")).cookie("session"))
                .isEqualTo("writ-session-7400");
        assertThatThrownBy(() -> new Site(URI.create("https://writ.example/path")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String html(Answer.Full answer) {
        return new String(answer.body(), UTF_8);
    }

    private static String header(Answer.Full answer, String name) {
        return answer.headers().only(name).orElseThrow();
    }
}
