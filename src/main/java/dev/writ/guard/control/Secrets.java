package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.registry.Registry;
import dev.writ.vault.Keeping;
import dev.writ.vault.Vault;
import java.util.List;

/** What is done to the secrets of servers. A value goes in and never comes out here; records have names alone. */
public final class Secrets {
    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final Vault vault;

    Secrets(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
        this.vault = parts.vault();
    }

    public Reply<List<String>> names(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(
                        vault.names(caller.tenant()).stream().map(Name::text).toList()));
    }

    /** Keeps a secret, in place of an earlier one of that name. */
    public Reply<Json.Obj> put(Caller.OfPerson caller, String name, Secret value) {
        var tenant = caller.tenant();
        return Directory.valid(() -> new Name(name)).then(secret -> {
            int bytes = value.reveal().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            if (bytes == 0 || bytes > Vault.SECRET_BYTES_MAX)
                return new Reply.Invalid<>("a secret has 1 to " + Vault.SECRET_BYTES_MAX + " bytes");
            if (value.reveal().codePoints().anyMatch(c -> c < ' ' || c == 0x7f))
                return new Reply.Invalid<>("a secret for a header or a variable has no control characters");
            return orders.carry(caller, Orders.administer("secret:put", secret.text(), about(secret)), () -> {
                boolean known = vault.names(tenant).contains(secret);
                return new Plan.Go<>(
                        new Transition("administration", known ? "secret-replaced" : "secret-kept", about(secret)),
                        () -> kept(
                                secret,
                                known ? vault.rotate(tenant, secret, value) : vault.put(tenant, secret, value)));
            });
        });
    }

    private static Reply<Json.Obj> kept(Name name, Keeping keeping) {
        return switch (keeping) {
            case Keeping.Kept(var version) ->
                new Reply.Done<>(Json.object()
                        .put("name", name.text())
                        .put("version", version)
                        .build());
            case Keeping.AlreadyExists _ -> new Reply.Conflict<>("there is such a secret already");
            case Keeping.NotFound _, Keeping.Deleted _, Keeping.Revealed _ ->
                new Reply.NotFound<>("secret with that name");
        };
    }

    /** Deletes a secret, also one that a server still names: its calls then stop. */
    public Reply<Json.Obj> delete(Caller.OfPerson caller, String name) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> Directory.name(name)
                .filter(vault.names(tenant)::contains)
                .<Reply<Name>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("secret with that name"))
                .then(secret -> orders.takeAway(
                        caller, Orders.administer("secret:delete", secret.text(), about(secret)), () -> {
                            var users = registry.snapshot(tenant).servers().values().stream()
                                    .filter(server -> server.credentials().stream()
                                            .anyMatch(credential ->
                                                    credential.name().equals(secret)))
                                    .map(server -> "the server " + server.name() + " still names it; its calls stop")
                                    .sorted()
                                    .toList();
                            if (!(vault.delete(tenant, secret) instanceof Keeping.Deleted))
                                return new Taken<>(new Reply.NotFound<>("secret with that name"), List.of());
                            return new Taken<>(
                                    new Reply.Done<>(about(secret), users),
                                    List.of(new Transition("revocation", "secret-deleted", about(secret))));
                        })));
    }

    private static Json.Obj about(Name secret) {
        return Json.object().put("secret", secret.text()).build();
    }
}
