package dev.writ.guard;

import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import dev.writ.vault.Keeping;
import dev.writ.vault.Vault;
import dev.writ.vault.VaultError;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at a permit once more when its first byte is due: nothing that it rests on may have changed since. */
final class Uses {
    private final Standings standings;
    private final Vault vault;
    private final InstantSource clock;

    Uses(Standings standings, Vault vault, InstantSource clock) {
        this.standings = standings;
        this.vault = vault;
        this.clock = clock;
    }

    /** Why a permit that was given is no longer good, if that is so. */
    Optional<Refusal.Reason> changedSince(Permit permit, Caller.OfAgent caller) {
        if (!(permit.action() instanceof Action.OnServer action))
            return standings.under(caller, clock.instant()) instanceof Standings.Acting.No(var reason, var _)
                    ? Optional.of(reason)
                    : Optional.empty();
        return switch (standings.of(caller, action.server(), clock.instant())) {
            case Standings.Found.No(var reason, var _) -> Optional.of(reason);
            case Standings.Found.Yes(var standing) -> {
                if (!sameEndpoint(permit, standing)) yield Optional.of(new Refusal.Absent());
                yield action instanceof Action.CallTool call && !stillApproved(standing, call)
                        ? Optional.of(new Refusal.Quarantined())
                        : Optional.empty();
            }
        };
    }

    private static boolean sameEndpoint(Permit permit, Standing standing) {
        return permit.target()
                .map(target -> target.endpointDigest()
                        .equals(standing.dossier().target().endpointDigest()))
                .orElse(false);
    }

    private static boolean stillApproved(Standing standing, Action.CallTool call) {
        return standing.world()
                .callable(call.server(), call.tool())
                .filter(callable -> callable.tool().state() == Tool.State.APPROVED)
                .isPresent();
    }

    /** Nothing to inject: the server has it already. */
    Guard.Use kept(Permit permit) {
        var tenant = permit.attempt().caller().tenant();
        for (var credential : credentialsOf(permit)) if (!vault.holds(tenant, credential.name())) return missing();
        return new Guard.Use.Go(Map.of());
    }

    /** What to inject, opened. */
    Guard.Use credentials(Permit permit) {
        var tenant = permit.attempt().caller().tenant();
        var revealed = new HashMap<String, String>();
        try {
            for (var credential : credentialsOf(permit)) {
                if (!(vault.reveal(tenant, credential.name()) instanceof Keeping.Revealed(var secret, var _)))
                    return missing();
                revealed.put(credential.header(), secret.reveal());
            }
            return new Guard.Use.Go(revealed);
        } catch (VaultError e) {
            return new Guard.Use.Stop(new Refusal.Unavailable("a credential of the server cannot be opened"));
        }
    }

    private List<Server.Credential> credentialsOf(Permit permit) {
        return permit.target()
                .flatMap(target -> standings
                        .world(permit.attempt().caller().tenant())
                        .registry()
                        .server(target.server()))
                .map(Server::credentials)
                .orElse(List.of());
    }

    private static Guard.Use missing() {
        return new Guard.Use.Stop(new Refusal.Unavailable("a credential of the server is not in the vault"));
    }
}
