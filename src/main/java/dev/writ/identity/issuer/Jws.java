package dev.writ.identity.issuer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A signed JWT in compact form (RFC 7515 §3.1), read strictly: duplicate members, another alphabet and trailing bits are
 * refused, so that no other reader can see other claims in it. Nothing in it is believed before a key has verified it,
 * and keys are never taken from where its header points to.
 */
public final class Jws {
    public static final int CHARS_MAX = 16 * 1024;
    private static final int RSA_BITS_MIN = 2048;

    private static final Map<String, JWSAlgorithm> ALGORITHMS = Map.of(
            "ES256", JWSAlgorithm.ES256,
            "ES384", JWSAlgorithm.ES384,
            "RS256", JWSAlgorithm.RS256,
            "PS256", JWSAlgorithm.PS256);
    /** What signatures we verify, for metadata: none of them with a secret that two share. */
    public static final List<String> ACCEPTED = List.of("ES256", "ES384", "PS256", "RS256");

    private final Json.Obj header;
    private final Json.Obj claims;
    private final byte[] signed;
    private final String signature;

    private Jws(Json.Obj header, Json.Obj claims, byte[] signed, String signature) {
        this.header = header;
        this.claims = claims;
        this.signed = signed;
        this.signature = signature;
    }

    /** Empty for whatever is not one. */
    public static Optional<Jws> read(String text) {
        if (text.length() > CHARS_MAX) return Optional.empty();
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first < 1 || second < 0 || text.indexOf('.', second + 1) >= 0) return Optional.empty();
        try {
            var header = JsonReader.readObject(decoded(text.substring(0, first)));
            var claims = JsonReader.readObject(decoded(text.substring(first + 1, second)));
            var signature = text.substring(second + 1);
            var _ = decoded(signature);
            // RFC 7515 §4.1.11: an extension that must be understood, and none is.
            if (header.get("crit").isPresent() || header.get("b64").isPresent()) return Optional.empty();
            return Optional.of(new Jws(header, claims, text.substring(0, second).getBytes(US_ASCII), signature));
        } catch (JsonError | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] decoded(String part) {
        var bytes = Base64.getUrlDecoder().decode(part);
        // One spelling only: no padding, no bits left over.
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part))
            throw new IllegalArgumentException("not base64url");
        return bytes;
    }

    public Json.Obj header() {
        return header;
    }

    public Json.Obj claims() {
        return claims;
    }

    /** Whether the header says this type, in any case (RFC 7515 §4.1.9). */
    public boolean typed(String type) {
        return header.string("typ")
                .map(said -> said.regionMatches(true, 0, "application/", 0, 12) ? said.substring(12) : said)
                .filter(type::equalsIgnoreCase)
                .isPresent();
    }

    /** Whether this key made the signature, by an algorithm that is the key's own: the header alone decides nothing. */
    public boolean verifiedBy(JWK key) {
        var said = header.string("alg").map(ALGORITHMS::get);
        if (said.isEmpty()) return false;
        var algorithm = said.get();
        try {
            var about = new JWSHeader(algorithm);
            var bytes = new Base64URL(signature);
            return switch (key) {
                case ECKey ec
                when fits(ec, algorithm) -> new ECDSAVerifier(ec.toECPublicKey()).verify(about, signed, bytes);
                case RSAKey rsa
                when rsa.size() >= RSA_BITS_MIN && fits(algorithm) ->
                    new RSASSAVerifier(rsa.toRSAPublicKey()).verify(about, signed, bytes);
                default -> false;
            };
        } catch (JOSEException e) {
            return false;
        }
    }

    private static boolean fits(ECKey key, JWSAlgorithm algorithm) {
        return (key.getCurve().equals(Curve.P_256) && algorithm.equals(JWSAlgorithm.ES256))
                || (key.getCurve().equals(Curve.P_384) && algorithm.equals(JWSAlgorithm.ES384));
    }

    private static boolean fits(JWSAlgorithm algorithm) {
        return algorithm.equals(JWSAlgorithm.RS256) || algorithm.equals(JWSAlgorithm.PS256);
    }
}
