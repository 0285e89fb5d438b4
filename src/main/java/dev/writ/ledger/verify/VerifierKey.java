package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Visible;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * A public key with the name it signs under (signed-note, "Verifier keys"): {@code <name>+<key id>+<base64>}. We know
 * three types: Ed25519 over the note's text (0x01), the timestamped Ed25519 cosignature (0x04) and the timestamped
 * ML-DSA-44 cosignature (0x06, both tlog-cosignature).
 */
public final class VerifierKey {
    /** The signature types that we make and check. */
    public enum Type {
        ED25519(0x01, "Ed25519", "302a300506032b6570032100", 32),
        ED25519_COSIGNATURE(0x04, "Ed25519", "302a300506032b6570032100", 32),
        ML_DSA_44(0x06, "ML-DSA-44", "30820532300b06096086480165030403110382052100", 1312);

        /** What our logs sign their checkpoints with. */
        public static final Set<Type> OF_LOGS = Collections.unmodifiableSet(EnumSet.of(ED25519, ML_DSA_44));
        /** What a witness cosigns with (tlog-cosignature). */
        public static final Set<Type> OF_WITNESSES =
                Collections.unmodifiableSet(EnumSet.of(ED25519_COSIGNATURE, ML_DSA_44));

        private final byte code;
        private final String algorithm;
        private final String prefix;
        private final int keyBytes;

        Type(int code, String algorithm, String prefix, int keyBytes) {
            this.code = (byte) code;
            this.algorithm = algorithm;
            this.prefix = prefix;
            this.keyBytes = keyBytes;
        }

        /** What an X.509 encoded key (RFC 5280 §4.1.2.7) of this type has before the key itself. */
        private byte[] prefix() {
            return HexFormat.of().parseHex(prefix);
        }

        /** The name of the algorithm in the JDK. */
        public String algorithm() {
            return algorithm;
        }

        /** The type for people: two types share an algorithm. */
        String label() {
            return this == ED25519_COSIGNATURE ? "Ed25519 cosignature" : algorithm;
        }
    }

    private final String name;
    private final Type type;
    private final byte[] raw;
    private final PublicKey key;
    private final int id;

    private VerifierKey(String name, Type type, byte[] raw, PublicKey key) {
        this.name = name;
        this.type = type;
        this.raw = raw;
        this.key = key;
        this.id = ByteBuffer.wrap(Digest.of((name + "\n").getBytes(UTF_8), new byte[] {type.code}, raw)
                        .bytes())
                .getInt();
    }

    /** The key that a JDK public key is under a name. */
    public static VerifierKey of(String name, Type type, PublicKey key) {
        var encoded = key.getEncoded();
        var prefix = type.prefix();
        if (encoded.length != prefix.length + type.keyBytes
                || !Arrays.equals(encoded, 0, prefix.length, prefix, 0, prefix.length))
            throw new IllegalArgumentException("not a key for " + type.algorithm);
        return new VerifierKey(name, type, Arrays.copyOfRange(encoded, prefix.length, encoded.length), key);
    }

    public static VerifierKey parse(String text) {
        var parts = text.split("\\+", 3);
        if (parts.length != 3 || !Note.isKeyName(parts[0])) throw bad("expected <name>+<id>+<key>", text);
        var material = Note.base64(parts[2]);
        if (material.length == 0) throw bad("no key", text);
        for (var type : Type.values()) {
            if (type.code != material[0]) continue;
            if (material.length != 1 + type.keyBytes) throw bad("a key of the wrong length", text);
            var key = parsed(parts[0], type, Arrays.copyOfRange(material, 1, material.length), text);
            if (!key.idText().equals(parts[1])) throw bad("the key id does not belong to name and key", text);
            return key;
        }
        throw bad("a signature type that we do not know", text);
    }

    private static VerifierKey parsed(String name, Type type, byte[] raw, String text) {
        var encoded = new ByteArrayOutputStream();
        encoded.writeBytes(type.prefix());
        encoded.writeBytes(raw);
        try {
            var spec = new X509EncodedKeySpec(encoded.toByteArray());
            return new VerifierKey(
                    name, type, raw, KeyFactory.getInstance(type.algorithm).generatePublic(spec));
        } catch (GeneralSecurityException e) {
            throw bad("not a key for " + type.algorithm, text);
        }
    }

    private static IllegalArgumentException bad(String why, String text) {
        return new IllegalArgumentException("not a verifier key, " + why + ": " + Visible.text(text, 80));
    }

    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    /** The first four bytes of the hash that signed-note recommends; names the key, proves nothing. */
    public int id() {
        return id;
    }

    private String idText() {
        return HexFormat.of().toHexDigits(id);
    }

    /** Whether both wrap the same public key, whatever they call it (tlog-policy, "Public key representation"). */
    boolean sameKey(VerifierKey other) {
        return Arrays.equals(raw, other.raw);
    }

    /** Whether the bytes are this key's signature over a message. Never throws for a bad signature. */
    boolean signed(byte[] message, byte[] signature) {
        try {
            var verifier = Signature.getInstance(type.algorithm);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The vkey as text. */
    @Override
    public String toString() {
        var material = new byte[1 + raw.length];
        material[0] = type.code;
        System.arraycopy(raw, 0, material, 1, raw.length);
        return name + "+" + idText() + "+" + java.util.Base64.getEncoder().encodeToString(material);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifierKey that
                && name.equals(that.name)
                && type == that.type
                && Arrays.equals(raw, that.raw);
    }

    @Override
    public int hashCode() {
        return id;
    }
}
