package dev.writ.guard.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever records a new kind of change must say what a replay makes of it; a start would refuse it otherwise. */
class RecordedKindsTest {
    private static final Pattern RECORDED = Pattern.compile(
            "(?:new Transition|evidence\\.transition|record)\\(\\s*(?:guard,\\s*tenant,\\s*|tenant,\\s*)?"
                    + "\"([a-z-]+)\",\\s*\"([a-z-]+)\"");

    @Test
    void everyKindOfChangeThatIsRecordedCanBeReplayed() throws IOException {
        var redo = Files.readString(Path.of("src/main/java/dev/writ/guard/replay/Redo.java"));
        var recorded = new TreeSet<String>();
        try (var sources = Files.walk(Path.of("src/main/java"))) {
            for (var source :
                    sources.filter(each -> each.toString().endsWith(".java")).toList())
                RECORDED.matcher(Files.readString(source))
                        .results()
                        .forEach(match -> recorded.add(match.group(1) + "/" + match.group(2)));
        }
        assertThat(recorded).hasSizeGreaterThan(20);
        // Published policies are read apart; an origin, a token and a sign-in change nobody's authority.
        recorded.removeIf(name -> name.matches("(policy-bundle|origin|token|sign-in)/.*"));
        for (var name : recorded) assertThat(redo).contains("\"" + name + "\"");
    }
}
