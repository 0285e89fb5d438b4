package dev.writ.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way we know to make two readers see two different requests: refused, connection closed, no handler called. */
class HostileRequestsTest {
    private static Fixture fixture;

    @BeforeAll
    static void start() {
        fixture = new Fixture();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    static Stream<Arguments> malformed() {
        var h = "Host: localhost\r\n";
        return Stream.of(
                bad("absolute form", "GET http://localhost/ HTTP/1.1\r\n" + h + "\r\n"),
                bad("absolute form of another host", "GET http://evil.example/ HTTP/1.1\r\n" + h + "\r\n"),
                bad("authority form", "CONNECT localhost:80 HTTP/1.1\r\n" + h + "\r\n"),
                bad("asterisk form", "OPTIONS * HTTP/1.1\r\n" + h + "\r\n"),
                bad("encoded dot segments", target("/%2e%2e/etc")),
                bad("encoded dot in a name", target("/items/a%2Eb")),
                bad("encoded slash", target("/items/a%2fb")),
                bad("encoded slash, capitals", target("/items/a%2Fb")),
                bad("encoded backslash", target("/items/a%5cb")),
                bad("backslash", target("/items\\new")),
                bad("double encoding", target("/items/%252e")),
                bad("encoded NUL", target("/items/%00")),
                bad("encoded line feed", target("/items/%0a")),
                bad("encoded NUL in the query", target("/?a=%00")),
                bad("percent without digits", target("/items/%zz")),
                bad("percent at the end", target("/items/%4")),
                bad("two percents", target("/items/%%41")),
                bad("not UTF-8", target("/items/%ff%fe")),
                bad("overlong UTF-8", target("/items/%c0%af")),
                bad("double slash", target("//items/new")),
                bad("double slash inside", target("/items//new")),
                bad("dot dot", target("/items/../items/new")),
                bad("dot", target("/./items/new")),
                bad("fragment", target("/items/new#x")),
                bad("raw NUL", target("/items/\0")),
                bad("raw non-ASCII", target("/items/\u00e9")),
                bad("raw non-ASCII in the query", target("/?q=\u00e9")),
                bad("control in the target", target("/items/\u0001")),
                bad("tab as separator", "GET\t/\tHTTP/1.1\r\n" + h + "\r\n"),
                bad("two spaces", "GET  / HTTP/1.1\r\n" + h + "\r\n"),
                bad("space in the target", "GET /a b HTTP/1.1\r\n" + h + "\r\n"),
                bad("leading empty line", "\r\nGET / HTTP/1.1\r\n" + h + "\r\n"),
                bad("leading space", " GET / HTTP/1.1\r\n" + h + "\r\n"),
                bad("bare line feeds", "GET / HTTP/1.1\nHost: localhost\n\n"),
                bad("bare line feed inside", "GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n"),
                bad("bare CR in a value", "GET / HTTP/1.1\r\n" + h + "X: a\rb\r\n\r\n"),
                bad("no version", "GET /\r\n" + h + "\r\n"),
                bad("garbage version", "GET / HTPP/1.1\r\n" + h + "\r\n"),
                bad("lower-case version", "GET / http/1.1\r\n" + h + "\r\n"),
                bad("method that is no token", "G(ET / HTTP/1.1\r\n" + h + "\r\n"),
                bad("no Host", "GET / HTTP/1.1\r\n\r\n"),
                bad("two Hosts", "GET / HTTP/1.1\r\n" + h + h + "\r\n"),
                bad("two different Hosts", "GET / HTTP/1.1\r\n" + h + "Host: evil.example\r\n\r\n"),
                bad("Host with a bad port", "GET / HTTP/1.1\r\nHost: localhost:80x\r\n\r\n"),
                bad("two Origins", "GET / HTTP/1.1\r\n" + h + "Origin: http://localhost\r\nOrigin: null\r\n\r\n"),
                bad("space before the colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"),
                bad("folded line", "GET / HTTP/1.1\r\n" + h + "X: a\r\n b\r\n\r\n"),
                bad("header without colon", "GET / HTTP/1.1\r\n" + h + "nonsense\r\n\r\n"),
                bad("header without name", "GET / HTTP/1.1\r\n" + h + ": x\r\n\r\n"),
                bad("NUL in a header", "GET / HTTP/1.1\r\n" + h + "X: a\0b\r\n\r\n"),
                bad("CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n"),
                bad("TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n"),
                bad("two CL", post("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello"),
                bad("two equal CL", post("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello"),
                bad("list of CL", post("Content-Length: 5, 5\r\n") + "hello"),
                bad("CL with a sign", post("Content-Length: +5\r\n") + "hello"),
                bad("negative CL", post("Content-Length: -5\r\n") + "hello"),
                bad("hexadecimal CL", post("Content-Length: 0x5\r\n") + "hello"),
                bad("empty CL", post("Content-Length: \r\n") + "hello"),
                bad("huge CL", post("Content-Length: 99999999999999999999\r\n")),
                bad("unknown TE", post("Transfer-Encoding: gzip, chunked\r\n")),
                bad("TE that looks like chunked", post("Transfer-Encoding: xchunked\r\n")),
                bad("TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
                bad("TE in quotes", post("Transfer-Encoding: \"chunked\"\r\n")),
                bad("chunk size not hexadecimal", chunked("xyz\r\n")),
                bad("chunk size missing", chunked("\r\n")),
                bad("chunk size negative", chunked("-1\r\n")),
                bad("chunk size of nine digits", chunked("000000001\r\n")),
                bad("chunk size with a space", chunked("5 \r\nhello\r\n0\r\n\r\n")),
                bad("chunk extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n")),
                bad("chunk size with bare LF", chunked("5\nhello\n0\n\n")),
                bad("chunk longer than it says", chunked("4\r\nhello\r\n0\r\n\r\n")),
                bad("chunk without its end", chunked("5\r\nhello0\r\n\r\n")),
                bad("trailer", chunked("0\r\nX: y\r\n\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aRequestThatTwoReadersCouldReadDifferentlyIsRefusedAndTheConnectionClosed(String what, String bytes)
            throws IOException {
        int before = fixture.handled.get();
        try (var wire = fixture.wire()) {
            // A second request behind it must never be answered: it may be part of the first one's body.
            wire.send(bytes + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var reply = wire.reply();
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.headers().only("content-type")).hasValue("application/problem+json");
            assertThat(reply.headers().only("connection")).hasValue("close");
            assertThat(reply.body()).contains("\"status\":400").doesNotContain("dev.writ", "Exception");
            assertThat(wire.ends()).isTrue();
        }
        assertThat(fixture.handled.get()).isEqualTo(before);
    }

    @Test
    void anotherHostIsForbiddenSoThatANameCannotBeReboundToUs() throws IOException {
        for (var host : new String[] {
            "evil.example", "localhost.evil.example", "localhost.", "127.0.0.2", "[::2]:7400", "", "localhost@evil"
        })
            try (var wire = fixture.wire()) {
                wire.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(wire.reply().status()).as(host).isEqualTo(403);
            }
        for (var host : new String[] {"localhost", "LocalHost:7400", "127.0.0.1:1", "[::1]", "[::1]:7400"})
            try (var wire = fixture.wire()) {
                wire.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(wire.reply().status()).as(host).isEqualTo(200);
            }
    }

    @Test
    void aForeignOriginIsForbidden() throws IOException {
        for (var origin : new String[] {
            "http://evil.example",
            "null",
            "http://localhost:3000",
            "http://localhost.evil.example",
            "file://",
            "https://"
        })
            try (var wire = fixture.wire()) {
                wire.request("GET /", "Origin: " + origin);
                assertThat(wire.reply().status()).as(origin).isEqualTo(403);
            }
        try (var wire = fixture.wire()) {
            wire.request("GET /", "Origin: http://localhost");
            assertThat(wire.reply().status()).isEqualTo(200);
        }
    }

    @Test
    void unknownPathsAndMethodsAreRefusedAndTheConnectionGoesOn() throws IOException {
        try (var wire = fixture.wire()) {
            assertThat(wire.request("GET /nothing").reply().status()).isEqualTo(404);
            assertThat(wire.request("GET /items").reply().status()).isEqualTo(404);
            assertThat(wire.request("GET /items/").reply().status()).isEqualTo(404);
            assertThat(wire.request("GET /ITEMS/x").reply().status()).isEqualTo(404);
            var other = wire.request("DELETE /items/x").reply();
            assertThat(other.status()).isEqualTo(405);
            assertThat(other.headers().only("allow")).hasValue("GET");
            assertThat(wire.request("get /").reply().status()).isEqualTo(405);
            assertThat(wire.request("GET /").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void whatIsTooLargeIsRefusedBeforeItIsRead() throws IOException {
        try (var wire = fixture.wire()) {
            wire.request("GET /" + "a".repeat(Limits.TARGET_BYTES_MAX));
            assertThat(wire.reply().status()).isEqualTo(414);
        }
        try (var wire = fixture.wire()) {
            wire.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(Limits.HEAD_BYTES_MAX));
            assertThat(wire.reply().status()).isEqualTo(431);
        }
        try (var wire = fixture.wire()) {
            wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + "X: y\r\n".repeat(Limits.FIELDS_MAX) + "\r\n");
            assertThat(wire.reply().status()).isEqualTo(431);
        }
        try (var wire = fixture.wire()) {
            wire.request("POST /echo", "Content-Length: 100001");
            assertThat(wire.reply().status()).isEqualTo(413);
            assertThat(wire.ends()).isTrue();
        }
        try (var wire = fixture.wire()) {
            wire.request("POST /echo", "Transfer-Encoding: chunked").send("186a1\r\n");
            assertThat(wire.reply().status()).isEqualTo(413);
        }
        try (var wire = fixture.wire()) {
            wire.request("POST /echo", "Transfer-Encoding: chunked").send("ffffffff\r\n");
            assertThat(wire.reply().status()).isEqualTo(413);
        }
        try (var wire = fixture.wire()) {
            wire.request("GET /", "Content-Length: 1").send("x");
            assertThat(wire.reply().status()).isEqualTo(413);
        }
    }

    @Test
    void aRefusedClientThatKeepsSendingStillReadsTheRefusal() throws IOException {
        try (var wire = fixture.wire()) {
            wire.request("POST /echo", "Content-Length: 2000000").send("x".repeat(2_000_000));
            assertThat(wire.reply().status()).isEqualTo(413);
        }
    }

    @Test
    void otherVersionsAreNamedAsTheReason() throws IOException {
        for (var version : new String[] {"HTTP/1.0", "HTTP/2.0", "HTTP/0.9"})
            try (var wire = fixture.wire()) {
                wire.send("GET / " + version + "\r\nHost: localhost\r\n\r\n");
                assertThat(wire.reply().status()).isEqualTo(505);
            }
    }

    @Test
    void anHttp2PrefaceIsNotMistakenForARequest() throws IOException {
        try (var wire = fixture.wire()) {
            assertThat(wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").reply().status())
                    .isEqualTo(505);
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void theAnswerToHeadHasNoBodyAlsoWhenItIsAProblem() throws IOException {
        try (var wire = fixture.wire()) {
            assertThat(wire.request("HEAD /").reply(true).headers().only("content-length"))
                    .hasValue("4");
            assertThat(wire.request("HEAD /nothing").reply(true).status()).isEqualTo(404);
            assertThat(wire.request("GET /").reply().body()).isEqualTo("root");
        }
    }

    @Test
    void anUnknownExpectationFails() throws IOException {
        try (var wire = fixture.wire()) {
            assertThat(wire.request("GET /", "Expect: miracles").reply().status())
                    .isEqualTo(417);
        }
    }

    private static Arguments bad(String what, String bytes) {
        return Arguments.of(what, bytes);
    }

    private static String target(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private static String post(String headers) {
        return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    }

    private static String chunked(String body) {
        return post("Transfer-Encoding: chunked\r\n") + body;
    }
}
