package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A token that a server's authorization server gave, with all that it is bound to.
 *
 * @param endpoint digest of the server's address when it was given: it is shown at no other
 * @param issuer the authorization server
 * @param resource whom the token is for, as the server calls itself (RFC 8707)
 * @param scheme {@code Bearer} or {@code DPoP}
 * @param expires empty when the authorization server did not say
 * @param key our private key that it is bound to, as a JSON Web Key
 */
public record Holding(
        Digest endpoint,
        String issuer,
        String resource,
        String scheme,
        Secret access,
        Optional<Instant> expires,
        Optional<Secret> refresh,
        List<String> scopes,
        Optional<Secret> key) {
    public Holding {
        if (!scheme.equals("Bearer") && !scheme.equals("DPoP"))
            throw new IllegalArgumentException("a token is shown as Bearer or DPoP");
        if (scheme.equals("DPoP") && key.isEmpty()) throw new IllegalArgumentException("a bound token has a key");
        scopes = List.copyOf(scopes);
    }

    /** Whether it can still be shown at a moment. */
    public boolean goodAt(Instant moment) {
        return expires.isEmpty() || moment.isBefore(expires.get());
    }

    Holding until(Instant latest) {
        var end = expires.filter(latest::isAfter).orElse(latest);
        return new Holding(endpoint, issuer, resource, scheme, access, Optional.of(end), refresh, scopes, key);
    }

    Json.Obj json() {
        var json = Json.object()
                .put("endpoint", endpoint.toString())
                .put("issuer", issuer)
                .put("resource", resource)
                .put("scheme", scheme)
                .put("access", access.reveal())
                .put("refresh", refresh.map(Secret::reveal))
                .put("scopes", scopes)
                .put("key", key.map(Secret::reveal));
        expires.ifPresent(end -> json.put("expires", end.getEpochSecond()));
        return json.build();
    }

    static Holding of(Json.Obj json) {
        return new Holding(
                Digest.parse(json.string("endpoint").orElse("")),
                json.string("issuer").orElse(""),
                json.string("resource").orElse(""),
                json.string("scheme").orElse(""),
                Secret.of(json.string("access").orElse("")),
                json.integer("expires").map(Instant::ofEpochSecond),
                json.string("refresh").map(Secret::of),
                json.strings("scopes"),
                json.string("key").map(Secret::of));
    }
}
