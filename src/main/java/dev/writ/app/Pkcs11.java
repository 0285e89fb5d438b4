package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Secret;
import dev.writ.ledger.token.Token;
import dev.writ.ledger.token.TokenSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code keys.pkcs11}: the token in which the logs' Ed25519 keys are made and sign.
 *
 * @param library the token's PKCS#11 library, with its whole path
 * @param token what the token is called
 * @param pinFile a file that holds the token's PIN and nothing else; without it the variable WRIT_PKCS11_PIN does
 * @param patience how long the token may take to do one thing before the ledger is closed
 */
public record Pkcs11(Path library, String token, Optional<Path> pinFile, Duration patience) {
    static final String PIN_VARIABLE = "WRIT_PKCS11_PIN";

    private static final int PIN_BYTES_MAX = 1_024;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    public Pkcs11 {
        var _ = new TokenSettings(library, token, () -> Secret.of(""), patience);
    }

    Token open(SecureRandom random) {
        return Token.open(new TokenSettings(library, token, () -> pin(System.getenv()), patience), random);
    }

    /** Read at every login, so that nothing keeps it and a new PIN needs no new start. */
    Secret pin(Map<String, String> environment) {
        return pinFile.map(Pkcs11::read)
                .or(() -> Optional.ofNullable(environment.get(PIN_VARIABLE))
                        .filter(text -> !text.isEmpty())
                        .map(Secret::of))
                .orElseThrow(() -> new StartFailure(
                        "there is no PIN for the token " + token,
                        "name its file in keys.pkcs11.pinFile, or set " + PIN_VARIABLE,
                        null));
    }

    private static Secret read(Path file) {
        try {
            if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file)))
                throw new StartFailure(
                        "the PIN file " + file + " can be read by others than its owner", "chmod 600 it", null);
            if (Files.size(file) > PIN_BYTES_MAX)
                throw new StartFailure(
                        "the PIN file " + file + " is longer than " + PIN_BYTES_MAX + " bytes",
                        "put the PIN and nothing else into it",
                        null);
            var text = new String(Files.readAllBytes(file), UTF_8);
            if (text.endsWith("\n")) text = text.substring(0, text.length() - 1);
            if (text.endsWith("\r")) text = text.substring(0, text.length() - 1);
            if (text.isEmpty())
                throw new StartFailure(
                        "the PIN file " + file + " is empty", "put the PIN and nothing else into it", null);
            return Secret.of(text);
        } catch (IOException e) {
            throw new StartFailure("the PIN file " + file + " cannot be read", "check the path and its permissions", e);
        }
    }
}
