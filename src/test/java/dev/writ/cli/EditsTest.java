package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.imports.Jsonc;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changing one entry of a file and nothing else. */
class EditsTest {
    private static final Path FILE = Path.of("f.json");
    private static final Json VALUE = Json.object().put("u", "é\u202e").build();

    private static String put(String text) {
        return new String(JsonEdit.put(FILE, text.getBytes(UTF_8), "s", "n", VALUE), UTF_8);
    }

    private static String remove(String text) {
        return new String(JsonEdit.remove(FILE, text.getBytes(UTF_8), "s", "n"), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{}' | '{#  \"s\": {#    \"n\": {#      \"u\": \"é\\u202e\"#    }#  }#}'",
                "'{\"a\":1}' | '{\"a\":1, \"s\": {\"n\":{\"u\":\"é\\u202e\"}}}'",
                "'{\"s\":{}}' | '{\"s\":{#  \"n\": {#    \"u\": \"é\\u202e\"#  }#}}'",
                "'{\"s\":{\"n\":[1,{\"}\":\"]\"}]},\"b\":2}' | '{\"s\":{\"n\":{#  \"u\": \"é\\u202e\"#}},\"b\":2}'",
                "'{#\t\"s\": {#\t\t\"x\": 1 // c#\t}#}' | '{#\t\"s\": {#\t\t\"x\": 1, // c#\t\t\"n\": {#\t\t\t\"u\": \"é\\u202e\"#\t\t}#\t}#}'",
                "'{#  \"s\": { // c#  }#}' | '{#  \"s\": { // c#    \"n\": {#      \"u\": \"é\\u202e\"#    }#  }#}'",
            })
    void anEntryIsPutWhereItBelongs(String before, String after) {
        assertThat(put(before.replace('#', '\n'))).isEqualTo(after.replace('#', '\n'));
    }

    @Test
    void anEmptyFileBecomesAWholeOne() {
        assertThat(put(" \n")).startsWith("{\n  \"s\": {\n    \"n\"").endsWith("}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{\"s\":{\"n\":1}}' | '{\"s\":{}}'",
                "'{\"s\":{\"n\":1,\"b\":2}}' | '{\"s\":{\"b\":2}}'",
                "'{\"s\":{\"a\":1, \"n\":{\"x\":[]}, \"b\":2}}' | '{\"s\":{\"a\":1, \"b\":2}}'",
                "'{\"s\":{\"a\":1}}' | '{\"s\":{\"a\":1}}'",
                "'{\"t\":{\"n\":1}}' | '{\"t\":{\"n\":1}}'",
            })
    void anEntryIsTakenOut(String before, String after) {
        assertThat(remove(before)).isEqualTo(after);
    }

    @Test
    void anEscapedNameIsTheSameName() {
        assertThat(remove("{\"s\":{\"\\u006e\":1,\"b\":2}}")).isEqualTo("{\"s\":{\"b\":2}}");
    }

    /** Whatever a file looks like, after a put it reads as before with the entry in it, and after a remove as before. */
    @Test
    void aThousandRandomFilesKeepEverythingElse() {
        var random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            var text = "{" + space(random) + members(random, 0) + "}" + space(random);
            var before = (Json.Obj) Jsonc.read(text.getBytes(UTF_8));
            if (before.get("s").isPresent() && before.object("s").isEmpty()) continue;
            var section = before.object("s").orElse(Json.Obj.EMPTY);
            var put = put(text);
            assertThat(Jsonc.read(put.getBytes(UTF_8))).as(text).isEqualTo(before.with("s", section.with("n", VALUE)));
            var removed = (Json.Obj) Jsonc.read(remove(put).getBytes(UTF_8));
            assertThat(removed).as(text).isEqualTo(before.with("s", section.without("n")));
        }
    }

