package dev.writ.upstream.oauth;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import java.util.Optional;
import java.util.function.Function;

/**
 * One permit to obtain or renew a credential, from its admission to its settlement.
 *
 * @param purpose as {@link Action.UseCredential} has it
 */
record Errand(Guard guard, Caller caller, Name server, String purpose) {
    /** Runs the work under a permit in use. @throws OAuthError also when there is no permit */
    <T> T run(Json.Obj about, Function<Permit, T> work) {
        var payload = about.with("purpose", Json.of(purpose));
        var attempt = new Attempt(caller, new Action.UseCredential(server, purpose, payload));
        var verdict = guard.admit(attempt);
        if (!(verdict instanceof Permit permit))
            throw new OAuthError(
                    verdict instanceof Refusal refusal && refusal.reason() instanceof Refusal.Absent
                            ? Optional.of("absent")
                            : Optional.empty(),
                    "obtaining a credential for the server was refused");
        var outcome = Outcome.without(Outcome.Status.ERROR, server.text(), 0, "no credential");
        try {
            if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
                outcome = Outcome.without(Outcome.Status.NOT_SENT, server.text(), 0, reason.code());
                throw new OAuthError("a credential for the server may not be obtained now");
            }
            var done = work.apply(permit);
            outcome = Outcome.without(Outcome.Status.DONE, server.text(), 0, purpose);
            return done;
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /** Refuses something that somebody whom we know tried, and puts it on record. */
    void refused(String why) {
        var payload = Json.object().put("purpose", purpose).build();
        var _ = guard.refused(
                new Attempt(caller, new Action.UseCredential(server, purpose, payload)), new Refusal.NotAllowed(why));
    }

    static Digest endpoint(Permit permit) {
        return permit.target().orElseThrow().endpointDigest();
    }
}
