package dev.writ.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JointNamesTest {
    private static final Name A = new Name("a");
    private static final String LONG = "b".repeat(63);

    private static Optional<Name> server(JointNames names, String shown) {
        return names.target(shown).map(JointNames.Target::server);
    }

    @Test
    void theFirstTwoUnderscoresEndTheServersPart() {
        var names = new JointNames(List.of(A, new Name("a_"), new Name("ab")));
        assertThat(names.target("a__b")).contains(new JointNames.Target(A, "b"));
        assertThat(names.target("a__b__c")).contains(new JointNames.Target(A, "b__c"));
        assertThat(names.target("a___b")).as("not of the server a_").contains(new JointNames.Target(A, "_b"));
        assertThat(names.target("__b")).isEmpty();
        assertThat(names.target("b")).isEmpty();
        assertThat(names.target("abc__b")).isEmpty();
        assertThat(names.servers()).containsExactly(A, new Name("ab"));
    }

    @Test
    void whatIsTooLongIsCutAlwaysInTheSameWayAndStaysDifferent() {
        var seen = new HashSet<String>();
        var server = new Name(LONG);
        for (int i = 0; i < 2_000; i++) {
            var shown = JointNames.of(server, "t".repeat(100) + i);
            assertThat(shown).hasSizeLessThanOrEqualTo(64).isEqualTo(JointNames.of(server, "t".repeat(100) + i));
            assertThat(server(new JointNames(List.of(server, A)), shown)).contains(server);
            assertThat(seen.add(shown)).isTrue();
        }
        assertThat(JointNames.of(A, "t".repeat(61))).isEqualTo("a__" + "t".repeat(61));
        assertThat(JointNames.of(A, "t".repeat(62))).hasSize(64);
    }

    @Test
    void twoToolsThatWouldLookAlikeAreBothLeftOut() {
        var tool = "t".repeat(100);
        var shown = JointNames.of(A, tool);
        var twin = shown.substring("a__".length());
        var target = new JointNames(List.of(A)).target(shown).orElseThrow();
        assertThat(JointNames.own(target, shown, List.of(tool, "other"))).contains(tool);
        assertThat(JointNames.own(target, shown, List.of(twin))).contains(twin);
        assertThat(JointNames.own(target, shown, List.of(tool, twin))).isEmpty();
    }

    @Test
    void twoServersThatWouldLookAlikeAreBothLeftOut() {
        var server = new Name(LONG);
        var names = new JointNames(List.of(A, server, new Name(JointNames.alias(server))));
        assertThat(names.servers()).containsExactly(A);
    }

    @Test
    void aUriLeadsBackToItsServerWhateverItHolds() {
        var names = new JointNames(List.of(A, new Name("b")));
        for (var uri : List.of("file:///x", "test://h/a?b#c", "writ:b/file:///x", "x:y")) {
            assertThat(names.resource(JointNames.uri(A, uri))).contains(new JointNames.Target(A, uri));
        }
        for (var bad : List.of("file:///x", "writ:", "writ:a", "writ:c/x:y", "writ:A/x:y", "writ:/x:y", "WRIT:a/x:y"))
            assertThat(names.resource(bad)).as(bad).isEmpty();
    }
}
