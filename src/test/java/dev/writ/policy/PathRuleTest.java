package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathRuleTest {
    @ParameterizedTest
    @CsvSource({
        "/reports/a.txt,/reports/a.txt",
        "/reports//a,/reports/a",
        "/reports/./a,/reports/a",
        "/reports/x/../a,/reports/a",
        "/,/",
        "//,/",
        "reports/a/,reports/a",
        "./a,a",
        "a/..,.",
        ".,.",
        "/a/b/../..,/",
        "/100%/a,/100%/a",
        "/50%25/a,/50%25/a",
        "/a%20b,/a%20b",
        "/...,/...",
        "/.hidden,/.hidden",
        "/ünï,/ünï"
    })
    void aPathHasOneForm(String path, String normal) {
        assertThat(PathRule.apply(path)).isEqualTo(new PathRule.Normal(normal));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..", "../a", "/..", "/a/../..", "a/../../b", "/a/../../etc/passwd", "/a\0b", "\\windows", "/a\\..\\b",
                "/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", "/%2e%2e/etc", "/%2E./etc", "/a%00b", "/a%252fb", "/a%25252fb",
                "/a%25252525252fb", "/a%%32%66b", "/a%%32f", "/%25%32%65%25%32%65/", "%2e%2e%2f",
                        "/a%2525252525252525252fb"
            })
    void whatTriesToBeAnotherPathIsRefused(String path) {
        assertThat(PathRule.apply(path)).isInstanceOf(PathRule.Bad.class);
    }

    @Test
    void aLongPathIsRefused() {
        assertThat(PathRule.apply("/" + "a".repeat(PathRule.CHARS_MAX))).isInstanceOf(PathRule.Bad.class);
    }

    @Test
    void noisePathsAreNormalOrRefusedAndANormalPathStaysAsItIs() {
        var random = new Random(5);
        var alphabet = "/.%25fFeE0c\\aü ~";
        int normal = 0;
        for (int i = 0; i < 50_000; i++) {
            var path = new StringBuilder();
            for (int j = random.nextInt(14); j > 0; j--)
                path.append(alphabet.charAt(random.nextInt(alphabet.length())));
            if (!(PathRule.apply(path.toString()) instanceof PathRule.Normal(var once))) continue;
            normal++;
            assertThat(PathRule.apply(once)).isEqualTo(new PathRule.Normal(once));
            assertThat("/" + once + "/").doesNotContain("/../", "\\").doesNotContainIgnoringCase("%2f");
            if (!once.equals(".")) assertThat("/" + once + "/").doesNotContain("/./");
        }
        assertThat(normal).isGreaterThan(5_000);
    }

    @Test
    void declaredArgumentsAreNormalisedForThePolicyAndForTheServerAlike() {
        var tool = tool();
        var typed = tool.arguments(object("{\"path\":\"/r/x/../a\",\"paths\":[\"/b//c\",\"d\"],\"note\":\"../x\"}"));
        assertThat(typed).isInstanceOfSatisfying(Arguments.Typed.class, ok -> {
            assertThat(ok.input().field("path")).contains(new Value.Str("/r/a"));
            assertThat(ok.forward())
                    .isEqualTo(object("{\"path\":\"/r/a\",\"paths\":[\"/b/c\",\"d\"],\"note\":\"../x\"}"));
        });
        var same = object("{\"path\":\"/r/a\"}");
        assertThat(((Arguments.Typed) tool.arguments(same)).forward()).isSameAs(same);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"path\":\"/a/../../b\"}",
                "{\"paths\":[\"/ok\",\"%2e%2e/\"]}",
                "{\"path\":1}",
                "{\"path\":null}",
                "{\"path\":{\"to\":\"x\"}}",
                "{\"paths\":[[\"..\"]]}"
            })
    void aDeclaredPathThatIsNoneIsRefusedAndNamed(String arguments) {
        assertThat(tool().arguments(object(arguments))).isInstanceOfSatisfying(Arguments.Refused.class, refused -> {
            assertThat(refused.argument()).startsWith("path");
            assertThat(refused.reason()).isNotBlank();
        });
    }

    private static ToolAction tool() {
        return ToolAction.of(new Name("files"), "read", object("""
                        {"type":"object","properties":{"path":{"type":"string"},"note":{"type":"string"},
                         "paths":{"type":"array","items":{"type":"string"}}}}
                        """), Set.of("path", "paths", "absent"));
    }

    private static Json.Obj object(String text) {
        return (Json.Obj) JsonReader.read(text);
    }
}
