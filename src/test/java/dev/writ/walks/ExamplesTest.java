package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.cli.Cli;
import dev.writ.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example resources are applied by the command line to a fresh installation, as a reader would. */
class ExamplesTest {
    @TempDir
    private Path home;

    private record Said(int code, String out, String err) {}

    @Test
    void everyExampleIsAppliedAndApplyingItAgainChangesNothing() throws IOException {
        var examples = Path.of("examples").toAbsolutePath();
        long documents = 0;
        try (var files = Files.list(examples)) {
            for (var file : files.toList())
                documents += Files.readString(file)
                        .lines()
                        .filter(line -> line.startsWith("kind:"))
                        .count();
        }
        assertThat(documents).isGreaterThanOrEqualTo(5);
        try (var _ = Wiring.start(
                Settings.of(home.resolve("writ-data")).withPort(0), InstantSource.system(), new SecureRandom())) {
            var first = run("apply", "-f", examples.toString(), "-o", "jsonl");
            assertThat(first.code()).as(first.err() + first.out()).isZero();
            assertThat(first.out().lines()).hasSize((int) documents).allMatch(line -> line.contains("\"created\""));
            var again = run("apply", "-f", examples.toString(), "-o", "jsonl");
            assertThat(again.out().lines()).hasSize((int) documents).allMatch(line -> line.contains("\"unchanged\""));
            assertThat(run("agent", "list").out()).contains("support-bot");
            assertThat(run("server", "list").out()).contains("tickets").contains("pending");
        }
    }

    private Said run(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Cli.run(
                words,
                new Terminal(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        false,
                        _ -> Optional.empty(),
                        Map.of("NO_COLOR", "1"),
                        home));
        return new Said(code, out.toString(UTF_8), err.toString(UTF_8));
    }
}
