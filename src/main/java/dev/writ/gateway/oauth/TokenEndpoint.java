package dev.writ.gateway.oauth;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.guard.Guard;
import dev.writ.guard.Minted;
import dev.writ.guard.Presented;
import dev.writ.guard.Tokens;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.util.Optional;

/** {@code /oauth/token}, {@code /oauth/revoke} and {@code /oauth/introspect}: forms in, JSON out. */
final class TokenEndpoint {
    static final int BODY_BYTES_MAX = 64 << 10;
    static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private static final String JWT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Guard guard;
    private final Tokens tokens;

    TokenEndpoint(Guard guard) {
        this.guard = guard;
        this.tokens = guard.tokens();
    }

    /** RFC 6749 §3.2 */
    Answer token(Request request, Tenancy tenancy) {
        try {
            // Nobody authenticates by a secret that two share.
            if (request.headers().has("authorization"))
                throw Fault.client("send client_id, or client_assertion, in the form");
            var form = Parameters.form(request);
            var type = GrantType.of(form.text("grant_type"))
                    .orElseThrow(() -> new Fault(400, "unsupported_grant_type", "this grant is not given here"));
            var presented =
                    Presented.of(request.headers(), request.method(), url(request, tenancy), request.certificate());
            return answer(
                    switch (type) {
                        case AUTHORIZATION_CODE -> code(form, tenancy, presented);
                        case REFRESH_TOKEN -> refresh(form, tenancy, presented);
                        case TOKEN_EXCHANGE -> exchange(form, tenancy, presented);
                        case CLIENT_CREDENTIALS -> tokens.credentials(asserted(form, tenancy, presented));
                        case JWT_BEARER -> {
                            var _ = form.text("assertion");
                            yield tokens.bearer(asserted(form, tenancy, presented));
                        }
                    },
                    type);
        } catch (Fault fault) {
            return fault.answer();
        }
    }

    private static Tokens.Asserted asserted(Parameters form, Tenancy tenancy, Presented presented) {
        var client = form.maybe("client_assertion");
        if (client.isPresent() && !form.text("client_assertion_type").equals(JWT_ASSERTION))
            throw Fault.client("client_assertion_type is " + JWT_ASSERTION);
        return new Tokens.Asserted(
                tenancy.tenant(),
                form.maybe("client_id"),
                client,
                form.maybe("assertion"),
                form.maybe("task").or(() -> task(form)),
                form.maybe("resource"),
                presented);
    }

    /** RFC 9396 §2: the task may also stand in authorization_details. */
    private static Optional<String> task(Parameters form) {
        return form.maybe("authorization_details").map(text -> {
            try {
                if (JsonReader.read(text) instanceof Json.Arr list
                        && list.items().size() == 1
                        && list.items().getFirst() instanceof Json.Obj detail
                        && detail.string("type").equals(Optional.of("writ_task")))
                    return detail.string("task").orElseThrow(() -> details());
            } catch (JsonError e) {
                throw details();
            }
            throw details();
        });
    }

    private static Fault details() {
        return new Fault(400, "invalid_authorization_details", "one detail of type writ_task, with its task");
    }

    /** A proof is about the URL that metadata names, whichever way it came in. */
    private String url(Request request, Tenancy tenancy) {
        return request.base().equals(tokens.issuer(Tenancy.DEFAULT))
                ? tokens.issuer(tenancy.tenant()) + "/oauth/token"
                : request.url();
    }

    private Minted code(Parameters form, Tenancy tenancy, Presented presented) {
        return tokens.redeem(new Tokens.Redemption(
                tenancy.tenant(),
                form.text("client_id"),
                form.text("code"),
                form.maybe("redirect_uri"),
                // Without one, the code that was shown is used up like with a wrong one.
                form.maybe("code_verifier").orElse(""),
                form.maybe("resource"),
                presented));
    }

    private Minted refresh(Parameters form, Tenancy tenancy, Presented presented) {
        return tokens.refresh(new Tokens.Refreshing(
                tenancy.tenant(),
                form.text("client_id"),
                form.text("refresh_token"),
                form.maybe("resource"),
                presented));
    }

    /** RFC 8693 §2.1 */
    private Minted exchange(Parameters form, Tenancy tenancy, Presented presented) {
        if (!form.text("subject_token_type").equals(ACCESS_TOKEN)
                || form.maybe("requested_token_type")
                        .filter(type -> !type.equals(ACCESS_TOKEN))
                        .isPresent()) throw Fault.request("access tokens are exchanged for access tokens");
        if (form.maybe("actor_token").isPresent())
            throw Fault.request(
                    "another actor takes a task of its own: delegate first, then exchange that one's token");
        var wanted = form.maybe("resource").or(() -> form.maybe("audience"));
        return tokens.exchange(new Tokens.Exchange(tenancy.tenant(), form.text("subject_token"), wanted, presented));
    }

    private Answer answer(Minted minted, GrantType type) {
        return switch (minted) {
            case Minted.No no -> {
                var answer = Fault.of(no).answer();
                // RFC 9449 §8
                yield no.error() == Minted.Code.USE_DPOP_NONCE ? answer.with("dpop-nonce", tokens.nonce()) : answer;
            }
            case Minted.Token token -> {
                var body = Json.object()
                        .put("access_token", token.access().reveal())
                        .put("token_type", token.bound() ? "DPoP" : "Bearer")
                        .put("expires_in", token.lasts().toSeconds())
                        .put("refresh_token", token.refresh().map(refresh -> refresh.reveal()));
                if (type == GrantType.TOKEN_EXCHANGE) body.put("issued_token_type", ACCESS_TOKEN);
                yield Answer.json(200, body.build()).with("cache-control", "no-store");
            }
        };
    }

    /** RFC 7009 §2: also for a token that is none, so that nobody learns which are. */
    Answer revoke(Request request, Tenancy tenancy) {
        try {
            var form = Parameters.form(request);
            tokens.revoke(tenancy.tenant(), form.text("client_id"), form.text("token"));
            return Answer.empty(200).with("cache-control", "no-store");
        } catch (Fault fault) {
            return fault.answer();
        }
    }

    /** RFC 7662 §2, for whoever shows a key. */
    Answer introspect(Request request, Tenancy tenancy) {
        var caller = guard.callerOf(
                        Presented.of(request.headers(), request.method(), request.url(), request.certificate()))
                .filter(known -> known.tenant().equals(tenancy.tenant())
                        || tenancy.prefix().isEmpty());
        if (caller.isEmpty())
            return Answer.problem(401, "Unauthorized", "send a key as Authorization: Bearer writ_…")
                    .with("www-authenticate", "Bearer");
        try {
            return Answer.json(
                            200,
                            tokens.introspect(
                                    caller.get(), Parameters.form(request).text("token")))
                    .with("cache-control", "no-store");
        } catch (Fault fault) {
            return fault.answer();
        }
    }
}
