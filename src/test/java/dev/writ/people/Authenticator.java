package dev.writ.people;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A passkey in software: a P-256 key that answers ceremonies as a browser and its authenticator would (WebAuthn §6), byte
 * for byte, and lies where a test tells it to.
 */
public final class Authenticator {
    static final int PRESENT = 1;
    static final int VERIFIED = 4;
    private static final int ATTESTED = 64;

    private final KeyPair key = keyPair();
    private final byte[] id = new byte[32];
    private byte[] user = new byte[0];

    String origin;
    Optional<String> party = Optional.empty();
    Optional<String> challenge = Optional.empty();
    String type = "";
    int flags = PRESENT | VERIFIED;
    long counter = 1;
    String format = "none";
    boolean forged;

    public Authenticator(String origin) {
        this.origin = origin;
        new SecureRandom().nextBytes(id);
    }

    /** Answers a request to make a passkey. */
    public String make(String options) {
        var asked = JsonReader.readObject(options.getBytes(UTF_8));
        user = decoded(asked.object("user").orElseThrow().string("id").orElseThrow());
        var client = client("webauthn.create", asked);
        var data = new ByteArrayOutputStream();
        data.writeBytes(head(asked.object("rp").orElseThrow().string("id").orElseThrow(), flags | ATTESTED));
        data.writeBytes(new byte[16]);
        data.writeBytes(new byte[] {0, (byte) id.length});
        data.writeBytes(id);
        data.writeBytes(publicKey());
        var attestation = new ByteArrayOutputStream();
        attestation.write(0xa3);
        attestation.writeBytes(text("fmt"));
        attestation.writeBytes(text(format.replace("+x5c", "")));
        attestation.writeBytes(text("attStmt"));
        attestation.writeBytes(statement(data.toByteArray(), client));
        attestation.writeBytes(text("authData"));
        attestation.writeBytes(bytes(data.toByteArray()));
        return Json.object()
                .put("id", encoded(id))
                .put("client", encoded(client))
                .put("attestation", encoded(attestation.toByteArray()))
                .build()
                .text();
    }

    /** Answers a request to use the passkey. */
    public String use(String options) {
        var asked = JsonReader.readObject(options.getBytes(UTF_8));
        var client = client("webauthn.get", asked);
        var data = head(asked.string("rpId").orElseThrow(), flags);
        return Json.object()
                .put("id", encoded(id))
                .put("client", encoded(client))
                .put("authenticator", encoded(data))
                .put("signature", encoded(sign(data, client)))
                .put("user", encoded(user))
                .build()
                .text();
    }

    String credential() {
        return encoded(id);
    }

    private byte[] client(String wanted, Json.Obj asked) {
        return Json.object()
                .put("type", type.isEmpty() ? wanted : type)
                .put("challenge", challenge.orElseGet(() -> asked.string("challenge")
                        .orElseThrow()))
                .put("origin", origin)
                .put("crossOrigin", false)
                .build()
                .bytes();
    }

    private byte[] head(String asked, int flags) {
        return ByteBuffer.allocate(37)
                .put(sha256(party.orElse(asked).getBytes(UTF_8)))
                .put((byte) flags)
                .putInt((int) counter)
                .array();
    }

    private byte[] statement(byte[] data, byte[] client) {
        if (format.equals("none")) return new byte[] {(byte) 0xa0};
        // packed (WebAuthn §8.2): self attestation, or with a certificate that nobody asked for.
        var statement = new ByteArrayOutputStream();
        boolean certified = format.equals("packed+x5c");
        statement.write(certified ? 0xa3 : 0xa2);
        statement.writeBytes(text("alg"));
        statement.write(0x26);
        statement.writeBytes(text("sig"));
        statement.writeBytes(bytes(sign(data, forged ? new byte[0] : client)));
        if (certified) {
            statement.writeBytes(text("x5c"));
            statement.write(0x81);
            statement.writeBytes(bytes(new byte[] {0x30, 0x03, 0x02, 0x01, 0x01}));
        }
        return statement.toByteArray();
    }

    /** COSE_Key of type EC2 (RFC 9053 §7.1.1). */
    private byte[] publicKey() {
        var point = ((ECPublicKey) key.getPublic()).getW();
        var cose = new ByteArrayOutputStream();
        cose.writeBytes(new byte[] {(byte) 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21});
        cose.writeBytes(bytes(coordinate(point.getAffineX())));
        cose.write(0x22);
        cose.writeBytes(bytes(coordinate(point.getAffineY())));
        return cose.toByteArray();
    }

    private byte[] sign(byte[] data, byte[] client) {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key.getPrivate());
            signature.update(data);
            signature.update(sha256(client));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] coordinate(BigInteger number) {
        var raw = number.toByteArray();
        return raw.length > 32
                ? Arrays.copyOfRange(raw, raw.length - 32, raw.length)
                : ByteBuffer.allocate(32).position(32 - raw.length).put(raw).array();
    }

    private static byte[] text(String text) {
        var raw = text.getBytes(UTF_8);
        return ByteBuffer.allocate(raw.length + 1)
                .put((byte) (0x60 | raw.length))
                .put(raw)
                .array();
    }

    private static byte[] bytes(byte[] raw) {
        var out = ByteBuffer.allocate(raw.length + 3);
        if (raw.length < 24) out.put((byte) (0x40 | raw.length));
        else if (raw.length < 256) out.put((byte) 0x58).put((byte) raw.length);
        else out.put((byte) 0x59).putShort((short) raw.length);
        return Arrays.copyOf(out.put(raw).array(), out.position());
    }

    private static byte[] sha256(byte[] of) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(of);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decoded(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}
