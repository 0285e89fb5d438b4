package dev.writ.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.JsonReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** YAML as JSON, and what of YAML is refused. */
class YamlTest {
    private static java.util.List<dev.writ.base.Json> read(String text) {
        return Yaml.read("f.yaml", text.getBytes(UTF_8));
    }

    @Test
    void resourcesReadAsTheirJson() {
        var documents = read("""
                # a comment
                kind: Server
                spec:
                  trust: 3
                  price: 1.50
                  on: yes
                  ok: true
                  none: ~
                  date: 2026-11-20
                  octal: 0o17
                  old: 017
                  words: ["a", 'b', c]
                  text: |
                    one
                    two
                ---
                {"json": [1e3, {"a": null}]}
                """);
        assertThat(documents)
                .containsExactly(
                        JsonReader.read(
                                "{\"kind\":\"Server\",\"spec\":{\"trust\":3,\"price\":1.50,\"on\":\"yes\",\"ok\":true,\"none\":null,"
                                        + "\"date\":\"2026-11-20\",\"octal\":\"0o17\",\"old\":\"017\",\"words\":[\"a\",\"b\",\"c\"],\"text\":\"one\\ntwo\\n\"}}"),
                        JsonReader.read("{\"json\":[1e3,{\"a\":null}]}"));
        assertThat(read("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a: &x 1' | anchor",
                "'a: &x [1]#b: *x' | anchor",
                "'a: *x' | alias",
                "'a: !!java/object 1' | tag",
                "'a: !x {}' | tag",
                "'a: 1#a: 2' | twice",
                "'? [a]#: 1' | not a string",
                "'? {a: b}#: 1' | not a string",
                "'a: [1' | f.yaml",
                "'a: b: c' | f.yaml:1",
                "'a: \"\\x' | broken escape",
                "'\ta: 1' | f.yaml",
                "'%YAML 9.9#---#a: 1' | f.yaml",
            })
    void whatCouldBeReadInTwoWaysIsRefusedWithItsLine(String text, String said) {
        assertThatThrownBy(() -> read(text.replace('#', '\n')))
                .isInstanceOf(ImportError.class)
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 10_000, 200_000})
    void depthIsBounded(int depth) {
        assertThatThrownBy(() -> read("[".repeat(depth))).isInstanceOf(ImportError.class);
        assertThatThrownBy(() -> read("- ".repeat(depth) + "a")).isInstanceOf(ImportError.class);
    }

    @Test
    void sizeAndEncodingAreBounded() {
        assertThatThrownBy(() -> Yaml.read("f", new byte[Yaml.TEXT_BYTES_MAX + 1]))
                .isInstanceOf(ImportError.class);
        assertThatThrownBy(() -> Yaml.read("f", new byte[] {'a', (byte) 0xff})).isInstanceOf(ImportError.class);
        assertThatThrownBy(() -> read("a: \u0007")).isInstanceOf(ImportError.class);
    }
}
