package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Secret;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Asks authorization servers for tokens, and registers with them. One answer is read, and nothing of it is repeated. */
final class TokenEndpoint {
    private static final int TOKEN_CHARS_MAX = 16 << 10;
    private static final long SECONDS_MAX = 10L * 365 * 86_400;
    private static final Set<String> ERRORS = Set.of(
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
            "invalid_target",
            "invalid_dpop_proof",
            "use_dpop_nonce");

    private final HttpClient client;
    private final Proofs proofs;
    private final SecureRandom random;
    private final InstantSource clock;

    TokenEndpoint(HttpClient client, Proofs proofs, SecureRandom random, InstantSource clock) {
        this.client = client;
        this.proofs = proofs;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Where to ask, and as whom.
     *
     * @param audience of our own assertions: the issuer
     * @param key to which the token is to be bound
     */
    record Asking(Url endpoint, Destinations destinations, String audience, Client client, Optional<Secret> key) {}

    /** @param type in the endpoint's own letters */
    record Given(
            Secret access,
            String type,
            Optional<Instant> expires,
            Optional<Secret> refresh,
            Optional<List<String>> scopes) {
        boolean bound() {
            return type.equalsIgnoreCase("DPoP");
        }

        /** How the token is shown (RFC 6750 §2.1, RFC 9449 §7.1). */
        String scheme(boolean keyed) {
            if (bound() && keyed) return "DPoP";
            if (type.equalsIgnoreCase("Bearer")) return "Bearer";
            throw new OAuthError("the authorization server gave a token of a type that we cannot show");
        }
    }

    /** @throws OAuthError with the code that the endpoint gave, where it is one that we know */
    Given token(Asking asking, Form form) {
        var header = asking.client().authenticate(form, asking.audience(), clock.instant(), random);
        var answer = sent(asking, form, header);
        // RFC 9449 §8: the same once more, with the nonce that came back.
        if (answer.wantsNonce()
                && asking.key().isPresent()
                && proofs.given(asking.key().get(), asking.endpoint(), answer.nonce()))
            answer = sent(asking, form, header);
        return given(answer);
    }

    private record Answered(int status, Json.Obj body, Optional<String> nonce) {
        Optional<String> error() {
            return body.string("error").filter(ERRORS::contains);
        }

        boolean wantsNonce() {
            return status >= 400 && error().filter("use_dpop_nonce"::equals).isPresent();
        }
    }

    private Answered sent(Asking asking, Form form, Optional<String> authorization) {
        var call = Call.post(asking.endpoint(), "application/x-www-form-urlencoded", form.bytes());
        if (authorization.isPresent()) call = call.header("authorization", authorization.get());
        if (asking.key().isPresent())
            call = call.header("dpop", proofs.proof(asking.key().get(), "POST", asking.endpoint(), Optional.empty()));
        return sent(call, asking.destinations());
    }

    private Answered sent(Call call, Destinations destinations) {
        try (var exchange = client.send(call.header("accept", "application/json")
                .within(Documents.LIMITS)
                .to(destinations))) {
            var body = exchange.body(Documents.BYTES_MAX);
            return new Answered(
                    exchange.status(),
                    exchange.status() < 300 ? JsonReader.readObject(body) : error(body),
                    exchange.headers().only("dpop-nonce"));
        } catch (ClientError e) {
            throw new OAuthError(
                    e.code() == ClientError.Code.FORBIDDEN
                            ? "the authorization server lies at an address that may not be dialled"
                            : "the authorization server cannot be reached");
        } catch (JsonError e) {
            throw new OAuthError("the authorization server's answer is no JSON document");
        }
    }

    private static Json.Obj error(byte[] body) {
        try {
            return JsonReader.readObject(body);
        } catch (JsonError e) {
            return Json.Obj.EMPTY;
        }
    }

    private Given given(Answered answer) {
        if (answer.status() != 200)
            throw new OAuthError(
                    answer.error(),
                    "the authorization server refuses: " + answer.error().orElse("HTTP " + answer.status()));
        var body = answer.body();
        var access = token(body, "access_token")
                .orElseThrow(() -> new OAuthError("the authorization server's answer holds no token"));
        return new Given(
                access,
                body.string("token_type").orElse(""),
                body.integer("expires_in")
                        .filter(seconds -> seconds >= 0 && seconds <= SECONDS_MAX)
                        .map(clock.instant()::plusSeconds),
                token(body, "refresh_token"),
                body.string("scope").map(Challenge::scopes));
    }

    /** What goes into a header has no other characters (RFC 6750 §2.1). */
    private static Optional<Secret> token(Json.Obj body, String name) {
        return body.string(name)
                .filter(text -> !text.isEmpty()
                        && text.length() <= TOKEN_CHARS_MAX
                        && text.chars().allMatch(c -> c > ' ' && c < 0x7f))
                .map(Secret::of);
    }

    /** RFC 7591 §3: registers, and reads what we are from now on. */
    Json.Obj register(Url endpoint, Destinations destinations, Json.Obj metadata) {
        var answer = sent(Call.post(endpoint, "application/json", metadata.bytes()), destinations);
        if (answer.status() != 201 && answer.status() != 200)
            throw new OAuthError("the authorization server does not register us (HTTP " + answer.status() + ")");
        return answer.body();
    }
}
