package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, not being able to start, and stopping, as the person at the terminal sees it. */
class UpTest {
    /** An installation that has begun and is stopped; tests copy it, for a beginning takes a second. */
    @TempDir
    private static Path begun;

    @TempDir
    private Path data;

    private record Said(int code, String out, String err) {}

    @BeforeAll
    static void begin() {
        Wiring.start(Settings.of(begun).withPort(0), InstantSource.system(), new SecureRandom())
                .close();
    }

    @AfterAll
    static void theBegunOneIsNotInUse() {
        assertThat(begun.resolve("cli/owner.json")).exists();
    }

    private static Said up(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var all = new ArrayList<>(List.of("up"));
        all.addAll(List.of(arguments));
        int code = Main.run(
                all.toArray(String[]::new), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Said(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** One sentence, one next step, nothing else. */
    private static void assertTold(Said said, String what) {
        assertThat(said.code()).as(said.err()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err())
                .contains(what)
                .contains("Next: ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
        assertThat(said.err().lines()).hasSize(2);
    }

    private void copy() throws IOException {
        try (var files = Files.walk(begun)) {
            for (var file : files.toList()) {
                var to = data.resolve(begun.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(to);
                else Files.copy(file, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void aTakenPortIsTold() throws IOException {
        copy();
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertTold(
                    up("--data", data.toString(), "--port", String.valueOf(taken.getLocalPort())), "cannot listen on");
        }
        // Nothing is left open: the same folder starts at once.
        Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())
                .close();
    }

    @Test
    void aDataFolderInUseIsTold() throws IOException {
        copy();
        try (var _ = Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())) {
            assertTold(up("--data", data.toString(), "--port", "0"), "in use");
        }
    }

    @Test
    void aDataFolderThatCannotBeMadeIsTold() throws IOException {
        var file = Files.createFile(data.resolve("a-file"));
        assertTold(up("--data", file.resolve("in-a-file").toString(), "--port", "0"), "cannot be written");
    }

    @Test
    void adatabaseOfANewerWritIsTold() throws Exception {
        copy();
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + data.resolve("writ.db"));
                var statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO schema_steps (part, version, digest) VALUES ('registry', 99, '"
                    + "0".repeat(64) + "')");
        }
        assertTold(up("--data", data.toString(), "--port", "0"), "newer Writ");
    }

    @Test
    void aDamagedLedgerIsTold() throws IOException {
        copy();
        var checkpoint = data.resolve("ledger/default/node-1/checkpoint");
        Files.writeString(checkpoint, Files.readString(checkpoint).replaceFirst("\n[0-9]+\n", "\n7777\n"));
        var said = up("--data", data.toString(), "--port", "0");
        assertTold(said, "ledger");
    }

    @Test
    void anUnknownSettingIsTold() throws IOException {
        var config = Files.writeString(data.resolve("writ.yaml"), "listen: {prot: 1}");
        assertTold(up("--config", config.toString(), "--data", data.toString()), "unknown setting listen.prot");
    }

    @Test
    void whatFailsHalfwayLeavesNothingOpen() throws IOException {
        copy();
        assertThatThrownBy(() -> Wiring.start(
                        Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom(), List.of(_ -> {
                            throw new IllegalStateException("a gateway that does not start");
                        })))
                .hasMessage("a gateway that does not start");
        Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())
                .close();
    }

    @Test
    void itSaysWhereItIsAndStopsInOrderWhenToldTo() throws Exception {
        copy();
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "up",
                        "--port",
                        "0",
                        "--data",
                        data.toString())
                .redirectErrorStream(true)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            var banner = new StringBuilder();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                banner.append(line).append('\n');
                if (line.contains("Ctrl-C")) break;
            }
            assertThat(banner.toString())
                    .contains("is up")
                    .contains("/api/v1")
                    .contains("/mcp/<server>")
                    .contains(data.toString())
                    .contains("shared-user");
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
        } finally {
            process.destroyForcibly();
        }
        Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())
                .close();
    }
}
