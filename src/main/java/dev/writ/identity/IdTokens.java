package dev.writ.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.writ.base.Json;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a provider's signed words are worth: ID tokens (OpenID Connect Core 1.0 §3.1.3.7) and security events (RFC 8417). */
public final class IdTokens {
    /** How far a provider's clock may be from ours. */
    public static final Duration SKEW = Duration.ofSeconds(60);

    static final int CHARS_MAX = 32_000;

    private static final int RSA_BITS_MIN = 2_048;
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private IdTokens() {}

    /** What a token turned out to be. */
    public sealed interface Read {
        record Good(JWTClaimsSet claims) implements Read {}

        /** It names a key that is not among these: newer ones may have it. */
        record OtherKey() implements Read {}

        record Bad(String why) implements Read {}
    }

    /** The claims of an ID token for a client, after every check. */
    public static Read idToken(String text, Json.Obj keys, Provider provider, String nonce, Instant now) {
        var read = signed(text, keys);
        if (!(read instanceof Read.Good(var claims))) return read;
        var bad = common(claims, provider, now);
        if (bad.isPresent()) return new Read.Bad(bad.get());
        // OIDC Core §3.1.3.7 steps 4 and 5.
        var party = text(claims, "azp");
        if (party.isPresent() && !party.get().equals(provider.clientId()))
            return new Read.Bad("the token is for another client");
        if (claims.getAudience().size() > 1 && party.isEmpty()) return new Read.Bad("the token is for several clients");
        var expires = claims.getExpirationTime();
        if (expires == null || !now.isBefore(expires.toInstant().plus(SKEW)))
            return new Read.Bad("the token has expired");
        if (!text(claims, "nonce").equals(Optional.of(nonce)))
            return new Read.Bad("the token belongs to another sign-in");
        var subject = claims.getSubject();
        if (subject == null || subject.isBlank() || subject.length() > 255)
            return new Read.Bad("the token names nobody");
        return read;
    }

    /** The claims of a security event token (RFC 8417 §2.2, SSF 1.0 §4) for this client. */
    public static Read event(String text, Json.Obj keys, Provider provider, Instant now) {
        var read = typed(text, keys, "secevent+jwt");
        if (!(read instanceof Read.Good(var claims))) return read;
        var bad = common(claims, provider, now);
        if (bad.isPresent()) return new Read.Bad(bad.get());
        if (claims.getJWTID() == null) return new Read.Bad("the event has no id");
        return claims.getClaim("events") instanceof java.util.Map<?, ?> ? read : new Read.Bad("there is no event");
    }

    /** RFC 8725 §3.11: a token of one kind is not good as another. */
    private static Read typed(String text, Json.Obj keys, String type) {
        try {
            var header = SignedJWT.parse(text).getHeader().getType();
            if (header == null || !header.getType().equalsIgnoreCase(type)) return new Read.Bad("it is no " + type);
            return signed(text, keys);
        } catch (ParseException e) {
            return new Read.Bad("it is no signed token");
        }
    }

    private static Optional<String> common(JWTClaimsSet claims, Provider provider, Instant now) {
        // Letter by letter: OIDC Core §3.1.3.7 step 2.
        if (!provider.issuer().equals(claims.getIssuer())) return Optional.of("the token is of another issuer");
        if (!claims.getAudience().contains(provider.clientId())) return Optional.of("the token is for another client");
        Date issued = claims.getIssueTime();
        if (issued == null) return Optional.of("the token does not say when it was made");
        if (issued.toInstant().isAfter(now.plus(SKEW))) return Optional.of("the token is from the future");
        if (issued.toInstant().isBefore(now.minus(Duration.ofHours(1)))) return Optional.of("the token is too old");
        Date before = claims.getNotBeforeTime();
        if (before != null && before.toInstant().isAfter(now.plus(SKEW)))
            return Optional.of("the token is not good yet");
        return Optional.empty();
    }

    /** Signed with a key of the set by an algorithm that fits it; {@code none} and secrets that two share never fit. */
    private static Read signed(String text, Json.Obj keys) {
        if (text.length() > CHARS_MAX) return new Read.Bad("the token is too long");
        try {
            var token = SignedJWT.parse(text);
            var header = token.getHeader();
            if (!ALGORITHMS.contains(header.getAlgorithm()))
                return new Read.Bad("the token is signed in a way that proves nothing");
            if (header.getCriticalParams() != null
                    && !header.getCriticalParams().isEmpty())
                return new Read.Bad("the token asks for what Writ does not know");
            var candidates = candidates(JWKSet.parse(keys.text()), header.getKeyID());
            if (candidates.isEmpty()) return new Read.OtherKey();
            for (var key : candidates) if (fits(token, key)) return new Read.Good(token.getJWTClaimsSet());
            return new Read.Bad("the token's signature does not verify");
        } catch (ParseException e) {
            return new Read.Bad("it is no signed token");
        } catch (JOSEException e) {
            return new Read.Bad("the token's signature does not verify");
        }
    }

    private static List<JWK> candidates(JWKSet keys, @org.jspecify.annotations.Nullable String id) {
        return keys.getKeys().stream()
                .filter(key -> id == null ? keys.getKeys().size() == 1 : id.equals(key.getKeyID()))
                .filter(key ->
                        key.getKeyUse() == null || "sig".equals(key.getKeyUse().identifier()))
                .toList();
    }

    private static boolean fits(SignedJWT token, JWK key) throws JOSEException {
        var algorithm = token.getHeader().getAlgorithm();
        if (key.getAlgorithm() != null && !key.getAlgorithm().equals(algorithm)) return false;
        return switch (key) {
            case RSAKey rsa ->
                JWSAlgorithm.Family.RSA.contains(algorithm)
                        && rsa.size() >= RSA_BITS_MIN
                        && token.verify(new RSASSAVerifier(rsa.toRSAPublicKey()));
            case ECKey ec ->
                JWSAlgorithm.Family.EC.contains(algorithm) && token.verify(new ECDSAVerifier(ec.toECPublicKey()));
            default -> false;
        };
    }

    /** A claim that is text. */
    public static Optional<String> text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** A claim that is a list of texts, or one text. */
    public static List<String> texts(JWTClaimsSet claims, String name) {
        return switch (claims.getClaim(name)) {
            case String text -> List.of(text);
            case List<?> list ->
                list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList();
            case null, default -> List.of();
        };
    }
}
