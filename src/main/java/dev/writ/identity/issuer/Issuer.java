package dev.writ.identity.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Mints our access tokens and verifies them. Verified ones are remembered by their SHA-256. Thread-safe. */
public final class Issuer {
    /** How many verified tokens are remembered; a signature costs half a millisecond, a look-up none. */
    static final int REMEMBERED_MAX = 20_000;

    private final SigningKeys keys;
    private final Seal seal;
    private final Map<Digest, AccessToken> verified = new ConcurrentHashMap<>();

    /** @param folder of the keys; it exists */
    public Issuer(Path folder, InstantSource clock, SecureRandom random) {
        this.keys = new SigningKeys(folder, clock, random);
        this.seal = Seal.open(folder, random);
    }

    public String mint(AccessToken token) {
        return sign(token.tenant(), AccessToken.TYPE, token.claims());
    }

    /** Signs claims with a tenant's key, under a type that keeps one kind of token from being taken for another. */
    public String sign(Name tenant, String type, Json.Obj claims) {
        var key = keys.current(tenant);
        var header = Json.object()
                .put("alg", "ES256")
                .put("typ", type)
                .put("kid", key.getKeyID())
                .build();
        var signed = encoded(header.text()) + "." + encoded(claims.text());
        try {
            var signature = new ECDSASigner(key)
                    .sign(new JWSHeader(JWSAlgorithm.ES256), signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + signature;
        } catch (JOSEException e) {
            throw new IssuerFailure("the token cannot be signed", e);
        }
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a token says, if we signed it. Whether its time has passed, whom it is shown to and what it hangs on is for
     * the caller to look at, each time anew.
     */
    public Optional<AccessToken> verify(String text) {
        if (text.length() > Jws.CHARS_MAX) return Optional.empty();
        var digest = Digest.of(text.getBytes(StandardCharsets.UTF_8));
        var known = verified.get(digest);
        if (known != null) return Optional.of(known);
        var fresh = Jws.read(text).flatMap(this::ours);
        fresh.ifPresent(token -> remember(digest, token));
        return fresh;
    }

    /** What a token says, if it was verified lately: costs a hash, whatever the token is. */
    public Optional<AccessToken> remembered(String text) {
        return text.length() > Jws.CHARS_MAX
                ? Optional.empty()
                : Optional.ofNullable(verified.get(Digest.of(text.getBytes(StandardCharsets.UTF_8))));
    }

    private Optional<AccessToken> ours(Jws jws) {
        if (!jws.typed(AccessToken.TYPE) || !jws.header().string("alg").equals(Optional.of("ES256")))
            return Optional.empty();
        var kid = jws.header().string("kid");
        var tenant = jws.claims().string("tenant").filter(Name::isName).map(Name::new);
        if (kid.isEmpty() || tenant.isEmpty() || !keys.known(tenant.get())) return Optional.empty();
        // The key is of the tenant that the token names: another tenant's key signs nothing for it.
        return keys.find(tenant.get(), kid.get()).filter(jws::verifiedBy).flatMap(_ -> read(jws.claims()));
    }

    private static Optional<AccessToken> read(Json.Obj claims) {
        try {
            return Optional.of(AccessToken.of(claims));
        } catch (IllegalArgumentException | java.util.NoSuchElementException | java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    private void remember(Digest digest, AccessToken token) {
        if (verified.size() >= REMEMBERED_MAX) verified.clear();
        verified.put(digest, token);
    }

    /** The public keys, as {@code jwks_uri} serves them (RFC 7517 §5). */
    public Json.Obj jwks(Name tenant) {
        return JsonReader.readObject(keys.published(tenant).toString(true).getBytes(StandardCharsets.UTF_8));
    }

    /** A mark by which a text that we gave away is known again. */
    public String mark(Name tenant, String text) {
        return seal.mark(tenant, text);
    }

    public boolean marked(Name tenant, String text, String mark) {
        return seal.marked(tenant, text, mark);
    }

    /** From now on a new key signs; tokens of the one before are good until they end. */
    public void rotate(Name tenant) {
        keys.rotate(tenant);
    }
}
