package dev.writ.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.guard.Presented;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what docs/backup.md says, word for word. */
class BackupPageTest {
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path home;

    @Test
    void theCommandsOfThePageWorkAsTheyStand() throws IOException {
        var data = home.resolve("writ-data");
        Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())
                .close();
        var block = BLOCK.matcher(Files.readString(Path.of("docs/backup.md")));
        assertThat(block.find()).isTrue();
        var lines = block.group(1).lines().toList();
        assertThat(lines).hasSize(4);
        for (var line : lines) {
            var words = line.substring("writ ".length())
                    .replaceAll("(writ-data|backup-today|writ-restored)", home + "/$1")
                    .split(" ");
            var ran = Programs.run(words);
            assertThat(ran.exit()).as(line + "\n" + ran.text()).isZero();
        }
        // What was restored starts, and its owner's new credential is good.
        var restored = home.resolve("writ-restored");
        try (var wiring = Wiring.start(Settings.of(restored).withPort(0), InstantSource.system(), new SecureRandom())) {
            var key = new OwnerFile(restored.resolve("cli/owner.json")).key().orElseThrow();
            assertThat(wiring.parts().guard().callerOf(Presented.bearer(key.reveal())))
                    .isPresent();
        }
    }
}
