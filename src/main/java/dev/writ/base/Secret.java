package dev.writ.base;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A secret text that never shows itself: not in logs, not in messages, not in a debugger's default view. */
public final class Secret {
    private final byte[] utf8;

    private Secret(byte[] utf8) {
        this.utf8 = utf8;
    }

    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The secret itself, for the one place that needs it. */
    public String reveal() {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Compares in constant time. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(utf8, secret.utf8);
    }

    /** The same for all secrets, so that it tells nothing. */
    @Override
    public int hashCode() {
        return 1;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
