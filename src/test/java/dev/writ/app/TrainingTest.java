package dev.writ.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The walk that the launcher has the JVM learn from. */
class TrainingTest {
    @Test
    void theWholeStoryIsWalkedInThisProcessSilentlyAndLeavesNothing() throws IOException {
        var before = folders();
        var err = new ByteArrayOutputStream();
        assertThat(Training.run(new PrintStream(err, true, StandardCharsets.UTF_8)))
                .isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(folders()).isEqualTo(before);
    }

    private static Set<Path> folders() throws IOException {
        try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> String.valueOf(path.getFileName()).startsWith("writ-train-"))
                    .collect(Collectors.toSet());
        }
    }
}
