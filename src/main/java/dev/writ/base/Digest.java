package dev.writ.base;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest (FIPS 180-4), 32 bytes; its text is 64 lower-case hexadecimal digits. */
public final class Digest {
    public static final int BYTES = 32;

    private final byte[] bytes;

    private Digest(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Hashes the parts one after the other, as if they were one text. */
    public static Digest of(byte[]... parts) {
        var sha = sha256();
        for (var part : parts) sha.update(part);
        return new Digest(sha.digest());
    }

    public static Digest ofBytes(byte[] digest) {
        if (digest.length != BYTES)
            throw new IllegalArgumentException("a SHA-256 digest has 32 bytes, not " + digest.length);
        return new Digest(digest.clone());
    }

    public static Digest parse(String hex) {
        return ofBytes(HexFormat.of().parseHex(hex));
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
