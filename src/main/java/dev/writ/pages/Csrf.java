package dev.writ.pages;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The token that a form carries to show that our own page sent it: derived one way from the visitor's cookie, which no
 * other site can read, so it needs no memory and tells nothing of the cookie.
 */
final class Csrf {
    private Csrf() {}

    static String token(String cookie) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(("writ-csrf-v1\0" + cookie).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** In constant time. */
    static boolean fits(String cookie, String token) {
        return MessageDigest.isEqual(
                token(cookie).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