    private static String members(Random random, int depth) {
        var built = new StringBuilder();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            var name = depth == 0 && i == 0 ? "s" : depth == 1 && i == count / 2 ? "n" : "m" + i;
            built.append('"')
                    .append(name)
                    .append('"')
                    .append(space(random))
                    .append(':')
                    .append(space(random))
                    .append(value(random, depth))
                    .append(space(random));
            if (i < count - 1 || random.nextInt(4) == 0) built.append(',').append(space(random));
        }
        return built.toString();
    }

    private static String value(Random random, int depth) {
        return switch (depth > 2 ? 3 + random.nextInt(3) : random.nextInt(6)) {
            case 0, 1, 2 -> "{" + space(random) + members(random, depth + 1) + "}";
            case 3 -> "[1,\"]}\\\"\"," + space(random) + "null]";
            case 4 -> "\"// no, /* not */ \\\\\"";
            default -> "-1.50e3";
        };
    }

    private static String space(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> " ";
            case 1 -> "\n  ";
            case 2 -> " // c\"{\n";
            case 3 -> "/* } \" , */";
            default -> "";
        };
    }

    private static final Path TOML = Path.of("f.toml");
    private static final List<String> TABLE = List.of("m", "n");

    private static String putToml(String text) {
        return new String(TomlEdit.put(TOML, text.getBytes(UTF_8), TABLE, List.of("u = 1")), UTF_8);
    }

    private static String removeToml(String text) {
        return new String(TomlEdit.remove(TOML, text.getBytes(UTF_8), TABLE), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | '[m.n]#u = 1#'",
                "'a = 1' | 'a = 1##[m.n]#u = 1#'",
                "'[m.n]#x = 2##[z]#' | '[m.n]#u = 1##[z]#'",
                "'[m.n.env]#A = 1#[ m . \"n\" ] # c#x = 2#[z]#' | '[m.n]#u = 1#[z]#'",
                "'[m.nn]#x = 2#' | '[m.nn]#x = 2###[m.n]#u = 1#'",
            })
    void aTableIsPutWhereItBelongs(String before, String after) {
        assertThat(putToml(before.replace('#', '\n').replace(" \n c", " # c")))
                .isEqualTo(after.replace("###", "\n\n").replace('#', '\n'));
    }

    @Test
    void aTableIsTakenOutWithThoseBelowIt() {
        assertThat(removeToml("a = 1\n[m.n]\nx = 2\n# about z\n[m.n.env]\nB = '''\n[z]\n'''\n\n# about z\n[z]\n"))
                .isEqualTo("a = 1\n# about z\n\n# about z\n[z]\n");
        assertThat(removeToml("[z]\n")).isEqualTo("[z]\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = [1, 2, # c\n  3,]\n",
                "a = { b = [{}], c.d = 'x' }\n",
                "d = 1979-05-27 07:32:00Z\nt = 07:32:00\nf = 6.626e-34\nh = 0xDEAD_beef\ni = +inf\n",
                "s = \"\"\"\nx \\\" \"\"\"\"\n",
                "\"a b\".c = 1\r\n\r\n[[p]]\r\nx = 1\r\n[p.q]\r\n[[p]]\r\n[p.q]\r\n",
                "# only a comment",
            })
    void whatTomlAllowsIsLeftAlone(String text) {
        assertThat(putToml(text))
                .startsWith(text)
                .endsWith("[m.n]" + (text.contains("\r\n") ? "\r\n" : "\n") + "u = 1"
                        + (text.contains("\r\n") ? "\r\n" : "\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m = 1",
                "m.n = 1",
                "[m]\nn = {}",
                "[m]\nn.x = 1",
                "m = { n = {} }",
                "a",
                "a = ",
                "a = 1 2",
                "a = \"\n\"",
                "[a]]",
                "[[a]",
                "a = tru",
                "a = {b = 1",
                "a = 'x",
                "a = '''x",
                "a = [",
                "[a.]",
                "a..b = 1",
                "a = 1\u0000",
                "# \u0007",
                "a = _1"
            })
    void whatIsMalformedOrCannotBeChangedInPlaceIsRefused(String text) {
        assertThatThrownBy(() -> putToml(text)).isInstanceOf(CliError.class).hasMessageContaining("was not touched");
    }

    @Test
    void deepTomlIsRefusedAndNotACrash() {
        assertThatThrownBy(() -> putToml("a = " + "[".repeat(100_000))).isInstanceOf(CliError.class);
        assertThatThrownBy(() -> put("{\"a\":" + "[".repeat(100_000))).isInstanceOf(CliError.class);
    }
}
