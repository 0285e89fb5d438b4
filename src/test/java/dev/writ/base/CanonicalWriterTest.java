package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CanonicalWriterTest {
    private static final String[] TEXTS = {
        "",
        "plain",
        "a text of more than twenty-four plain characters",
        "quoted \" here, and more than twenty-four characters",
        "twenty-four characters and a \\ backslash",
        "\u0000\u0001\b\f\n\r\t\u001f\u007f",
        "control \u0001 in a text of more than twenty-four",
        "äöü",
        "\u00ff at the edge of Latin-1, more than twenty-four",
        "\u0141 is not A, though its low byte is: longer than 24",
        "€ and 😀 beyond the basic plane, longer than twenty-four",
        "12345678\"2345678\\2345678\n2345678",
        "é\"\\\u0000".repeat(20)
    };

    @Test
    void whatIsWrittenStraightIsWhatTheTreeIsWrittenAs() {
        var random = new Random(7);
        for (int round = 0; round < 3_000; round++) {
            var value = object(random, 4);
            var out = new CanonicalWriter(16);
            write(out, value);
            assertThat(out.bytes()).as(value.text()).isEqualTo(Canonical.bytes(value));
            assertThat(JsonReader.read(out.bytes())).isEqualTo(value);
        }
    }

    @Test
    void everyCharacterIsEscapedAsTheStandardSays() {
        for (int c = 0; c < 0x300; c++) {
            var shortText = "" + (char) c;
            var longText = "x".repeat(23) + (char) c + "y".repeat(9);
            var expected =
                    switch (c) {
                        case '"' -> "\\\"";
                        case '\\' -> "\\\\";
                        case '\b' -> "\\b";
                        case '\f' -> "\\f";
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\t' -> "\\t";
                        default -> c < 0x20 ? "\\u%04x".formatted(c) : shortText;
                    };
            assertThat(new String(CanonicalWriter.string(shortText), UTF_8)).isEqualTo('"' + expected + '"');
            assertThat(new String(CanonicalWriter.string(longText), UTF_8))
                    .isEqualTo('"' + longText.replace(shortText, expected) + '"');
        }
    }

    @Test
    void aMemberOutOfOrderOrTwiceIsRefused() {
        assertThatThrownBy(
                        () -> new CanonicalWriter(16).object().integer("b", 1).integer("a", 1))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () -> new CanonicalWriter(16).object().integer("a", 1).integer("a", 1))
                .isInstanceOf(IllegalStateException.class);
        var reserved = new CanonicalWriter(16).object().integer("a", 1);
        reserved.reserve("b");
        assertThatThrownBy(() -> reserved.integer("b", 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsNotOneWholeValueIsRefused() {
        assertThatThrownBy(() -> new CanonicalWriter(16).bytes()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CanonicalWriter(16).object().bytes()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CanonicalWriter(16).object().name("a").bytes())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CanonicalWriter(16).object().name("a").end())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CanonicalWriter(16).object().text("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CanonicalWriter(16).array().name("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CanonicalWriter(16).text("a").text("b")).isInstanceOf(IllegalStateException.class);
    }

    private static void write(CanonicalWriter out, Json value) {
        switch (value) {
            case Json.Obj(var members) -> {
                out.object();
                new TreeMap<>(members).forEach((name, member) -> write(out.name(name), member));
                out.end();
            }
            case Json.Arr(var items) -> {
                out.array();
                items.forEach(item -> write(out, item));
                out.end();
            }
            case Json.Str(var text) -> out.text(text);
            case Json.Bool(var bool) -> out.bool(bool);
            case Json.Num _, Json.Null _ -> out.json(value);
        }
    }

    private static Json.Obj object(Random random, int depth) {
        var members = new LinkedHashMap<String, Json>();
        for (int i = random.nextInt(6); i > 0; i--)
            members.put(TEXTS[random.nextInt(TEXTS.length)] + random.nextInt(4), value(random, depth - 1));
        return new Json.Obj(members);
    }

    private static Json value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> Json.of(TEXTS[random.nextInt(TEXTS.length)]);
            case 1 -> new Json.Num("-1.50e+3");
            case 2 -> Json.of(random.nextBoolean());
            case 3 -> Json.Null.VALUE;
            case 4 -> Json.of(random.nextLong());
            case 5 -> object(random, depth);
            default -> {
                var items = new ArrayList<Json>();
                for (int i = random.nextInt(4); i > 0; i--) items.add(value(random, depth - 1));
                yield new Json.Arr(items);
            }
        };
    }
}
