package dev.writ.identity.issuer;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.writ.base.Json;
import java.text.ParseException;
import java.util.List;

/** Somebody's public keys (RFC 7517 §5). */
public final class PublicKeys {
    static final int KEYS_MAX = 20;

    private final List<JWK> keys;

    private PublicKeys(List<JWK> keys) {
        this.keys = keys;
    }

    /** @throws IllegalArgumentException with what is wrong */
    public static PublicKeys of(Json.Obj jwks) {
        try {
            var keys = JWKSet.parse(jwks.text()).getKeys();
            if (keys.isEmpty() || keys.size() > KEYS_MAX)
                throw new IllegalArgumentException("a set has 1 to " + KEYS_MAX + " keys");
            for (var key : keys) {
                if (key.isPrivate())
                    throw new IllegalArgumentException("the set holds a private key: take it out of use");
                if (!(key instanceof ECKey) && !(key instanceof RSAKey))
                    throw new IllegalArgumentException("keys are EC or RSA");
            }
            return new PublicKeys(List.copyOf(keys));
        } catch (ParseException e) {
            throw new IllegalArgumentException("not a JWK set", e);
        }
    }

    /** Whether one of them signed it: the one that it names, or any where it names none. */
    public boolean signed(Jws jws) {
        var kid = jws.header().string("kid");
        return keys.stream()
                .filter(key -> key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
                .filter(key -> kid.isEmpty() || kid.get().equals(key.getKeyID()))
                .anyMatch(jws::verifiedBy);
    }
}
