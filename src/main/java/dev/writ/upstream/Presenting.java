package dev.writ.upstream;

import dev.writ.guard.Credentials;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.http.client.Url;
import dev.writ.upstream.oauth.Tokens;
import java.util.Optional;

/**
 * Shows a server who calls. Where it turns the credential away, which it does before it does anything else, what helps is
 * got and the same request is sent once more under the same permit; everything that the permit rests on is looked at again.
 */
final class Presenting {
    private static final int TRIES_MAX = 3;

    private final Guard guard;
    private final Tokens tokens;

    Presenting(Guard guard, Tokens tokens) {
        this.guard = guard;
        this.tokens = tokens;
    }

    /** Something that is sent with what the server is to be shown. */
    @FunctionalInterface
    interface Sending<T> {
        T sent(Showing showing);
    }

    /** Whether what the server is shown is in memory: it is then got, and shown, without waiting. */
    boolean atHand(Permit permit) {
        return guard.credentials().atHand(permit);
    }

    /** Has a good token ready before the permit is used; why not, if that cannot be. */
    Optional<String> prepare(Permit permit) {
        return tokens.prepare(permit);
    }

    /** Whether the server wants a token, so that a refusal is a question for one. */
    boolean challengeable(Permit permit) {
        return guard.credentials().need(permit) instanceof Credentials.Need.Token;
    }

    Showing showing(Guard.Use.Go use) {
        return new Showing(use, tokens.proofs());
    }

    /** @throws UpstreamError also when only a person can help */
    <T> T sent(Permit permit, Guard.Use.Go use, Sending<T> sending) {
        var go = use;
        for (int round = 1; ; round++) {
            try {
                return sending.sent(showing(go));
            } catch (UpstreamError e) {
                if (e.challenge().isEmpty() || round == TRIES_MAX) throw e;
                var remedy = tokens.remedy(permit, e.challenge().get(), go.token(), url(permit));
                go = switch (remedy) {
                    case Tokens.Remedy.Again _ -> again(permit);
                    case Tokens.Remedy.Connect(var link) -> throw UpstreamError.unconnected(link);
                    case Tokens.Remedy.Nothing(var why) -> throw new UpstreamError(true, why, e);
                };
            }
        }
    }

    private Guard.Use.Go again(Permit permit) {
        return switch (guard.again(permit)) {
            case Guard.Use.Go go -> go;
            case Guard.Use.Stop(var reason) ->
                throw new UpstreamError(false, "it is no longer permitted (" + reason.code() + ")");
        };
    }

    private static Url url(Permit permit) {
        return Url.parse(permit.target().orElseThrow().endpoint().string("url").orElse(""));
    }
}
