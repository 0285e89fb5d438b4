package dev.writ.upstream.oauth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Secret;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Signs compact JSON Web Signatures (RFC 7515) with keys of ours; nothing is verified here. */
final class Jws {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final int COORDINATE_BYTES = 32;

    private final PrivateKey key;
    private final String algorithm;

    private Jws(PrivateKey key, String algorithm) {
        this.key = key;
        this.algorithm = algorithm;
    }

    /** A P-256 key as a private JSON Web Key (RFC 7518 §6.2). */
    static Secret newKey(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            var pair = generator.generateKeyPair();
            var point = ((ECPublicKey) pair.getPublic()).getW();
            return Secret.of(Json.object()
                    .put("kty", "EC")
                    .put("crv", "P-256")
                    .put("x", coordinate(point.getAffineX()))
                    .put("y", coordinate(point.getAffineY()))
                    .put("d", coordinate(((ECPrivateKey) pair.getPrivate()).getS()))
                    .build()
                    .text());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }

    /** The public half of a key that {@link #newKey} made. */
    static Json.Obj publicKey(Secret jwk) {
        return JsonReader.readObject(jwk.reveal().getBytes(US_ASCII)).without("d");
    }

    /** RFC 7638 §3: the required members, in the order of their names. */
    static String thumbprint(Json.Obj publicKey) {
        var canonical = Json.object();
        for (var name : java.util.List.of("crv", "kty", "x", "y"))
            canonical.put(name, publicKey.string(name).orElseThrow());
        return encoded(Digest.of(canonical.build().bytes()).bytes());
    }

    static Jws of(Secret jwk) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            var d = JsonReader.readObject(jwk.reveal().getBytes(US_ASCII))
                    .string("d")
                    .orElseThrow();
            var spec = new ECPrivateKeySpec(
                    new BigInteger(1, Base64.getUrlDecoder().decode(d)),
                    parameters.getParameterSpec(ECParameterSpec.class));
            return new Jws(KeyFactory.getInstance("EC").generatePrivate(spec), "ES256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }

    /**
     * A private key that an administrator put into the vault: PKCS#8 in base64, on one line, with or without the lines of
     * PEM. P-256 signs ES256, RSA RS256.
     */
    static Jws ofPkcs8(Secret text) {
        var body = text.reveal().replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        try {
            var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
            for (var kind : java.util.List.of("EC", "RSA")) {
                try {
                    var key = KeyFactory.getInstance(kind).generatePrivate(spec);
                    if (key instanceof RSAPrivateKey) return new Jws(key, "RS256");
                    if (key instanceof ECPrivateKey curve
                            && curve.getParams().getOrder().bitLength() == 256) return new Jws(key, "ES256");
                } catch (java.security.spec.InvalidKeySpecException e) {
                    // Of another kind.
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Told below, without the text.
        }
        throw new OAuthError("the client's key in the vault is no PKCS#8 key for P-256 or RSA");
    }

    String sign(Json.Obj header, Json.Obj claims) {
        var input = encoded(header.with("alg", Json.of(algorithm)).bytes()) + "." + encoded(claims.bytes());
        try {
            // JOSE wants the two numbers of an ECDSA signature side by side (RFC 7518 §3.4), not in ASN.1.
            var signature =
                    Signature.getInstance(algorithm.equals("ES256") ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            signature.initSign(key);
            signature.update(input.getBytes(US_ASCII));
            return input + "." + encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key of ours does not sign", e);
        }
    }

    static String encoded(byte[] bytes) {
        return URL.encodeToString(bytes);
    }

    private static String coordinate(BigInteger number) {
        var bytes = number.toByteArray();
        var fixed = new byte[COORDINATE_BYTES];
        int from = Math.max(0, bytes.length - COORDINATE_BYTES);
        int length = bytes.length - from;
        System.arraycopy(bytes, from, fixed, COORDINATE_BYTES - length, length);
        return encoded(fixed);
    }
}
