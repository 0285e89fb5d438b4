package dev.writ.identity.issuer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proofs of possession (DPoP, RFC 9449 §4.3): about this method and URL, of now, made once, by an asymmetric key. Each is
 * good once; what was used is remembered for as long as it could be shown again, and while there is no room for that,
 * none is accepted. Judging remembers nothing, so that only who is let in takes room. Thread-safe.
 */
public final class Proofs {
    public static final Duration SKEW = Duration.ofMinutes(5);
    /** 5,000 a second, in at most 50 MB. */
    private static final int SEEN_MAX = 1_500_000;

    private static final int MINUTE = 60;
    private static final int JTI_CHARS_MAX = 256;
    /** A nonce is good in the window in which it was given and in the one after. */
    private static final Duration NONCE_WINDOW = Duration.ofMinutes(5);

    private final InstantSource clock;
    private final Instant begun;
    private final byte[] nonceKey = new byte[32];
    private final Lately seen = new Lately(SEEN_MAX);

    /** What a proof shows, or why it shows nothing. */
    public sealed interface Shown {
        /**
         * Good, unless it is shown again: {@link #first}.
         *
         * @param jkt the SHA-256 thumbprint of the key (RFC 7638), in base64url
         * @param mark what it is known by
         * @param at when it was made, in seconds
         */
        record Key(String jkt, Digest mark, long at) implements Shown {}

        record Bad(String why) implements Shown {}

        /** It carries a nonce that is not one of ours, or is too old (RFC 9449 §8, §9). */
        record OtherNonce() implements Shown {}
    }

    public Proofs(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        // What was seen before the process began is forgotten, so nothing from before is good now.
        this.begun = clock.instant().minusSeconds(1);
        random.nextBytes(nonceKey);
    }

    /** Judges the proofs of a request that carries an access token, or of one that asks for it ({@code token} empty). */
    public Shown judge(List<String> proofs, String method, String url, Optional<String> token) {
        // RFC 9449 §4.3, 1
        if (proofs.size() != 1) return bad("there must be exactly one proof");
        var jws = Jws.read(proofs.getFirst());
        if (jws.isEmpty()) return bad("the proof is no JWT");
        // §4.3, 4 to 7
        if (!jws.get().typed("dpop+jwt")) return bad("typ is dpop+jwt");
        var key = key(jws.get());
        if (key.isEmpty()) return bad("jwk is a public key of an asymmetric algorithm that is supported");
        var problem = problem(jws.get().claims(), method, url, token);
        if (problem.isPresent()) return bad(problem.get());
        if (!jws.get().verifiedBy(key.get())) return bad("the signature is not of the key in the proof");
        if (jws.get().claims().get("nonce").isPresent()
                && jws.get().claims().string("nonce").filter(this::ourNonce).isEmpty()) return new Shown.OtherNonce();
        var jkt = thumbprint(key.get());
        var jti = jws.get().claims().string("jti").orElse("");
        var mark = Digest.of(jkt.getBytes(UTF_8), new byte[1], jti.getBytes(UTF_8));
        return new Shown.Key(jkt, mark, jws.get().claims().integer("iat").orElse(0L));
    }

    private static Optional<JWK> key(Jws jws) {
        var jwk = jws.header().object("jwk");
        if (jwk.isEmpty()) return Optional.empty();
        try {
            return Optional.of(JWK.parse(jwk.get().text()))
                    .filter(key -> !key.isPrivate() && jwk.get().get("k").isEmpty());
        } catch (ParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<String> problem(Json.Obj claims, String method, String url, Optional<String> token) {
        var jti = claims.string("jti").filter(id -> !id.isEmpty() && id.length() <= JTI_CHARS_MAX);
        if (jti.isEmpty()) return Optional.of("jti is missing");
        // §4.3, 8 and 9
        if (!claims.string("htm").equals(Optional.of(method))) return Optional.of("htm is not the method");
        var here = normal(url);
        if (here.isEmpty() || !claims.string("htu").flatMap(Proofs::normal).equals(here))
            return Optional.of("htu is not the URL");
        // §4.3, 11
        var at = claims.integer("iat");
        if (at.isEmpty() || !inTime(at.get())) return Optional.of("iat is not of now");
        // §4.3, 12
        if (token.isPresent() && !claims.string("ath").equals(Optional.of(hash(token.get()))))
            return Optional.of("ath is not the hash of the token");
        return Optional.empty();
    }

    private boolean inTime(long seconds) {
        var now = clock.instant();
        if (Math.abs(seconds - now.getEpochSecond()) > SKEW.toSeconds()) return false;
        return seconds >= begun.getEpochSecond();
    }

    private static String hash(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Digest.of(text.getBytes(UTF_8)).bytes());
    }

    /** Scheme, host and path, without query and fragment, cases and default ports made equal (RFC 3986 §6.2). */
    private static Optional<String> normal(String url) {
        try {
            var uri = new URI(url);
            if (uri.getScheme() == null || uri.getHost() == null || uri.getRawUserInfo() != null)
                return Optional.empty();
            var scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            boolean usual = uri.getPort() == (scheme.equals("https") ? 443 : 80);
            var port = uri.getPort() < 0 || usual ? "" : ":" + uri.getPort();
            return Optional.of(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port
                    + (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath()));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static String thumbprint(JWK key) {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IssuerFailure("a thumbprint cannot be computed", e);
        }
    }

    /**
     * Uses a proof up: whether it was not used before, and there is room to remember that it is now. To be asked when
     * everything else about the request is in order.
     */
    public boolean first(Shown.Key shown) {
        long oldest = clock.instant().minus(SKEW).getEpochSecond();
        long mark = ByteBuffer.wrap(shown.mark().bytes()).getLong();
        return seen.first(mark, Math.floorDiv(shown.at(), MINUTE), Math.floorDiv(oldest, MINUTE));
    }

    /** What whoever shows one again is told. */
    public static final String AGAIN = "this proof was shown before, or too many are; make a new one";

    /** A nonce for the next proof. */
    public String nonce() {
        return nonce(window());
    }

    private long window() {
        return clock.instant().getEpochSecond() / NONCE_WINDOW.toSeconds();
    }

    private boolean ourNonce(String shown) {
        var bytes = shown.getBytes(UTF_8);
        return MessageDigest.isEqual(bytes, nonce(window()).getBytes(UTF_8))
                || MessageDigest.isEqual(bytes, nonce(window() - 1).getBytes(UTF_8));
    }

    private String nonce(long window) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(nonceKey, "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(("dpop-nonce " + window).getBytes(UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IssuerFailure("this JDK has no HMAC-SHA-256", e);
        }
    }

    private static Shown bad(String why) {
        return new Shown.Bad(why);
    }
}
