package dev.writ.app;

import dev.writ.base.Secret;
import dev.writ.demo.Demo;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code writ train}: walks the main job once within this process, silently, in a folder of its own. The launcher runs it
 * with {@code -XX:AOTCacheOutput} (JEP 514), so that later starts find the classes loaded and linked. Whatever goes wrong
 * costs a faster start and nothing else.
 */
final class Training {
    private Training() {}

    static int run(PrintStream err) {
        try {
            var data = Files.createTempDirectory("writ-train-");
            try {
                walk(data);
                return 0;
            } finally {
                delete(data);
            }
        } catch (IOException | RuntimeException e) {
            err.println("writ train: " + e.getMessage());
            return 1;
        }
    }

    private static void walk(Path data) throws IOException {
        var settings = Settings.of(data).withPort(0).withHold(Duration.ZERO);
        var silent = new PrintStream(OutputStream.nullOutputStream());
        try (var wiring = Wiring.start(settings, InstantSource.system(), new SecureRandom())) {
            var key = new OwnerFile(DataFolder.open(data).ownerFile())
                    .key()
                    .map(Secret::reveal)
                    .orElseThrow();
            var options = new Demo.Options(true, false, Optional.of(data), List.of());
            new Demo(options, DemoCommand::ran, silent, silent)
                    .tellAt(wiring.url().toString(), key, data);
        }
    }

    private static void delete(Path folder) {
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
