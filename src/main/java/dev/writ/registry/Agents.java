package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Commands about agents. */
public final class Agents {
    /** How far ahead a recertification date may lie. */
    public static final Duration RECERTIFY_MAX = Duration.ofDays(366);

    private final Registry registry;
    private final InstantSource clock;

    Agents(Registry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /** Registers an agent; its owner is an active person. The name is never given again, also not after retirement. */
    public Outcome<Agent> register(Name tenant, Agent agent) {
        return registry.command(tenant, now -> {
            if (now.agents().containsKey(agent.name())) return Registry.exists("agent " + agent.name());
            if (!active(now, agent.owner())) return Registry.refused("the owner is not an active person");
            if (tooFar(agent.recertifyBy())) return Registry.refused(tooFar());
            if (agent.status() != Agent.Status.ACTIVE) return Registry.refused("an agent begins as active");
            return Registry.done(agent, added(tenant, agent));
        });
    }

    /** Stops an agent until it is resumed, at once. */
    public Outcome<Agent> suspend(Name tenant, Name name) {
        return narrowed(tenant, name, Agent.Status.SUSPENDED);
    }

    /** Ends an agent for good, at once. */
    public Outcome<Agent> retire(Name tenant, Name name) {
        return narrowed(tenant, name, Agent.Status.RETIRED);
    }

    public Outcome<Agent> resume(Name tenant, Name name) {
        return registry.command(tenant, now -> {
            var agent = now.agent(name);
            if (agent.isEmpty()) return Registry.notFound("agent " + name);
            if (agent.get().status() == Agent.Status.RETIRED)
                return Registry.refused("a retired agent does not come back; register another one");
            if (!active(now, agent.get().owner())) return Registry.refused("the owner is not an active person");
            return Registry.done(
                    agent.get().withStatus(Agent.Status.ACTIVE), status(tenant, name, Agent.Status.ACTIVE));
        });
    }

    public Outcome<Agent> transfer(Name tenant, Name name, Id owner) {
        return registry.command(tenant, now -> {
            var agent = now.agent(name);
            if (agent.isEmpty()) return Registry.notFound("agent " + name);
            if (!active(now, owner)) return Registry.refused("the owner is not an active person");
            return Registry.done(
                    agent.get().withOwner(owner),
                    Change.of(
                            s -> s.withAgents(Copies.changed(s.agents(), name, a -> a.withOwner(owner))),
                            sql -> sql.changeOne(
                                    "UPDATE agents SET owner = ? WHERE tenant = ? AND name = ?", owner, tenant, name)));
        });
    }

    /** Confirms an agent until a later date. */
    public Outcome<Agent> recertify(Name tenant, Name name, Instant by) {
        var until = by.truncatedTo(ChronoUnit.MILLIS);
        return registry.command(tenant, now -> {
            var agent = now.agent(name);
            if (agent.isEmpty()) return Registry.notFound("agent " + name);
            if (tooFar(until)) return Registry.refused(tooFar());
            return Registry.done(
                    agent.get().withRecertifyBy(until),
                    Change.of(
                            s -> s.withAgents(Copies.changed(s.agents(), name, a -> a.withRecertifyBy(until))),
                            sql -> sql.changeOne(
                                    "UPDATE agents SET recertify_by = ? WHERE tenant = ? AND name = ?",
                                    until,
                                    tenant,
                                    name)));
        });
    }

    private Outcome<Agent> narrowed(Name tenant, Name name, Agent.Status status) {
        return registry.atOnce(tenant, now -> {
            var agent = now.agent(name);
            if (agent.isEmpty()) return Registry.notFound("agent " + name);
            var after = agent.get().withStatus(status);
            if (after.equals(agent.get())) return Registry.unchanged(new Outcome.Done<>(after));
            return Registry.done(after, status(tenant, name, status));
        });
    }

    private static Change<RegistrySnapshot> status(Name tenant, Name name, Agent.Status status) {
        return Change.of(
                s -> s.withAgents(Copies.changed(s.agents(), name, a -> a.withStatus(status))),
                sql -> sql.change(
                        "UPDATE agents SET status = ? WHERE tenant = ? AND name = ? AND status <> 'retired'",
                        status,
                        tenant,
                        name));
    }

    private static Change<RegistrySnapshot> added(Name tenant, Agent agent) {
        return Change.of(
                s -> s.withAgents(Copies.with(s.agents(), agent.name(), agent)),
                sql -> sql.changeOne(
                        """
                        INSERT INTO agents (tenant, name, owner, purpose, status, model_tier, recertify_by, registered_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                        tenant,
                        agent.name(),
                        agent.owner(),
                        agent.purpose(),
                        agent.status(),
                        agent.modelTier(),
                        agent.recertifyBy(),
                        agent.registeredAt()));
    }

    private static boolean active(RegistrySnapshot now, Id person) {
        return now.person(person).filter(Person::active).isPresent();
    }

    private boolean tooFar(Instant recertifyBy) {
        return recertifyBy.isAfter(clock.instant().plus(RECERTIFY_MAX));
    }

    private static String tooFar() {
        return "a recertification date lies at most " + RECERTIFY_MAX.toDays() + " days ahead";
    }
}
