package dev.writ.ledger.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * SoftHSM, a PKCS#11 token in software (Debian package softhsm2), with a folder of tokens for this process. Without it
 * these tests fail; they are never skipped.
 */
public final class SoftHsm {
    public static final String PIN = "7294-correct-horse";

    private static final List<String> PLACES = List.of(
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib64/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
            "/opt/homebrew/lib/softhsm/libsofthsm2.so");

    /** Two tokens that have the same name. */
    static final String TWICE = "writ-twice";

    private static final int TOKENS = 8;
    private static final AtomicInteger GIVEN = new AtomicInteger();

    private SoftHsm() {}

    /** One configuration for the process: the library reads it and looks for tokens once, when it is initialized. */
    private static final class Home {
        private static final Path CONFIGURATION = begin();

        private static Path begin() {
            try {
                var folder = Files.createTempDirectory("writ-softhsm");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
                var tokens = Files.createDirectory(folder.resolve("tokens"));
                var file = folder.resolve("softhsm2.conf");
                Files.writeString(
                        file, "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
                setenv("SOFTHSM2_CONF", file.toString());
                for (int i = 1; i <= TOKENS; i++) make(file, "writ-" + i);
                make(file, TWICE);
                make(file, TWICE);
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static Path library() {
        return PLACES.stream()
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("SoftHSM is missing: apt-get install softhsm2 (.ci/run does)"));
    }

    /** What SOFTHSM2_CONF must be in another process that uses these tokens. */
    public static Path configuration() {
        return Home.CONFIGURATION;
    }

    /** The name of a token that no other test has. */
    public static String fresh() {
        var _ = configuration();
        int number = GIVEN.incrementAndGet();
        if (number > TOKENS) throw new AssertionError("there are only " + TOKENS + " tokens");
        return "writ-" + number;
    }

    private static void make(Path configuration, String label) {
        softhsm(configuration, "--init-token", "--free", "--label", label, "--so-pin", "so-" + PIN, "--pin", PIN);
    }

    /** Takes a token away, keys and all, from under whoever uses it. */
    public static void remove(String label) {
        softhsm(configuration(), "--delete-token", "--token", label);
    }

    private static void softhsm(Path configuration, String... arguments) {
        var _ = library();
        var command = new ArrayList<>(List.of("softhsm2-util"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SOFTHSM2_CONF", configuration.toString());
        try {
            var process = builder.start();
            try (var out = process.inputReader(UTF_8)) {
                var said = out.lines().toList();
                if (process.waitFor() != 0) throw new AssertionError("softhsm2-util: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static TokenSettings settings(String label) {
        return settings(label, PIN);
    }

    public static TokenSettings settings(String label, String pin) {
        return new TokenSettings(library(), label, () -> Secret.of(pin), Duration.ofSeconds(10));
    }

    public static Token open(String label) {
        return Token.open(settings(label), new SecureRandom());
    }

    /** The process's own environment, which C sees and Java's copy does not. */
    private static void setenv(String name, String value) {
        var linker = Linker.nativeLinker();
        var setenv = linker.downcallHandle(
                linker.defaultLookup().find("setenv").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (var arena = Arena.ofConfined()) {
            if ((int) setenv.invoke(arena.allocateFrom(name), arena.allocateFrom(value), 1) != 0)
                throw new AssertionError("setenv failed");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            // The machine's temporary folder is emptied by others.
        }
    }
}
