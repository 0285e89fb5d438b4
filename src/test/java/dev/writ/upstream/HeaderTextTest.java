package dev.writ.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts in headers, by the examples of the specification and against whoever would break a line with them. */
class HeaderTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "us-west1|us-west1",
                "Hello, 世界|=?base64?SGVsbG8sIOS4lueVjA==?=",
                "' padded '|=?base64?IHBhZGRlZCA=?=",
                "=?base64?literal?=|=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=",
                "=?base64?SGVsbG8=|=?base64?SGVsbG8=",
                "=?BASE64?x?=|=?BASE64?x?=",
            })
    void theExamplesOfTheSpecificationAreWrittenAndRead(String text, String header) {
        assertThat(HeaderText.encode(text)).isEqualTo(header);
        assertThat(HeaderText.decode(header)).hasValue(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=?base64?SGVsbG8?=",
                "=?base64?SGVs!G8=?=",
                "=?base64?SGVsbG9=?=",
                "=?base64?/w==?=",
                "=?base64?7aCA?=",
                "=?base64?SGVs bG8=?=",
                "tab\u0001",
                "ä",
                "a\u007f",
            })
    void whatIsNotEncodedAsItMustBeStandsForNothing(String header) {
        assertThat(HeaderText.decode(header)).isEmpty();
    }

    @Test
    void anyTextComesBackAndNoneBreaksALine() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var text = random.ints(random.nextInt(12), 0, i % 2 == 0 ? 0x80 : 0xd800)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            var header = HeaderText.encode(text);
            assertThat(header.chars()).allMatch(c -> c == '\t' || (c >= 0x20 && c < 0x7f));
            assertThat(header.strip()).isEqualTo(header);
            assertThat(HeaderText.decode(header)).hasValue(text);
        }
    }

    @Test
    void aLineBreakInsideTheEncodingIsOnlyText() {
        var hidden = "=?base64?" + Base64.getEncoder().encodeToString("a\r\nmcp-name: b".getBytes()) + "?=";
        assertThat(HeaderText.decode(hidden)).hasValue("a\r\nmcp-name: b");
        assertThat(HeaderText.encode("a\r\nmcp-name: b")).isEqualTo(hidden);
    }
}
