package dev.writ.guard;

import dev.writ.authority.Authority;
import dev.writ.authority.AuthoritySnapshot;
import dev.writ.authority.Suspension;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.identity.Identity;
import dev.writ.registry.Agent;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds out under which authority an agent acts, from one snapshot of the registry and one of the authority. */
final class Standings {
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final World.Maker worlds = new World.Maker();

    Standings(Registry registry, Authority authority, Identity identity) {
        this.registry = registry;
        this.authority = authority;
        this.identity = identity;
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

    List<Task> openTasks(Name tenant, Name agent, Instant now) {
        return tasks(tenant, agent).stream().filter(task -> task.open(now)).toList();
    }

    /** Open or not. */
    List<Task> tasks(Name tenant, Name agent) {
        return authority.snapshot(tenant).tasks().values().stream()
                .filter(task -> task.agent().equals(agent))
                .toList();
    }

    /** An active person, by e-mail address. */
    Optional<Id> person(Name tenant, String email) {
        return registry.snapshot(tenant).people().values().stream()
                .filter(person -> person.active() && person.email().equalsIgnoreCase(email))
                .map(Person::id)
                .findFirst();
    }

    /** Through whom a task's authority came, the person first; empty for an unknown task. */
    List<String> chain(Name tenant, Id task) {
        var given = authority.snapshot(tenant);
        var found = given.task(task);
        if (found.isEmpty()) return List.of();
        var through = new ArrayList<String>();
        through.add(found.get().person().text());
        for (var each : given.chain(found.get())) through.add(each.agent().text());
        return List.copyOf(through);
    }

    /** Whether an operation takes back what the caller gave: a consent or a mandate. */
    boolean gave(Caller.OfPerson caller, String operation, String target) {
        var given = authority.snapshot(caller.tenant());
        return switch (operation) {
            case "consent:revoke" ->
                given.consents().values().stream()
                        .anyMatch(consent -> consent.id().text().equals(target)
                                && consent.person().equals(caller.person()));
            case "mandate:revoke" ->
                given.mandates().values().stream()
                        .anyMatch(mandate -> mandate.id().text().equals(target)
                                && mandate.giver().equals(caller.person()));
            default -> false;
        };
    }

    /** Under which task an agent acts, or why it may not act at all. */
    sealed interface Acting {
        record Yes(Under under) implements Acting {}

        record No(Refusal.Reason reason, Optional<TaskBrief> brief) implements Acting {}
    }

    Found of(Caller.OfAgent caller, Name serverName, Instant now) {
        return switch (under(caller, now)) {
            case Acting.No(var reason, var brief) -> new Found.No(reason, brief);
            case Acting.Yes(var under) -> {
                var server = under.world().registry().server(serverName);
                yield server.isEmpty()
                                || server.get().status() != Server.Status.APPROVED
                                || !under.task().scope().allowsServer(serverName)
                        ? new Found.No(new Refusal.Absent(), Optional.of(under.brief()))
                        : new Found.Yes(under.with(server.get()));
            }
        };
    }

    Acting under(Caller.OfAgent caller, Instant now) {
        var given = authority.snapshot(caller.tenant());
        var world = world(caller.tenant());
        var task = given.task(caller.task());
        var agent = world.registry().agent(caller.agent());
        if (task.isEmpty() || agent.isEmpty() || !task.get().agent().equals(caller.agent()))
            return new Acting.No(new Refusal.NotAllowed("the task of this key is not known"), Optional.empty());
        var person = world.registry().person(task.get().person());
        var owner = world.registry().person(agent.get().owner());
        if (person.isEmpty() || owner.isEmpty())
            return new Acting.No(new Refusal.NotAllowed("the task's people are not known"), Optional.empty());
        var chain = given.chain(task.get());
        var under = new Under(
                caller,
                now,
                world,
                agent.get(),
                owner.get(),
                task.get(),
                person.get(),
                given.consentOf(task.get().id()),
                chain.stream().map(Task::agent).toList());
        var obstacle = obstacle(under, given, chain).or(() -> takenBack(caller));
        return obstacle.isEmpty() ? new Acting.Yes(under) : new Acting.No(obstacle.get(), Optional.of(under.brief()));
    }

    /** Not left to policy alone: a tenant may edit its guardrails, but nothing acts for somebody who is gone. */
    private static Optional<Refusal.Reason> obstacle(Under under, AuthoritySnapshot given, List<Task> chain) {
        var now = under.now();
        var registry = under.world().registry();
        if (!under.task().open(now)) return Optional.of(ended(under.task(), registry));
        if (given.suspension().isPresent())
            return Optional.of(suspended(given.suspension().get(), registry));
        if (!under.agent().mayAct(now)) return Optional.of(notActing(under.agent()));
        if (!under.owner().active())
            return Optional.of(new Refusal.NotAllowed("the agent's owner is no longer active; it needs another one"));
        if (!under.person().active())
            return Optional.of(new Refusal.NotAllowed("the person whom the task is for is no longer active"));
        if (chain.size() == 1 && under.task().depth() == 0) return Optional.empty();
        return above(under.task(), chain, registry, now);
    }

    /** Whoever was let in with a credential before goes no further than whoever comes with it now. */
    private Optional<Refusal.Reason> takenBack(Caller.OfAgent caller) {
        return identity.revoked(caller.tenant(), caller.key())
                ? Optional.of(new Refusal.NotAllowed("the key was revoked"
                        + identity.whyRevoked(caller.tenant(), caller.key())
                                .map(why -> ": " + why)
                                .orElse("")))
                : Optional.empty();
    }

    private static Optional<Refusal.Reason> above(Task task, List<Task> chain, RegistrySnapshot registry, Instant now) {
        if (chain.size() != task.depth() + 1)
            return Optional.of(new Refusal.NotAllowed("a task above this one is not known"));
        for (var each : chain.subList(0, chain.size() - 1)) {
            if (!each.open(now)) return Optional.of(ended(each, registry));
            var agent = registry.agent(each.agent());
            boolean acts = agent.filter(known -> known.mayAct(now))
                    .flatMap(known -> registry.person(known.owner()))
                    .filter(Person::active)
                    .isPresent();
            if (!acts)
                return Optional.of(new Refusal.NotAllowed(
                        "the agent " + each.agent() + ", which passed this task on, may not act"));
        }
        return Optional.empty();
    }

    private static Refusal.Reason suspended(Suspension suspension, RegistrySnapshot registry) {
        return new Refusal.Suspended(
                registry.person(suspension.by()).map(Person::displayName), suspension.at(), suspension.why());
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
