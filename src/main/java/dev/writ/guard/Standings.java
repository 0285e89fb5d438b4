package dev.writ.guard;

import dev.writ.authority.Authority;
import dev.writ.authority.Consent;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.registry.Agent;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds out under which authority an agent acts, from one snapshot of the registry and one of the authority. */
final class Standings {
    private final Registry registry;
    private final Authority authority;
    private final World.Maker worlds = new World.Maker();

    Standings(Registry registry, Authority authority) {
        this.registry = registry;
        this.authority = authority;
    }

    /** An agent's standing with a server, or why it has none. */
    sealed interface Found {
        record Yes(Standing standing) implements Found {}

        record No(Refusal.Reason reason, Optional<TaskBrief> brief) implements Found {}
    }

    World world(Name tenant) {
        return worlds.of(tenant, registry.snapshot(tenant));
    }

    Optional<Task> task(Name tenant, Id task) {
        return authority.snapshot(tenant).task(task);
    }

    /** Through whom a task's authority came, the person first; empty for an unknown task. */
    List<String> chain(Name tenant, Id task) {
        return task(tenant, task)
                .map(found -> List.of(found.person().text(), found.agent().text()))
                .orElse(List.of());
    }

    Found of(Caller.OfAgent caller, Name serverName, Instant now) {
        var given = authority.snapshot(caller.tenant());
        var world = world(caller.tenant());
        var task = given.task(caller.task());
        var agent = world.registry().agent(caller.agent());
        if (task.isEmpty() || agent.isEmpty() || !task.get().agent().equals(caller.agent()))
            return new Found.No(new Refusal.NotAllowed("the task of this key is not known"), Optional.empty());
        var person = world.registry().person(task.get().person());
        var owner = world.registry().person(agent.get().owner());
        if (person.isEmpty() || owner.isEmpty())
            return new Found.No(new Refusal.NotAllowed("the task's people are not known"), Optional.empty());
        var about = new About(agent.get(), owner.get(), task.get(), person.get());
        if (!task.get().open(now)) return about.no(ended(task.get(), world.registry()));
        // Not left to policy alone: a tenant may edit its guardrails, but nothing acts for somebody who is gone.
        if (!agent.get().mayAct(now)) return about.no(notActing(agent.get()));
        if (!owner.get().active()) return about.no(new Refusal.NotAllowed("the agent's owner is no longer active"));
        if (!person.get().active())
            return about.no(new Refusal.NotAllowed("the person whom the task is for is no longer active"));
        var server = world.registry().server(serverName);
        if (server.isEmpty()
                || server.get().status() != Server.Status.APPROVED
                || !task.get().scope().allowsServer(serverName)) return about.no(new Refusal.Absent());
        return new Found.Yes(
                about.standing(caller, now, world, given.consentOf(task.get().id()), server.get()));
    }

    /** Who and what a standing is about. */
    private record About(Agent agent, Person owner, Task task, Person person) {
        Found.No no(Refusal.Reason reason) {
            var brief = new TaskBrief(
                    agent.name().text(), owner.displayName(), task.id(), task.purpose(), person.displayName());
            return new Found.No(reason, Optional.of(brief));
        }

        Standing standing(Caller.OfAgent caller, Instant now, World world, Optional<Consent> consent, Server server) {
            var dossier = world.dossier(agent, owner, task, person, consent, server);
            return new Standing(caller, now, world, agent, owner, task, person, consent, server, dossier);
        }
    }

    private static Refusal.Reason notActing(Agent agent) {
        return new Refusal.NotAllowed(
                switch (agent.status()) {
                    case ACTIVE -> "the agent's recertification date has passed; its owner must confirm it";
                    case SUSPENDED -> "the agent is suspended";
                    case RETIRED -> "the agent is retired";
                });
    }

    private static Refusal.Reason ended(Task task, RegistrySnapshot registry) {
        return task.end()
                .map(end -> new Refusal.TaskEnded(
                        end.ending().name().toLowerCase(Locale.ROOT),
                        end.by().flatMap(registry::person).map(person -> person.displayName()),
                        end.at(),
                        end.why()))
                .orElseGet(() ->
                        new Refusal.TaskEnded("expired", Optional.empty(), task.deadline(), "the deadline has passed"));
    }
}
