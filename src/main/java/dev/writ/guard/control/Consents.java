package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.Scope;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.registry.Agent;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a person may choose from when a client asks for a task. Choosing decides nothing yet: opening the task does. */
public final class Consents {
    private final Agents agents;
    private final Tasks tasks;
    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final InstantSource clock;

    Consents(Control.Parts parts, Directory directory, Agents agents, Tasks tasks) {
        this.agents = agents;
        this.tasks = tasks;
        this.directory = directory;
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.clock = parts.clock();
    }

    /** An agent of the person's own that may act. */
    public record OwnAgent(Name name, String purpose) {}

    /** A server with what its approved tools do and carry. */
    public record Reachable(Name server, int tools, Set<Name> categories, Set<Name> data) {
        public Reachable {
            categories = Set.copyOf(categories);
            data = Set.copyOf(data);
        }
    }

    /** A task of the person's that is open. */
    public record OpenTask(Id id, Name agent, String purpose, Set<Name> servers, Instant until) {
        public OpenTask {
            servers = Set.copyOf(servers);
        }
    }

    /** @param person how the person is called */
    public record Offer(String person, List<OwnAgent> agents, List<Reachable> servers, List<OpenTask> tasks) {
        public Offer {
            agents = List.copyOf(agents);
            servers = List.copyOf(servers);
            tasks = List.copyOf(tasks);
        }
    }

    /** @param server when present, tasks that do not reach it are left out */
    public Reply<Offer> offer(Caller.OfPerson caller, Optional<Name> server) {
        if (!directory.active(caller)) return new Reply.Forbidden<>("this person is not active", Optional.empty());
        var now = clock.instant();
        var snapshot = registry.snapshot(caller.tenant());
        var agents = snapshot.agents().values().stream()
                .filter(agent -> agent.owner().equals(caller.person()) && agent.mayAct(now))
                .sorted(Comparator.comparing(Agent::name))
                .map(agent -> new OwnAgent(agent.name(), agent.purpose()))
                .toList();
        var servers = snapshot.servers().values().stream()
                .filter(each -> each.status() == Server.Status.APPROVED)
                .sorted(Comparator.comparing(Server::name))
                .map(each -> reachable(snapshot, each.name()))
                .toList();
        var tasks = authority.snapshot(caller.tenant()).tasks().values().stream()
                .filter(task -> task.person().equals(caller.person()) && task.open(now))
                .filter(task -> owned(snapshot, task, caller.person()))
                .filter(task -> server.isEmpty() || task.scope().allowsServer(server.get()))
                .sorted(Comparator.comparing(Task::id).reversed())
                .map(task -> new OpenTask(
                        task.id(), task.agent(), task.purpose(), task.scope().servers(), task.deadline()))
                .toList();
        var name = snapshot.person(caller.person())
                .map(person -> person.displayName())
                .orElse("");
        return new Reply.Done<>(new Offer(name, agents, servers, tasks));
    }

    /**
     * What a person chose.
     *
     * @param registering the agent is a new one, to be registered in the person's name
     */
    public record Choice(
            Name agent,
            boolean registering,
            String purpose,
            Set<Name> servers,
            Set<Name> categories,
            Set<Name> data,
            long calls,
            Duration lasting) {
        public Choice {
            servers = Set.copyOf(servers);
            categories = Set.copyOf(categories);
            data = Set.copyOf(data);
        }
    }

    /** Opens the task that a person chose, by the way that every task is opened; its id. */
    public Reply<Id> open(Caller.OfPerson caller, Choice choice) {
        return offer(caller, Optional.empty()).then(offer -> {
            boolean own = offer.agents().stream().anyMatch(agent -> agent.name().equals(choice.agent()));
            if (!choice.registering() && !own)
                return new Reply.Forbidden<>("an agent of your own acts for the client", Optional.empty());
            if (choice.purpose().isEmpty()) return new Reply.Invalid<>("say in a few words what the task is for");
            var scope = Directory.valid(
                    () -> new Scope(choice.servers(), Optional.empty(), choice.categories(), choice.data()));
            return scope.then(of -> registered(caller, choice).then(_ -> opened(caller, choice, of)));
        });
    }

    private Reply<Name> registered(Caller.OfPerson caller, Choice choice) {
        if (!choice.registering()) return new Reply.Done<>(choice.agent());
        var wanted = new Resource.Agent(
                choice.agent(), caller.person().text(), choice.purpose(), 1, Optional.empty(), Optional.empty());
        return agents.create(caller, wanted).map(_ -> choice.agent());
    }

    private Reply<Id> opened(Caller.OfPerson caller, Choice choice, Scope scope) {
        var wanted = Directory.valid(() -> new Resource.Task(
                Optional.empty(),
                choice.agent(),
                caller.person().text(),
                choice.purpose(),
                scope,
                choice.calls(),
                Optional.of(choice.lasting()),
                Optional.empty()));
        return wanted.then(task -> tasks.open(caller, task))
                .map(document -> new Id(document.object("metadata")
                        .flatMap(metadata -> metadata.string("name"))
                        .orElseThrow()));
    }

    /** Only the owner of an agent hands its task to a client: nobody else answers for the agent. */
    private static boolean owned(RegistrySnapshot snapshot, Task task, Id person) {
        return snapshot.agent(task.agent())
                .filter(agent -> agent.owner().equals(person))
                .isPresent();
    }

    private static Reachable reachable(RegistrySnapshot snapshot, Name server) {
        var categories = new TreeSet<Name>();
        var data = new TreeSet<Name>();
        int tools = 0;
        for (var tool : snapshot.toolsOf(server)) {
            if (tool.state() != Tool.State.APPROVED) continue;
            tools++;
            tool.pin().ifPresent(pin -> {
                categories.addAll(pin.classification().categories());
                data.addAll(pin.classification().data());
            });
        }
        return new Reachable(server, tools, categories, data);
    }
}
