package dev.writ.guard;

import dev.writ.authority.Consent;
import dev.writ.authority.Task;
import dev.writ.base.CanonicalWriter;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.RecordTime;
import dev.writ.registry.Agent;
import dev.writ.registry.Person;
import dev.writ.registry.Server;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Under which task an agent acts, whatever it acts on: the task and all above it are open, and everybody in the chain is
 * in good standing. Read once from immutable snapshots.
 *
 * @param agents the agents through whom the task came, the one that acts last
 */
record Under(
        Caller.OfAgent caller,
        Instant now,
        World world,
        Agent agent,
        Person owner,
        Task task,
        Person person,
        Optional<Consent> consent,
        List<Name> agents)
        implements Ground {
    TaskBrief brief() {
        return new TaskBrief(agent.name().text(), owner.displayName(), task.id(), task.purpose(), person.displayName());
    }

    Standing with(Server server) {
        var dossier = world.dossier(this, server);
        return new Standing(caller, now, world, agent, owner, task, person, consent, server, dossier);
    }

    @Override
    public List<String> chain() {
        return chain(person.id(), agents);
    }

    @Override
    public byte[] scope() {
        return scope(task);
    }

    static List<String> chain(Id person, List<Name> agents) {
        var chain = new ArrayList<String>();
        chain.add(person.text());
        for (var agent : agents) chain.add(agent.text());
        return List.copyOf(chain);
    }

    static byte[] scope(Task task) {
        return new CanonicalWriter(512)
                .json(task.scope()
                        .json()
                        .with("calls", Json.of(task.callBudget()))
                        .with("until", Json.of(RecordTime.of(task.deadline()))))
                .bytes();
    }
}
