package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The text of a key: {@code writ_agent_} or {@code writ_person_} and 256 random bits in base64url (RFC 4648 §5), 43
 * characters. The prefix lets secret scanners find it. Its digest is over the text, so no second spelling exists.
 */
final class KeyText {
    private static final int RANDOM_BYTES = 32;
    private static final int CHARS_MAX = 64;
    private static final Pattern FORM = Pattern.compile("writ_(agent|person)_[A-Za-z0-9_-]{43}");

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
        if (credential.length() > CHARS_MAX || !FORM.matcher(credential).matches()) return Optional.empty();
        return Optional.of(digest(credential));
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.US_ASCII));
    }
}
