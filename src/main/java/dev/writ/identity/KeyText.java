package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The text of a key: {@code writ_agent_} or {@code writ_person_} and 256 random bits in base64url (RFC 4648 §5), 43
 * characters. The prefix lets secret scanners find it. Its digest is over the text, so no second spelling exists.
 */
final class KeyText {
    private static final int RANDOM_BYTES = 32;
    private static final int RANDOM_CHARS = 43;
    private static final List<String> PREFIXES = List.of("writ_agent_", "writ_person_");

    private KeyText() {}

    static Secret next(String kind, RandomGenerator random) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Secret.of(
                "writ_" + kind + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    static Digest digest(Secret text) {
        return digest(text.reveal());
    }

    /** The digest under which a key is found, or nothing when the text is no key. */
    static Optional<Digest> digestOf(String credential) {
        if (!wellFormed(credential)) return Optional.empty();
        return Optional.of(digest(credential));
    }

    /** As {@link #digestOf} for refresh tokens, which authenticate nobody. */
    static Optional<Digest> refreshDigest(String text) {
        return wellFormed(text, "writ_refresh_") ? Optional.of(digest(text)) : Optional.empty();
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean wellFormed(String credential) {
        for (var prefix : PREFIXES) if (wellFormed(credential, prefix)) return true;
        return false;
    }

    private static boolean wellFormed(String text, String prefix) {
        return text.length() == prefix.length() + RANDOM_CHARS
                && text.startsWith(prefix)
                && text.chars().skip(prefix.length()).allMatch(KeyText::base64url);
    }

    private static boolean base64url(int c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
