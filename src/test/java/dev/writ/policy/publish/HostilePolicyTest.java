package dev.writ.policy.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that was written to kill a recursive parser. */
class HostilePolicyTest {
    private static final String HEAD = "@id(\"a\") permit (principal, action, resource) when { ";

    @ParameterizedTest
    @ValueSource(ints = {33, 100, 20_000})
    void nestedParenthesesAreRefusedBeforeCedarSeesThem(int depth) {
        var finding = cut(HEAD + "(".repeat(depth) + "true" + ")".repeat(depth) + " };");
        assertThat(finding.message()).isEqualTo("brackets nest deeper than 32");
        assertThat(finding.line()).isEqualTo(1);
    }

    @Test
    void ifsAndUnaryOperatorsNestWithoutBracketsAndAreCounted() {
        assertThat(cut(HEAD + "if true then ".repeat(100) + "true" + " else false".repeat(100) + " };")
                        .message())
                .contains("more than 32 ifs");
        assertThat(cut(HEAD + "!".repeat(20_000) + "true };").message()).contains("! or - in a row");
        assertThat(cut(HEAD + "- ".repeat(20_000) + "1 == 1 };").message()).contains("! or - in a row");
        assertThat(cut(HEAD + "true && ".repeat(5_000) + "true };").message()).contains("more than 1000 operators");
        assertThat(cut(HEAD + "context" + ".a".repeat(5_000) + " };").message()).contains("more than 1000 operators");
    }

    @Test
    void bracketsInsideStringsAndCommentsDoNotCount() {
        var brackets = "(".repeat(500);
        var cut = PolicyText.cut("a.cedar", HEAD + "\"" + brackets + "\\\";\" != \"\" // " + brackets + ";\n };");
        assertThat(cut.findings()).isEmpty();
        assertThat(cut.pieces()).hasSize(1);
    }

    @Test
    void tenMegabytesAreRefusedByLength() {
        var outcome = Texts.publish("// " + "x".repeat(10 << 20));
        assertThat(messages(outcome))
                .containsExactly("longer than 1048576 bytes", "all files together are longer than 8388608 bytes");
    }

    @Test
    void aLongPolicyIsRefused() {
        assertThat(cut(HEAD + "\"" + "x".repeat(70_000) + "\" == \"\" };").message())
                .isEqualTo("a policy is longer than 65536 bytes");
    }

    @Test
    void tooManyPoliciesAreRefused() {
        var outcome = Texts.publish("permit(principal,action,resource);\n".repeat(Limits.POLICIES_MAX + 1));
        assertThat(messages(outcome)).containsExactly("more than 10000 policies");
    }

    @Test
    void thousandsOfBadPoliciesCostNoMoreThanTheFirstFewHundred() {
        assertThat(messages(Texts.publish("permit (principal;\n".repeat(8_000))))
                .hasSize(Limits.FINDINGS_MAX);
        assertThat(messages(Texts.publish("permit (principal, action, resource) when { 1 == 1 };\n".repeat(8_000))))
                .hasSize(Limits.FINDINGS_MAX);
    }

    @Test
    void aFindingQuotesNothingThatMovesTextAbout() {
        assertThat(messages(Texts.publish("@id(\"a\") permit (principal == \u202eX, action, resource);")))
                .noneMatch(message -> message.contains("\u202e"));
    }

    @Test
    void binaryFilesAndLinksAreRefused(@TempDir Path folder) throws Exception {
        var noise = new byte[5_000];
        new Random(7).nextBytes(noise);
        Files.write(folder.resolve("noise.cedar"), noise);
        Files.writeString(folder.resolve("target.txt"), "permit(principal,action,resource);");
        Files.createSymbolicLink(folder.resolve("link.cedar"), folder.resolve("target.txt"));
        Files.createDirectory(folder.resolve("folder.cedar"));
        Files.writeString(folder.resolve("it's.cedar"), "");
        var sources = PolicyFolder.read(folder);
        assertThat(sources.files()).isEmpty();
        assertThat(sources.findings().stream().map(Finding::text))
                .containsExactlyInAnyOrder(
                        "noise.cedar: not UTF-8 text",
                        "link.cedar: not a regular file",
                        "folder.cedar: not a regular file",
                        "it's.cedar: a policy file has a name of A-Z a-z 0-9 . _ -");
        assertThat(Texts.publisher().publish(sources, Texts.SCHEMA, Texts.GROUPS))
                .isInstanceOf(Publisher.Rejected.class);
    }

    @Test
    void noiseThatIsTextIsRejectedByCedarAndCrashesNothing() {
        var random = new Random(11);
        var alphabet =
                "permit forbid(){}[]\"\\;,.@=!<>&|+-*/\n\0\u2028ü😀 principal action resource when unless if then";
        var files = new TreeMap<String, String>();
        for (int i = 0; i < 20; i++) {
            var text = new StringBuilder("x");
            for (int j = 0; j < 400; j++) text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            // Lone surrogates cannot come out of a file; this alphabet's pair is cut apart on purpose.
            files.put(
                    "n" + i + ".cedar",
                    new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
        assertThat(Texts.publisher().publish(Texts.sources(files), Texts.SCHEMA, Texts.GROUPS))
                .isInstanceOf(Publisher.Rejected.class);
    }

    @Test
    void aLongChainThatConvertsTooDeeplyIsRefused() {
        var outcome =
                Texts.publish("@id(\"a\") permit (principal, action == Writ::Action::\"administer\", resource) when { "
                        + "context.operation != \"x\" && ".repeat(120) + "true };");
        assertThat(messages(outcome)).containsExactly("the conditions nest too deeply once converted");
    }

    @Test
    void aChildThatCrashesHangsOrTalksNonsenseIsARejectedPublish() {
        assertThat(messages(with("Crash"))).allMatch(message -> message.contains("crashed"));
        assertThat(messages(with("Hang"))).allMatch(message -> message.contains("took longer than"));
        assertThat(messages(with("Nonsense"))).allMatch(message -> message.contains("without an answer"));
        assertThat(messages(with("Greedy"))).allMatch(message -> message.contains("crashed"));
        assertThat(messages(with("Empty"))).allMatch(message -> message.contains("cannot be read"));
    }

    private static Publisher.Outcome with(String how) {
        var child = new FrontEndProcess(
                List.of(MisbehavingFrontEnd.class.getName(), how), Duration.ofSeconds(how.equals("Hang") ? 2 : 30));
        return new Publisher(new FrontEnd(child)).publish(Texts.sources(Texts.SUPPORT), Texts.SCHEMA, Texts.GROUPS);
    }

    private static Finding cut(String text) {
        SortedMap<String, String> files = new TreeMap<>(Map.of("a.cedar", text));
        var outcome = new FrontEnd(Duration.ofSeconds(60)).check(files, Texts.SCHEMA);
        assertThat(outcome.policies()).isEmpty();
        assertThat(outcome.findings()).hasSize(1);
        return outcome.findings().getFirst();
    }

    private static List<String> messages(Publisher.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Publisher.Rejected.class);
        return ((Publisher.Rejected) outcome)
                .findings().stream().map(Finding::message).toList();
    }
}
