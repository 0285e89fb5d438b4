package dev.writ.identity.issuer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Name;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Marks texts that we gave away, so that they are known again when they come back; kept with the other keys. */
final class Seal {
    private static final String FILE = "clients.key";
    private static final int MARK_BYTES = 16;

    private final byte[] key;

    private Seal(byte[] key) {
        this.key = key;
    }

    static Seal open(Path folder, SecureRandom random) {
        var file = folder.resolve(FILE);
        if (Files.notExists(file)) {
            var fresh = new byte[32];
            random.nextBytes(fresh);
            KeyFile.write(file, Base64.getEncoder().encodeToString(fresh) + "\n");
            return new Seal(fresh);
        }
        try {
            return new Seal(Base64.getDecoder().decode(KeyFile.read(file).strip()));
        } catch (IllegalArgumentException e) {
            throw new IssuerFailure(file + " holds no key; restore it, or delete it and clients register anew", e);
        }
    }

    String mark(Name tenant, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            var mark = mac.doFinal(("writ-client-v1\0" + tenant + "\0" + text).getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mark, MARK_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IssuerFailure("this JDK has no HMAC-SHA-256", e);
        }
    }

    /** In constant time. */
    boolean marked(Name tenant, String text, String mark) {
        return MessageDigest.isEqual(mark(tenant, text).getBytes(UTF_8), mark.getBytes(UTF_8));
    }
}
