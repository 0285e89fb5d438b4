package dev.writ.upstream.oauth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Secret;
import dev.writ.guard.Holding;
import dev.writ.http.client.Call;
import dev.writ.http.client.Url;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Shows tokens to servers, with a fresh proof of possession for each request where one is bound to a key (RFC 9449). */
public final class Proofs {
    static final int NONCE_CHARS_MAX = 1_000;
    private static final int NONCES_MAX = 1_000;
    private static final int JTI_BYTES = 16;

    private final SecureRandom random;
    private final InstantSource clock;
    /** The newest nonce that an origin gave, for the key that it gave it to. */
    private final Map<String, String> nonces = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > NONCES_MAX;
        }
    };

    public Proofs(SecureRandom random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    /** A call with the token, and with a proof of its own for a bound one. */
    public Call shown(Call call, Holding holding) {
        var authorized = call.header(
                "authorization", holding.scheme() + " " + holding.access().reveal());
        return holding.key().isPresent() && holding.scheme().equals("DPoP")
                ? authorized.header(
                        "dpop", proof(holding.key().get(), call.method(), call.url(), Optional.of(holding.access())))
                : authorized;
    }

    /** @param access the token that the proof is shown with; empty at a token endpoint */
    String proof(Secret key, String method, Url url, Optional<Secret> access) {
        var publicKey = Jws.publicKey(key);
        var header = Json.object().put("typ", "dpop+jwt").put("jwk", publicKey).build();
        var jti = new byte[JTI_BYTES];
        random.nextBytes(jti);
        // RFC 9449 §4.2: the address without query and fragment.
        var claims = Json.object()
                .put("jti", Jws.encoded(jti))
                .put("htm", method)
                .put("htu", withoutQuery(url))
                .put("iat", clock.instant().getEpochSecond())
                .put(
                        "ath",
                        access.map(token -> Jws.encoded(
                                Digest.of(token.reveal().getBytes(US_ASCII)).bytes())));
        nonce(url, publicKey).ifPresent(given -> claims.put("nonce", given));
        return Jws.of(key).sign(header, claims.build());
    }

    /** Takes a nonce that a server gave (RFC 9449 §8, §9); false when it is none, or the one that we showed. */
    public boolean given(Secret key, Url url, Optional<String> nonce) {
        if (nonce.isEmpty()
                || nonce.get().isEmpty()
                || nonce.get().length() > NONCE_CHARS_MAX
                || !nonce.get().chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\')) return false;
        synchronized (nonces) {
            return !nonce.get().equals(nonces.put(place(url, Jws.publicKey(key)), nonce.get()));
        }
    }

    private Optional<String> nonce(Url url, Json.Obj publicKey) {
        synchronized (nonces) {
            return Optional.ofNullable(nonces.get(place(url, publicKey)));
        }
    }

    private static String place(Url url, Json.Obj publicKey) {
        return url.origin() + " " + Jws.thumbprint(publicKey);
    }

    private static String withoutQuery(Url url) {
        var text = url.toString();
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query);
    }
}
