package dev.writ.upstream;

import dev.writ.guard.Guard;
import dev.writ.guard.Holding;
import dev.writ.http.client.Call;
import dev.writ.upstream.oauth.Proofs;
import java.util.Map;
import java.util.Optional;

/** What a server is shown of the caller with one message: secrets of the vault, and a token with a proof of its own. */
final class Showing {
    private final Map<String, String> secrets;
    private final Optional<Holding> token;
    private final Proofs proofs;

    Showing(Guard.Use.Go use, Proofs proofs) {
        this.secrets = use.credentials();
        this.token = use.token();
        this.proofs = proofs;
    }

    /** A call with everything that goes with it; each time anew, since a proof is good for one request. */
    Call on(Call call) {
        var shown = call;
        for (var secret : secrets.entrySet()) shown = shown.header(secret.getKey(), secret.getValue());
        return token.isPresent() ? proofs.shown(shown, token.get()) : shown;
    }

    /** The secrets as a process receives them: names of variables → values. */
    Map<String, String> secrets() {
        return secrets;
    }

    Optional<Holding> token() {
        return token;
    }
}
