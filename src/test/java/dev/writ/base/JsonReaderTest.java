package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void readsWhatItWritesInTheOrderItCame() {
        var text =
                "{\"b\":[1,1.0,-0,1e400,12345678901234567890],\"a\":{\"x\":null,\"y\":[true,false]},\"é\":\"\\u0001\\n\"}";
        assertThat(JsonReader.read(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1,\"a\":2}|duplicate member name",
                "{\"a\":{\"b\":1,\"\\u0062\":2}}|duplicate member name",
                "[1] x|bytes after the value",
                "\"\\ud800\"|lone surrogate",
                "\"\\udc00\\ud800\"|lone surrogate",
                "[01]|expected ',' or ']'",
                "[1.]|expected a value",
                "[.5]|expected a value",
                "[+1]|expected a value",
                "[NaN]|expected a value",
                "[1,]|expected a value",
                "{\"a\":1,}|expected a member name",
                "{a:1}|expected a member name",
                "\"\\x41\"|unknown escape",
                "\"abc|string without an end",
                "{\"a\"|text ends too early",
                "tru|expected a value",
                "''|text ends where a value is expected",
            })
    void refusesWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> JsonReader.read(text))
                .isInstanceOf(JsonError.class)
                .hasMessageContaining(reason);
    }

    @Test
    void refusesDeepNestingWithoutOverflowingTheStack() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(100_000)))
                .isInstanceOf(JsonError.class)
                .hasMessageContaining("nested deeper than 128");
        assertThat(JsonReader.read("[".repeat(128) + "]".repeat(128))).isInstanceOf(Json.Arr.class);
    }

    @Test
    void refusesMoreValuesThanTheLimit() {
        var many = "[" + "0,".repeat(JsonReader.VALUES_MAX) + "0]";
        assertThatThrownBy(() -> JsonReader.read(many)).hasMessageContaining("more than 250000 values");
    }

    @Test
    void refusesLongNumbers() {
        assertThatThrownBy(() -> JsonReader.read("9".repeat(401))).hasMessageContaining("number longer than 400");
    }

    @ParameterizedTest
    @ValueSource(ints = {0xC0, 0xFF, 0xED})
    void refusesMalformedUtf8(int lead) {
        byte[] text = {'"', (byte) lead, (byte) 0xA0, (byte) 0x80, '"'};
        assertThatThrownBy(() -> JsonReader.read(text)).hasMessageContaining("malformed UTF-8");
    }

    @Test
    void refusesAByteOrderMark() {
        assertThatThrownBy(() -> JsonReader.read("\uFEFF{}".getBytes(UTF_8))).isInstanceOf(JsonError.class);
    }

    @Test
    void surrogatePairsByEscapeAndByUtf8AreTheSameText() {
        assertThat(JsonReader.read("\"\\ud83d\\ude00\"")).isEqualTo(JsonReader.read("\"😀\""));
    }
}
