package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever head comes: one that every peer would frame in the same way, or a refusal. */
@Tag("fuzz")
class HeadFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of(
                        "POST /mcp/shop HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n",
                        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
                        "GET http://a/ HTTP/1.1\r\nhost: a\r\n\r\n",
                        "GET /a%2e%2e/b//c HTTP/1.1\r\nHost: a\r\n x: folded\r\n\r\n",
                        "GET / HTTP/1.0\r\n\r\n",
                        "GET /?a=%41&b=+ HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
                        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: \tchunked, identity\r\n\r\n")
                .map(text -> text.getBytes(ISO_8859_1));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aHeadIsFramedInOneWayOrRefused(byte[] bytes) {
        var text = new String(bytes, ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        Gate.Head head;
        try {
            head = HeadParser.parse(text.substring(0, end + 4).getBytes(ISO_8859_1));
        } catch (Refused e) {
            return;
        }
        var lengths = head.headers().all("content-length");
        var codings = head.headers().all("transfer-encoding");
        // RFC 9112 §6.1, §6.3: two ways to say where a message ends are how requests are smuggled.
        assertThat(lengths.isEmpty() || codings.isEmpty()).isTrue();
        assertThat(lengths).hasSizeLessThanOrEqualTo(1).allMatch(length -> length.matches("[0-9]+"));
        assertThat(codings).hasSizeLessThanOrEqualTo(1).allMatch(coding -> coding.equalsIgnoreCase("chunked"));
        assertThat(head.method()).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
        for (var line : text.substring(0, end).split("\r\n", -1))
            assertThat(line).doesNotContain("\n").doesNotContain("\r").doesNotContain("\0");
        for (var segment : head.target().segments())
            assertThat(segment).isNotIn("..", ".").doesNotContain("/").doesNotContain("\\");
    }
}
