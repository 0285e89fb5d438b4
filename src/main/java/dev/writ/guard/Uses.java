package dev.writ.guard;

import dev.writ.registry.Tool;
import java.time.InstantSource;
import java.util.Optional;

/** Looks at a permit once more when its first byte is due: nothing that it rests on may have changed since. */
final class Uses {
    private final Standings standings;
    private final Credentials credentials;
    private final InstantSource clock;

    Uses(Standings standings, Credentials credentials, InstantSource clock) {
        this.standings = standings;
        this.credentials = credentials;
        this.clock = clock;
    }

    /** @param before what the server was shown before */
    Guard.Use checked(Permit permit, Guard.Use.Go before) {
        if (!clock.instant().isBefore(permit.until()))
            return new Guard.Use.Stop(new Refusal.Unavailable("the permit waited too long"));
        var stop =
                switch (permit.attempt().caller()) {
                    case Caller.OfAgent agent -> changedSince(permit, agent);
                    case Caller.OfPerson _ -> Optional.<Refusal.Reason>empty();
                };
        if (stop.isPresent()) return new Guard.Use.Stop(stop.get());
        return switch (permit.action()) {
            // Made or obtained under the permit itself: no server is shown anything.
            case Action.MintToken _, Action.UseCredential _, Action.FetchServerMetadata _ -> Guard.Use.Go.BARE;
            default -> credentials.injected(permit, before);
        };
    }

    /** Why a permit that was given is no longer good, if that is so. */
    private Optional<Refusal.Reason> changedSince(Permit permit, Caller.OfAgent caller) {
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
}
