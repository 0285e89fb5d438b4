package dev.writ.guard;

import dev.writ.authority.Consent;
import dev.writ.authority.Task;
import dev.writ.base.Name;
import dev.writ.registry.Agent;
import dev.writ.registry.Person;
import dev.writ.registry.Server;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Under which authority an agent acts, read once from immutable snapshots: nothing that changes afterwards is mixed in.
 */
record Standing(
        Caller.OfAgent caller,
        Instant now,
        World world,
        Agent agent,
        Person owner,
        Task task,
        Person person,
        Optional<Consent> consent,
        Server server,
        Dossier dossier)
        implements Ground {

    Name tenant() {
        return caller.tenant();
    }

    TaskBrief brief() {
        return dossier.brief();
    }

    @Override
    public List<String> chain() {
        return dossier.chain();
    }

    @Override
    public byte[] scope() {
        return dossier.scope();
    }

    /** Whether the task's consent covers a tool as it is pinned now. */
    boolean consented(World.Callable callable) {
        var classification = callable.pin().classification();
        return consent.isPresent()
                && consent.get()
                        .covers(
                                server.name(),
                                callable.tool().reference(),
                                classification.categories(),
                                classification.data(),
                                callable.pin().definition().digest());
    }

    /** Whether the task's consent covers the server as such. */
    boolean consented() {
        return consent.map(given -> given.servers().contains(server.name())).orElse(false);
    }

    /** Those whom separation keeps from approving: for whom, who opened the task, who answers for its agents. */
    Set<dev.writ.base.Id> parties() {
        var parties = new java.util.TreeSet<>(List.of(task.person(), task.openedBy(), agent.owner()));
        for (var above : dossier.agents()) world.registry().agent(above).ifPresent(each -> parties.add(each.owner()));
        return parties;
    }
}
