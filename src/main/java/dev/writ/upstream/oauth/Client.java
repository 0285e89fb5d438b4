package dev.writ.upstream.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.Secret;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What we are to one authorization server.
 *
 * @param secret the secret, or the private key for {@code private_key_jwt}
 * @param method how we authenticate at the token endpoint
 */
record Client(String id, Optional<Secret> secret, String method) {
    private static final String ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final int JTI_BYTES = 16;

    /** The method for a client, among those that an authorization server names (RFC 8414 §2: basic by default). */
    static String method(boolean secret, List<String> supported) {
        if (!secret) return "none";
        if (supported.isEmpty() || supported.contains("client_secret_basic")) return "client_secret_basic";
        if (supported.contains("client_secret_post")) return "client_secret_post";
        if (supported.contains("none")) return "none";
        throw new OAuthError("the authorization server takes no secret in a way that we know");
    }

    /** Adds what proves who we are to a token request; the header where it goes there (RFC 6749 §2.3, RFC 7523 §2.2). */
    Optional<String> authenticate(Form form, String audience, Instant now, SecureRandom random) {
        return switch (method) {
            case "client_secret_basic" -> {
                var text = Form.encoded(id) + ":" + Form.encoded(revealed());
                yield Optional.of("Basic " + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)));
            }
            case "client_secret_post" -> {
                form.put("client_id", id).put("client_secret", revealed());
                yield Optional.empty();
            }
            case "private_key_jwt" -> {
                form.put("client_id", id)
                        .put("client_assertion_type", ASSERTION)
                        .put("client_assertion", assertion(audience, now, random));
                yield Optional.empty();
            }
            default -> {
                // A workload that is known by its assertion alone has no id (RFC 7523 §2.1).
                if (!id.isEmpty()) form.put("client_id", id);
                yield Optional.empty();
            }
        };
    }

    private String assertion(String audience, Instant now, SecureRandom random) {
        var jti = new byte[JTI_BYTES];
        random.nextBytes(jti);
        var claims = Json.object()
                .put("iss", id)
                .put("sub", id)
                .put("aud", audience)
                .put("jti", Jws.encoded(jti))
                .put("iat", now.getEpochSecond())
                .put("exp", now.getEpochSecond() + 60);
        return Jws.ofPkcs8(secret.orElseThrow(() -> new OAuthError("the client's key is not in the vault")))
                .sign(Json.object().put("typ", "JWT").build(), claims.build());
    }

    private String revealed() {
        return secret.orElseThrow(() -> new OAuthError("the client's secret is not in the vault"))
                .reveal();
    }
}
