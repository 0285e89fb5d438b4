package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Fills the layout of {@link ActionDigest} for each kind of caller. */
final class ActionDigests {
    private ActionDigests() {}

    static ActionDigest of(Standing standing, Action action, Optional<Tool.Pin> pin) {
        return new ActionDigest(
                action.kind(),
                standing.tenant().text(),
                standing.task().id().text(),
                standing.person().id().text(),
                standing.chain(),
                standing.agent().name().text(),
                "",
                "direct",
                "",
                action.target(),
                standing.server().transport().digest().toString(),
                pin.map(p -> p.definition().digest().toString()).orElse(""),
                credentials(standing.server()),
                payload(action));
    }

    /** For an agent whose standing could not be found out: a refusal is all that this digest is for. */
    static ActionDigest ofUnknownStanding(Caller.OfAgent caller, Action action) {
        return new ActionDigest(
                action.kind(),
                caller.tenant().text(),
                caller.task().text(),
                "",
                List.of(caller.agent().text()),
                caller.agent().text(),
                "",
                "direct",
                "",
                action.target(),
                "",
                "",
                "",
                payload(action));
    }

    static ActionDigest of(Caller.OfPerson caller, Action action, Optional<Permit.Target> target) {
        var person = caller.person().text();
        return new ActionDigest(
                action.kind(),
                caller.tenant().text(),
                "",
                person,
                List.of(person),
                "",
                "",
                "direct",
                "",
                action.target(),
                target.map(t -> t.endpointDigest().toString()).orElse(""),
                "",
                "",
                payload(action));
    }

    static Permit.Target target(Server server) {
        return new Permit.Target(
                server.name(), server.transport().json(), server.transport().digest());
    }

    /** Names of secrets have no comma. */
    private static String credentials(Server server) {
        return server.credentials().stream()
                .map(credential -> credential.name().text())
                .sorted()
                .collect(Collectors.joining(","));
    }

    private static String payload(Action action) {
        return Digest.of(action.payloadBytes()).toString();
    }
}
