package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Credentials;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.vault.Vault;
import java.util.Optional;
import java.util.function.Function;

/** What people hold at servers themselves: whatever their role, it is theirs alone, and only they put it or take it back. */
public final class OwnCredentials {
    private final Guard guard;
    private final Credentials credentials;

    OwnCredentials(Control.Parts parts) {
        this.guard = parts.guard();
        this.credentials = parts.guard().credentials();
    }

    /** Keeps a person's own secret for a server that names one of that name as personal. */
    public Reply<Json.Obj> put(Caller.OfPerson caller, String server, String name, Secret value) {
        int bytes = value.reveal().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > Vault.SECRET_BYTES_MAX)
            return new Reply.Invalid<>("a secret has 1 to " + Vault.SECRET_BYTES_MAX + " bytes");
        if (value.reveal().codePoints().anyMatch(c -> c < ' ' || c == 0x7f))
            return new Reply.Invalid<>("a secret for a header or a variable has no control characters");
        return Directory.valid(() -> new Name(name))
                .then(secret -> under(
                        caller,
                        server,
                        "keep",
                        Json.object().put("secret", secret.text()).build(),
                        permit -> credentials.keepOwn(permit, secret, value)
                                ? new Reply.Done<>(named(server, Optional.of(secret)))
                                : new Reply.NotFound<>("personal secret of that name at this server")));
    }

    /** Takes a person's own secret back. */
    public Reply<Json.Obj> delete(Caller.OfPerson caller, String server, String name) {
        return Directory.valid(() -> new Name(name))
                .then(secret -> under(
                        caller,
                        server,
                        "remove",
                        Json.object().put("secret", secret.text()).build(),
                        permit -> credentials.forgetOwn(permit, secret)
                                ? new Reply.Done<>(named(server, Optional.of(secret)))
                                : new Reply.NotFound<>("secret of yours at this server")));
    }

    /** Gives up the token that a person got by connecting a server. */
    public Reply<Json.Obj> disconnect(Caller.OfPerson caller, String server) {
        return under(
                caller,
                server,
                "remove",
                Json.Obj.EMPTY,
                permit -> credentials.forget(permit, "removed by its person")
                        ? new Reply.Done<>(named(server, Optional.empty()))
                        : new Reply.NotFound<>("connection of yours with this server"));
    }

    private static Json.Obj named(String server, Optional<Name> secret) {
        return Json.object()
                .put("server", server)
                .put("secret", secret.map(Name::text))
                .build();
    }

    private Reply<Json.Obj> under(
            Caller.OfPerson caller,
            String server,
            String purpose,
            Json.Obj about,
            Function<Permit, Reply<Json.Obj>> work) {
        var name = Directory.name(server);
        if (name.isEmpty()) return new Reply.NotFound<>("server with that name");
        var payload = about.with("purpose", Json.of(purpose));
        return switch (guard.admit(new Attempt(caller, new Action.UseCredential(name.get(), purpose, payload)))) {
            case Refusal refusal ->
                refusal.reason() instanceof Refusal.Absent
                        ? new Reply.NotFound<>("server with that name")
                        : Orders.refused(refusal);
            case Held held -> new Reply.Forbidden<>("this cannot be held", Optional.of(held.decision()));
            case Permit permit -> settled(permit, work);
        };
    }

    private Reply<Json.Obj> settled(Permit permit, Function<Permit, Reply<Json.Obj>> work) {
        var outcome = Outcome.without(Outcome.Status.ERROR, "control", 0, "the change ended unexpectedly");
        try {
            if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) return new Reply.Unavailable<>(reason.code());
            var reply = work.apply(permit);
            outcome = Outcome.without(
                    reply.obstacle().isEmpty() ? Outcome.Status.DONE : Outcome.Status.NOT_SENT, "control", 0, "");
            return reply;
        } finally {
            guard.settle(permit, outcome);
        }
    }
}
