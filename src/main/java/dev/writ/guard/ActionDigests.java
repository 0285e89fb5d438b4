package dev.writ.guard;

import dev.writ.registry.Server;
import java.util.List;
import java.util.Optional;

/** Fills the layout of {@link ActionDigest} for each kind of caller. */
final class ActionDigests {
    private ActionDigests() {}

    static ActionDigest of(Standing standing, Action action, Payload payload, Optional<World.Callable> callable) {
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
                standing.dossier().endpoint(),
                callable.map(World.Callable::definition).orElse(""),
                standing.dossier().credentials(),
                payload.digest().toString());
    }

    /** For what an agent does with its task itself. */
    static ActionDigest of(Under under, Action action, Payload payload) {
        return new ActionDigest(
                action.kind(),
                under.caller().tenant().text(),
                under.task().id().text(),
                under.person().id().text(),
                under.chain(),
                under.agent().name().text(),
                "",
                "direct",
                "",
                action.target(),
                "",
                "",
                "",
                payload.digest().toString());
    }

    /** For an agent whose standing could not be found out: a refusal is all that this digest is for. */
    static ActionDigest ofUnknownStanding(Caller.OfAgent caller, Action action, Payload payload) {
        return new ActionDigest(
                action.kind(),
                caller.tenant().text(),
                caller.ofATask() ? caller.task().text() : "",
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
                payload.digest().toString());
    }

    static ActionDigest of(Caller.OfPerson caller, Action action, Payload payload, Optional<Permit.Target> target) {
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
                payload.digest().toString());
    }

    static Permit.Target target(Server server) {
        return new Permit.Target(
                server.name(), server.transport().json(), server.transport().digest());
    }
}
