package dev.writ.vault;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Name;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Keys and bindings for what is encrypted at its own place: HMAC-SHA256 of the master key separates tenants and uses. */
final class Covers {
    private static final String USE = "writ-cover-v1\0";

    private Covers() {}

    static byte[] key(MasterKey master, Name tenant) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(master.bytes(), "HmacSHA256"));
            return mac.doFinal((USE + tenant).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HMAC-SHA256", e);
        }
    }

    static byte[] bound(Name tenant, byte[] subject) {
        var bound = new ByteArrayOutputStream();
        bound.writeBytes((USE + tenant + "\0").getBytes(UTF_8));
        bound.writeBytes(subject);
        return bound.toByteArray();
    }
}
