package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import java.util.Optional;

/** Commands about people and about groups, whether of people or of agents. */
public final class People {
    private final Registry registry;

    People(Registry registry) {
        this.registry = registry;
    }

    /** Adds a person; an e-mail address, whatever its case, belongs to one person of a tenant. */
    public Outcome<Person> add(Name tenant, Person person) {
        return registry.command(tenant, now -> {
            if (now.people().containsKey(person.id())) return Registry.exists("person " + person.id());
            if (now.people().values().stream().anyMatch(other -> other.email().equalsIgnoreCase(person.email())))
                return Registry.exists("person with that e-mail address");
            return Registry.done(person, added(tenant, person));
        });
    }

    /** Takes a person's every say away, at once. The last active administrator stays. */
    public Outcome<Person> deactivate(Name tenant, Id id) {
        return registry.atOnce(tenant, now -> {
            var person = now.person(id);
            if (person.isEmpty()) return Registry.notFound("person " + id);
            if (lastAdministrator(now, id))
                return Registry.refused("the last active administrator cannot be deactivated; name another one first");
            return Registry.done(person.get().withActive(false), active(tenant, id, false));
        });
    }

    /** As {@link #deactivate}, also for the last administrator; for replaying the ledger at start. */
    public Outcome<Person> replayDeactivated(Name tenant, Id id) {
        return registry.atOnce(tenant, now -> {
            var person = now.person(id);
            return person.isEmpty()
                    ? Registry.notFound("person " + id)
                    : Registry.done(person.get().withActive(false), active(tenant, id, false));
        });
    }

    /** As {@link #leave}, also for the last administrator; for replaying the ledger at start. */
    public Outcome<Group> replayLeft(Name tenant, Name name, String member) {
        return registry.atOnce(tenant, now -> {
            var group = now.group(name).filter(g -> g.members().contains(member));
            return group.isEmpty()
                    ? Registry.notFound("member of " + name)
                    : Registry.done(group.get().without(member), left(tenant, name, member));
        });
    }

    public Outcome<Person> activate(Name tenant, Id id) {
        return registry.command(tenant, now -> {
            var person = now.person(id);
            if (person.isEmpty()) return Registry.notFound("person " + id);
            return Registry.done(person.get().withActive(true), active(tenant, id, true));
        });
    }

    /** Makes a group, without members whatever the given one has. */
    public Outcome<Group> addGroup(Name tenant, Group group) {
        return registry.command(tenant, now -> {
            if (now.groups().containsKey(group.name())) return Registry.exists("group " + group.name());
            if (!group.members().isEmpty()) return Registry.refused("a group begins without members");
            return Registry.done(group, added(tenant, group));
        });
    }

    /** Changes what counts as an approval by the group; approvals that are asked for already keep the old rule. */
    public Outcome<Group> changeRule(Name tenant, Name name, int quorum, Proof proof, boolean separation) {
        return registry.command(tenant, now -> {
            var group = now.group(name);
            if (group.isEmpty()) return Registry.notFound("group " + name);
            return Registry.done(
                    group.get().withRule(quorum, proof, separation),
                    Change.of(
                            s -> s.withGroups(
                                    Copies.changed(s.groups(), name, g -> g.withRule(quorum, proof, separation))),
                            sql -> sql.changeOne(
                                    "UPDATE groups SET quorum = ?, proof = ?, separation = ? WHERE tenant = ? AND name = ?",
                                    quorum,
                                    proof,
                                    separation,
                                    tenant,
                                    name)));
        });
    }

    /** @param member a person's id or an agent's name, as the group's kind asks */
    public Outcome<Group> join(Name tenant, Name name, String member) {
        return registry.command(tenant, now -> {
            var group = now.group(name);
            if (group.isEmpty()) return Registry.notFound("group " + name);
            if (!exists(now, group.get().kind(), member)) return Registry.notFound("member");
            if (group.get().members().contains(member)) return Registry.exists("member of " + name);
            return Registry.done(
                    group.get().with(member),
                    Change.of(
                            s -> s.withGroups(Copies.changed(s.groups(), name, g -> g.with(member))),
                            sql -> sql.change("""
                                    INSERT INTO members (tenant, grp, member) VALUES (?, ?, ?)
                                    ON CONFLICT (tenant, grp, member) DO NOTHING""", tenant, name, member)));
        });
    }

    /** Takes a member out, at once. The last active administrator stays. */
    public Outcome<Group> leave(Name tenant, Name name, String member) {
        return registry.atOnce(tenant, now -> {
            var group = now.group(name).filter(g -> g.members().contains(member));
            if (group.isEmpty()) return Registry.notFound("member of " + name);
            if (name.equals(Group.ADMIN) && lastAdministrator(now, new Id(member)))
                return Registry.refused("the last active administrator cannot leave; name another one first");
            return Registry.done(group.get().without(member), left(tenant, name, member));
        });
    }

    private static Change<RegistrySnapshot> left(Name tenant, Name name, String member) {
        return Change.of(
                s -> s.withGroups(Copies.changed(s.groups(), name, g -> g.without(member))),
                sql -> sql.change(
                        "DELETE FROM members WHERE tenant = ? AND grp = ? AND member = ?", tenant, name, member));
    }

    static Change<RegistrySnapshot> added(Name tenant, Group group) {
        return Change.of(
                s -> s.withGroups(Copies.with(s.groups(), group.name(), group)),
                sql -> sql.changeOne(
                        "INSERT INTO groups (tenant, name, kind, quorum, proof, separation) VALUES (?, ?, ?, ?, ?, ?)",
                        tenant,
                        group.name(),
                        group.kind(),
                        group.quorum(),
                        group.proof(),
                        group.separation()));
    }

    private static Change<RegistrySnapshot> added(Name tenant, Person person) {
        return Change.of(
                s -> s.withPeople(Copies.with(s.people(), person.id(), person)),
                sql -> sql.changeOne(
                        "INSERT INTO people (tenant, id, display_name, email, active) VALUES (?, ?, ?, ?, ?)",
                        tenant,
                        person.id(),
                        person.displayName(),
                        person.email(),
                        person.active()));
    }

    private static Change<RegistrySnapshot> active(Name tenant, Id id, boolean active) {
        return Change.of(
                s -> s.withPeople(Copies.changed(s.people(), id, p -> p.withActive(active))),
                sql -> sql.changeOne("UPDATE people SET active = ? WHERE tenant = ? AND id = ?", active, tenant, id));
    }

    private static boolean exists(RegistrySnapshot now, Group.Kind kind, String member) {
        return switch (kind) {
            case PEOPLE -> id(member).flatMap(now::person).isPresent();
            case AGENTS ->
                now.agents().keySet().stream().anyMatch(name -> name.text().equals(member));
        };
    }

    private static Optional<Id> id(String text) {
        try {
            return Optional.of(new Id(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean lastAdministrator(RegistrySnapshot now, Id person) {
        return now.activeMember(Group.ADMIN, person)
                && now.people().keySet().stream()
                        .noneMatch(other -> !other.equals(person) && now.activeMember(Group.ADMIN, other));
    }
}
