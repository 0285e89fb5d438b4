package dev.writ.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Secret;
import dev.writ.ledger.token.TokenSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a token's PIN comes from, and that it goes nowhere else. */
class Pkcs11Test {
    private static final String PIN = "2718-secret";

    @TempDir
    Path folder;

    private Pkcs11 token(Optional<Path> pinFile) {
        return new Pkcs11(Path.of("/lib/t.so"), "tok", pinFile, TokenSettings.PATIENCE);
    }

    private Path file(String content, String mode) throws IOException {
        var file = folder.resolve("pin");
        Files.deleteIfExists(file);
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    @Test
    void thePinIsInTheFileOrElseInTheVariable() throws IOException {
        for (var content : List.of(PIN, PIN + "\n", PIN + "\r\n"))
            for (var mode : List.of("rw-------", "r--------"))
                assertThat(token(Optional.of(file(content, mode))).pin(Map.of(Pkcs11.PIN_VARIABLE, "another")))
                        .isEqualTo(Secret.of(PIN));
        assertThat(token(Optional.empty()).pin(Map.of(Pkcs11.PIN_VARIABLE, PIN)))
                .isEqualTo(Secret.of(PIN));
    }

    @Test
    void aPinFileThatOthersCanReadOrThatHoldsNoneStopsTheStart() throws IOException {
        for (var mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx------", "rw-rw-rw-"))
            refused(file(PIN, mode), mode.equals("rwx------") ? "by others" : "read by others than its owner");
        refused(file("", "rw-------"), "is empty");
        refused(file("\n", "rw-------"), "is empty");
        refused(file("1".repeat(2_000), "rw-------"), "longer than 1024 bytes");
        refused(folder.resolve("absent"), "cannot be read");
        for (var environment : List.of(Map.<String, String>of(), Map.of(Pkcs11.PIN_VARIABLE, "")))
            assertThatThrownBy(() -> token(Optional.empty()).pin(environment))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("there is no PIN for the token tok");
    }

    private void refused(Path file, String words) {
        assertThatThrownBy(() -> token(Optional.of(file)).pin(Map.of(Pkcs11.PIN_VARIABLE, PIN)))
                .as("not replaced by the variable either")
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining(PIN);
    }

    @Test
    void theSettingsOfThePageAreRead() throws IOException {
        var all = Files.readAllLines(Path.of("docs/keys.md"));
        int from = all.indexOf("```yaml") + 1;
        var yaml = all.subList(from, from + all.subList(from, all.size()).indexOf("```"));
        var file = Files.write(folder.resolve("writ.yaml"), yaml);
        var keys = SettingsFile.read(file, Settings.of(folder)).keys().orElseThrow();
        assertThat(keys)
                .isEqualTo(new Pkcs11(
                        Path.of("/usr/lib/softhsm/libsofthsm2.so"),
                        "writ-ledger",
                        Optional.of(Path.of("/etc/writ/pin")),
                        TokenSettings.PATIENCE));
    }

    @Test
    void noPinIsShownByWhatKnowsIt() {
        var settings = new TokenSettings(Path.of("/t.so"), "tok", () -> Secret.of(PIN), TokenSettings.PATIENCE);
        assertThat(settings.toString() + settings.pin().get()).doesNotContain(PIN);
    }
}
