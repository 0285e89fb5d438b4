package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.registry.Agent;
import dev.writ.registry.Group;
import dev.writ.registry.Registry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What is done to agents. */
public final class Agents {
    /** How long an agent may act when nobody says otherwise. */
    static final Duration RECERTIFY = Duration.ofDays(90);

    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final Guard guard;
    private final InstantSource clock;

    Agents(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.identity = parts.identity();
        this.guard = parts.guard();
        this.clock = parts.clock();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var snapshot = directory.of(caller);
            return new Reply.Done<>(snapshot.agents().values().stream()
                    .sorted(Comparator.comparing(Agent::name))
                    .map(agent -> Documents.agent(agent, snapshot))
                    .toList());
        });
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> found(caller, name).map(agent -> document(caller.tenant(), agent)));
    }

    private Reply<Agent> found(Caller.OfPerson caller, String name) {
        return Directory.name(name)
                .flatMap(directory.of(caller)::agent)
                .<Reply<Agent>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("agent with that name"));
    }

    public Reply<Json.Obj> create(Caller.OfPerson caller, Resource.Agent wanted) {
        var tenant = caller.tenant();
        var now = clock.instant();
        return orders.carry(
                caller,
                Orders.administer("agent:create", wanted.name().text(), asked(wanted)),
                () -> Plan.of(directory
                        .person(tenant, wanted.owner())
                        .then(owner -> Directory.valid(() -> new Agent(
                                wanted.name(),
                                owner.id(),
                                wanted.purpose(),
                                Agent.Status.ACTIVE,
                                wanted.modelTier(),
                                wanted.recertifyBy().orElseGet(() -> now.plus(RECERTIFY)),
                                now)))
                        .map(agent ->
                                registration(tenant, agent, wanted.groups().orElse(Set.of())))));
    }

    private static Json.Obj asked(Resource.Agent wanted) {
        return Json.object()
                .put("agent", wanted.name().text())
                .put("owner", wanted.owner())
                .put("purpose", wanted.purpose())
                .put("modelTier", wanted.modelTier())
                .put("recertifyBy", wanted.recertifyBy().map(Guard::time))
                .put("groups", Documents.texts(wanted.groups().orElse(Set.of())))
                .build();
    }

    private Plan<Json.Obj> registration(Name tenant, Agent agent, Set<Name> groups) {
        var now = registry.snapshot(tenant);
        if (now.agent(agent.name()).isPresent())
            return new Plan.Stay<>(new Reply.Conflict<>("there is an agent " + agent.name() + " already"));
        for (var group : groups)
            if (now.group(group).filter(g -> g.kind() == Group.Kind.AGENTS).isEmpty())
                return new Plan.Stay<>(new Reply.Invalid<>("there is no group of agents " + group));
        var records = new ArrayList<Transition>();
        records.add(new Transition("enrolment", "agent-registered", about(agent)));
        for (var group : groups) records.add(Groups.joined(group, agent.name().text()));
        return new Plan.Go<>(records, () -> {
            var done = Directory.reply(registry.agents().register(tenant, agent));
            for (var group : groups)
                done = done.then(made -> Directory.reply(registry.people()
                                .join(tenant, group, agent.name().text()))
                        .map(_ -> made));
            return done.map(made -> document(tenant, made));
        });
    }

    /** Stops an agent and everything under way for it; its tasks end. */
    public Reply<Json.Obj> suspend(Caller.OfPerson caller, String name) {
        return stop(caller, name, "agent:suspend", "agent-suspended", "the agent was suspended", false);
    }

    /** Ends an agent for good: its tasks end and its keys are revoked. */
    public Reply<Json.Obj> retire(Caller.OfPerson caller, String name) {
        return stop(caller, name, "agent:retire", "agent-retired", "the agent was retired", true);
    }

    private Reply<Json.Obj> stop(
            Caller.OfPerson caller, String name, String operation, String event, String why, boolean forGood) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> found(caller, name)
                .then(agent -> orders.takeAway(
                        caller, Orders.administer(operation, agent.name().text(), Json.Obj.EMPTY), () -> {
                            var of = agent.name();
                            var done = Directory.reply(
                                    forGood
                                            ? registry.agents().retire(tenant, of)
                                            : registry.agents().suspend(tenant, of));
                            var tasks = authority
                                    .stopAgent(tenant, of, caller.person(), why)
                                    .ended();
                            var about = Json.object().put("agent", of.text());
                            if (forGood)
                                about.put(
                                        "keys",
                                        identity.revokeAgent(tenant, of).keys().stream()
                                                .map(key -> key.id().text())
                                                .toList());
                            var records = new ArrayList<Transition>();
                            records.add(new Transition("revocation", event, about.build()));
                            records.addAll(Tasks.ended(identity, tenant, tasks));
                            return new Taken<>(done.map(each -> document(tenant, each)), records);
                        })));
    }

    public Reply<Json.Obj> resume(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> found(caller, name)
                .then(agent -> change(
                        caller,
                        agent.name(),
                        "agent:resume",
                        new Transition(
                                "enrolment",
                                "agent-resumed",
                                Json.object().put("agent", agent.name().text()).build()),
                        () -> Directory.reply(registry.agents().resume(caller.tenant(), agent.name())))));
    }

    /** Confirms an agent until a later date. */
    public Reply<Json.Obj> recertify(Caller.OfPerson caller, String name, Instant until) {
        if (until.isAfter(clock.instant().plus(dev.writ.registry.Agents.RECERTIFY_MAX)))
            return new Reply.Invalid<>(
                    "an agent is confirmed for at most " + dev.writ.registry.Agents.RECERTIFY_MAX.toDays() + " days");
        return directory.reading(caller, () -> found(caller, name)
                .then(agent -> change(
                        caller,
                        agent.name(),
                        "agent:recertify",
                        new Transition(
                                "enrolment",
                                "agent-recertified",
                                Json.object()
                                        .put("agent", agent.name().text())
                                        .put("until", Guard.time(until))
                                        .build()),
                        () -> Directory.reply(registry.agents().recertify(caller.tenant(), agent.name(), until)))));
    }

    /** Gives an agent another owner; one that had lost its owner may act again. */
    public Reply<Json.Obj> reassign(Caller.OfPerson caller, String name, String owner) {
        return directory.reading(caller, () -> found(caller, name).then(agent -> directory
                .person(caller.tenant(), owner)
                .then(person -> transfer(caller, agent.name(), person.id()))));
    }

    /** Who came as an agent and is none. */
    public Reply<List<Json.Obj>> seen(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(guard.door().visitors(caller.tenant()).stream()
                        .map(visitor -> Json.object()
                                .put("name", visitor.name())
                                .put("client", visitor.client())
                                .put("first", visitor.first().toString())
                                .put("last", visitor.last().toString())
                                .put("times", visitor.times())
                                .build())
                        .toList()));
    }

    /** Gives an agent another owner. */
    Reply<Json.Obj> transfer(Caller.OfPerson caller, Name name, Id owner) {
        var record = new Transition(
                "enrolment",
                "agent-transferred",
                Json.object()
                        .put("agent", name.text())
                        .put("owner", owner.text())
                        .build());
        return change(
                caller,
                name,
                "agent:transfer",
                record,
                () -> Directory.reply(registry.agents().transfer(caller.tenant(), name, owner)));
    }

    private Reply<Json.Obj> change(
            Caller.OfPerson caller, Name name, String operation, Transition record, Supplier<Reply<Agent>> making) {
        return orders.carry(
                caller,
                Orders.administer(operation, name.text(), record.members()),
                () -> new Plan.Go<>(record, () -> making.get().map(each -> document(caller.tenant(), each))));
    }

    private static Json.Obj about(Agent agent) {
        return Json.object()
                .put("agent", agent.name().text())
                .put("owner", agent.owner().text())
                .put("purpose", agent.purpose())
                .put("modelTier", agent.modelTier())
                .put("recertifyBy", Guard.time(agent.recertifyBy()))
                .build();
    }

    private Json.Obj document(Name tenant, Agent agent) {
        return Documents.agent(agent, registry.snapshot(tenant));
    }
}
