package dev.writ.ledger.token;

import dev.writ.base.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Which token, and how it is reached.
 *
 * @param library the token's PKCS#11 library
 * @param label what the token is called
 * @param pin asked for at every login and kept nowhere
 * @param patience how long the token may take to do one thing
 */
public record TokenSettings(Path library, String label, Supplier<Secret> pin, Duration patience) {
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    public TokenSettings {
        if (!library.isAbsolute()) throw new IllegalArgumentException("a PKCS#11 library is named with its whole path");
        int bytes = label.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (label.isBlank()
                || bytes > 32
                || !label.equals(label.stripTrailing())
                || label.chars().anyMatch(c -> c < 32))
            throw new IllegalArgumentException("a token's label has 1 to 32 bytes");
        if (!patience.isPositive() || patience.compareTo(Duration.ofMinutes(2)) > 0)
            throw new IllegalArgumentException("a token may take 1 to 120 seconds");
    }
}
