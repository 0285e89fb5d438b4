package dev.writ.ledger.verify;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts side values, each under a key of its own: AES-256-GCM over salt ‖ value. Salt and value die together when the
 * key does. A key encrypts exactly one text, so the nonce may be constant (NIST SP 800-38D §8.2.1 asks for uniqueness
 * per key); key wrapping (RFC 3394) needs no nonce, so the master key has no limit of use.
 */
public final class SideCipher {
    public static final int KEY_BYTES = 32;
    private static final byte[] NONCE = new byte[12];
    private static final int TAG_BITS = 128;

    private final SecretKeySpec master;

    public SideCipher(byte[] masterKey) {
        if (masterKey.length != KEY_BYTES) throw new IllegalArgumentException("a master key has 32 bytes");
        this.master = new SecretKeySpec(masterKey, "AES");
    }

    public byte[] wrap(byte[] key) {
        try {
            var cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.WRAP_MODE, master);
            return cipher.wrap(new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot wrap a key", e);
        }
    }

    public static byte[] encrypt(byte[] key, byte[] boundTo, byte[] salt, byte[] value) {
        try {
            var cipher = gcm(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), boundTo);
            var out = new byte[cipher.getOutputSize(salt.length + value.length)];
            int done = cipher.update(salt, 0, salt.length, out, 0);
            cipher.doFinal(value, 0, value.length, out, done);
            return out;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot encrypt with AES-256-GCM", e);
        }
    }

    /** A value and its salt. */
    @SuppressWarnings("ArrayRecordComponent") // bytes handed over once
    public record Opened(byte[] salt, byte[] value) {}

    /** The value, unless key, text or what it is bound to was changed. */
    public Optional<Opened> open(byte[] wrappedKey, byte[] boundTo, byte[] ciphertext) {
        try {
            var unwrap = Cipher.getInstance("AESWrap");
            unwrap.init(Cipher.UNWRAP_MODE, master);
            var key = unwrap.unwrap(wrappedKey, "AES", Cipher.SECRET_KEY);
            var plain = gcm(Cipher.DECRYPT_MODE, new SecretKeySpec(key.getEncoded(), "AES"), boundTo)
                    .doFinal(ciphertext);
            if (plain.length < SideCommitment.SALT_BYTES) return Optional.empty();
            return Optional.of(new Opened(
                    Arrays.copyOf(plain, SideCommitment.SALT_BYTES),
                    Arrays.copyOfRange(plain, SideCommitment.SALT_BYTES, plain.length)));
        } catch (AEADBadTagException | java.security.InvalidKeyException | javax.crypto.IllegalBlockSizeException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot decrypt with AES-256-GCM", e);
        }
    }

    private static Cipher gcm(int mode, SecretKeySpec key, byte[] boundTo) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, NONCE));
        cipher.updateAAD(boundTo);
        return cipher;
    }
}
