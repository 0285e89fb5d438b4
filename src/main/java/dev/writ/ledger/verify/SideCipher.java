package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts side values, each under a key of its own: AES-256-GCM over salt ‖ value. Salt and value die together when the
 * key does. A key encrypts exactly one text, so the nonce may be constant (NIST SP 800-38D §8.2.1 asks for uniqueness
 * per key). {@link SideKey} tells how a key is had; new ones are HMAC-SHA256 of a random seed under a key derived from
 * the master key, which has no limit of use and costs a tenth of wrapping.
 */
public final class SideCipher {
    public static final int KEY_BYTES = 32;
    private static final GCMParameterSpec NONCE = new GCMParameterSpec(128, new byte[12]);
    private static final int TAG_BYTES = 16;
    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec master;
    private final SecretKeySpec seeds;

    public SideCipher(byte[] masterKey) {
        if (masterKey.length != KEY_BYTES) throw new IllegalArgumentException("a master key has 32 bytes");
        this.master = new SecretKeySpec(masterKey, "AES");
        try {
            // A key of its own: the master key also wraps keys of format 1.
            var derived = hmac(new SecretKeySpec(masterKey, HMAC)).doFinal("writ-side-seeds-v2".getBytes(UTF_8));
            this.seeds = new SecretKeySpec(derived, HMAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HMAC", e);
        }
    }

    private static Mac hmac(SecretKeySpec key) throws GeneralSecurityException {
        var mac = Mac.getInstance(HMAC);
        mac.init(key);
        return mac;
    }

    /** What encrypts; dear to make, so it is kept. Used by one thread at a time. */
    public final class Sealer {
        private final Mac mac;
        private final Cipher gcm;
        private final byte[] key = new byte[KEY_BYTES];
        private byte[] plain = new byte[4096];

        private Sealer() {
            try {
                mac = hmac(seeds);
                gcm = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK has no AES-GCM or HMAC", e);
            }
        }

        /** @param seed fresh random bytes, never used before */
        public byte[] encrypt(byte[] seed, byte[] boundTo, byte[] salt, byte[] value) {
            int length = salt.length + value.length;
            if (plain.length < length) plain = new byte[Math.max(length, 2 * plain.length)];
            System.arraycopy(salt, 0, plain, 0, salt.length);
            System.arraycopy(value, 0, plain, salt.length, value.length);
            try {
                mac.update(seed);
                mac.doFinal(key, 0);
                gcm.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), NONCE);
                gcm.updateAAD(boundTo);
                var out = new byte[length + TAG_BYTES];
                gcm.doFinal(plain, 0, length, out, 0);
                return out;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK cannot encrypt with AES-256-GCM", e);
            } finally {
                Arrays.fill(plain, 0, length, (byte) 0);
                Arrays.fill(key, (byte) 0);
                if (plain.length > KEPT_BYTES_MAX) plain = new byte[4096];
            }
        }

        private static final int KEPT_BYTES_MAX = 64 << 10;
    }

    public Sealer sealer() {
        return new Sealer();
    }

    /** A value and its salt. */
    @SuppressWarnings("ArrayRecordComponent") // bytes handed over once
    public record Opened(byte[] salt, byte[] value) {}

    /** The value, unless key, text or what it is bound to was changed. */
    public Optional<Opened> open(SideKey key, byte[] boundTo, byte[] ciphertext) {
        try {
            var gcm = Cipher.getInstance("AES/GCM/NoPadding");
            gcm.init(Cipher.DECRYPT_MODE, secret(key), NONCE);
            gcm.updateAAD(boundTo);
            var plain = gcm.doFinal(ciphertext);
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

    private SecretKeySpec secret(SideKey key) throws GeneralSecurityException {
        if (key.format() == SideKey.SEEDED) return new SecretKeySpec(hmac(seeds).doFinal(key.cell()), "AES");
        var unwrap = Cipher.getInstance("AESWrap");
        unwrap.init(Cipher.UNWRAP_MODE, master);
        return new SecretKeySpec(
                unwrap.unwrap(key.cell(), "AES", Cipher.SECRET_KEY).getEncoded(), "AES");
    }
}
