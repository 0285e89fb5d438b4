package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalTest {
    private static String canonical(String text) {
        return new String(Canonical.bytes(JsonReader.read(text)), UTF_8);
    }

    @Test
    void keyOrderAndWhiteSpaceDoNotMatter() {
        assertThat(canonical(" { \"b\" : 1 ,\n \"a\" : [ 1 , 2 ] } ")).isEqualTo(canonical("{\"a\":[1,2],\"b\":1}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"n\":1}|{\"n\":1.0}",
                "{\"n\":9007199254740993}|{\"n\":9007199254740992}",
                "{\"n\":1e2}|{\"n\":100}",
                "{\"s\":\"\\u00e9\"}|{\"s\":\"e\\u0301\"}",
                "{\"s\":\"a\"}|{\"s\":\"a \"}",
                "{\"a\":null}|{}",
            })
    void everythingElseDoes(String one, String other) {
        assertThat(canonical(one)).isNotEqualTo(canonical(other));
    }

    /** The sorting example of RFC 8785 §3.2.3. */
    @Test
    void sortsByUtf16CodeUnits() {
        var text =
                "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\","
                        + "\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                        + "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";
        var object = (Json.Obj) JsonReader.read(canonical(text));
        assertThat(object.members().values().stream().map(v -> ((Json.Str) v).value()))
                .containsExactly(
                        "Carriage Return",
                        "One",
                        "Control",
                        "Latin Small Letter O With Diaeresis",
                        "Euro Sign",
                        "Emoji: Grinning Face",
                        "Hebrew Letter Dalet With Dagesh");
    }

    /** The escape example of RFC 8785 §3.2.2.2. */
    @Test
    void escapesAsTheStandardSays() {
        assertThat(canonical("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\""))
                .isEqualTo("\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    }

    @Test
    void anyOrderOfMembersGivesTheSameBytes() {
        var random = new Random(7);
        for (int i = 0; i < 500; i++) {
            var value = JsonSamples.value(random, 4);
            var shuffled = JsonSamples.shuffled(value, random);
            assertThat(Canonical.bytes(shuffled)).isEqualTo(Canonical.bytes(value));
            assertThat(JsonReader.read(Canonical.bytes(value))).isEqualTo(value);
        }
    }
}
