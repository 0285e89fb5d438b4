package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.registry.Group;
import dev.writ.registry.Registry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What is done to groups, roles among them. */
public final class Groups {
    private final Orders orders;
    private final Directory directory;
    private final Registry registry;

    Groups(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var snapshot = directory.of(caller);
            return new Reply.Done<>(snapshot.groups().values().stream()
                    .sorted(Comparator.comparing(Group::name))
                    .map(group -> Documents.group(group, snapshot))
                    .toList());
        });
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> found(caller, name).map(g -> document(caller.tenant(), g)));
    }

    private Reply<Group> found(Caller.OfPerson caller, String name) {
        return Directory.name(name)
                .flatMap(directory.of(caller)::group)
                .<Reply<Group>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("group with that name"));
    }

    public Reply<Json.Obj> create(Caller.OfPerson caller, Resource.Group wanted) {
        var tenant = caller.tenant();
        return Directory.valid(() -> new Group(
                        wanted.name(), wanted.of(), wanted.quorum(), wanted.proof(), wanted.separation(), Set.of()))
                .then(group -> orders.carry(
                        caller,
                        Orders.administer(
                                "group:create",
                                group.name().text(),
                                rule(group)
                                        .with(
                                                "members",
                                                Json.Arr.ofStrings(List.copyOf(new TreeSet<>(wanted.members()))))),
                        () -> Plan.of(members(tenant, wanted.of(), wanted.members())
                                .map(members -> created(tenant, group, members)))));
    }

    private Plan<Json.Obj> created(Name tenant, Group group, Set<String> members) {
        if (registry.snapshot(tenant).group(group.name()).isPresent())
            return new Plan.Stay<>(new Reply.Conflict<>("there is a group " + group.name() + " already"));
        var records = new ArrayList<Transition>();
        records.add(new Transition("administration", "group-created", rule(group)));
        for (var member : members) records.add(joined(group.name(), member));
        return new Plan.Go<>(records, () -> {
            var done = Directory.reply(registry.people().addGroup(tenant, group));
            for (var member : members)
                done = done.then(_ -> Directory.reply(registry.people().join(tenant, group.name(), member)));
            return done.map(g -> document(tenant, g));
        });
    }

    /** Changes what counts as an approval by the group. */
    Reply<Json.Obj> changeRule(Caller.OfPerson caller, Resource.Group wanted) {
        var tenant = caller.tenant();
        return Directory.valid(() -> new Group(
                        wanted.name(), wanted.of(), wanted.quorum(), wanted.proof(), wanted.separation(), Set.of()))
                .then(group -> orders.carry(
                        caller,
                        Orders.administer("group:rule", group.name().text(), rule(group)),
                        () -> new Plan.Go<>(
                                new Transition("administration", "group-rule-changed", rule(group)),
                                () -> Directory.reply(registry.people()
                                                .changeRule(
                                                        tenant,
                                                        group.name(),
                                                        group.quorum(),
                                                        group.proof(),
                                                        group.separation()))
                                        .map(g -> document(tenant, g)))));
    }

    /** @param member e-mail or id of a person, or an agent's name */
    public Reply<Json.Obj> join(Caller.OfPerson caller, String name, String member) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> found(caller, name).then(group -> member(tenant, group.kind(), member)
                .then(id -> orders.carry(
                        caller,
                        Orders.administer("group:join", group.name().text(), about(group.name(), id)),
                        () -> joining(tenant, group.name(), id)))));
    }

    private Plan<Json.Obj> joining(Name tenant, Name name, String member) {
        var group = registry.snapshot(tenant).group(name);
        if (group.isEmpty()) return new Plan.Stay<>(new Reply.NotFound<>("group " + name));
        if (group.get().members().contains(member))
            return new Plan.Stay<>(new Reply.Done<>(document(tenant, group.get())));
        return new Plan.Go<>(
                joined(name, member), () -> Directory.reply(registry.people().join(tenant, name, member))
                        .map(g -> document(tenant, g)));
    }

    public Reply<Json.Obj> leave(Caller.OfPerson caller, String name, String member) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> found(caller, name).then(group -> member(tenant, group.kind(), member)
                .then(id -> orders.takeAway(
                        caller,
                        Orders.administer("group:leave", group.name().text(), about(group.name(), id)),
                        () -> left(tenant, group.name(), id)))));
    }

    private Taken<Json.Obj> left(Name tenant, Name name, String member) {
        var done = Directory.reply(registry.people().leave(tenant, name, member));
        return new Taken<>(
                done.map(group -> document(tenant, group)),
                done.obstacle().isPresent()
                        ? List.of()
                        : List.of(new Transition("revocation", "group-left", about(name, member))));
    }

    static Transition joined(Name group, String member) {
        return new Transition("enrolment", "group-joined", about(group, member));
    }

    private static Json.Obj about(Name group, String member) {
        return Json.object().put("group", group.text()).put("member", member).build();
    }

    private static Json.Obj rule(Group group) {
        return Json.object()
                .put("group", group.name().text())
                .put("of", Documents.word(group.kind()))
                .put("quorum", group.quorum())
                .put("proof", Documents.word(group.proof()))
                .put("separation", group.separation())
                .build();
    }

    /** Ids of people or names of agents, for what people wrote. */
    Reply<Set<String>> members(Name tenant, Group.Kind kind, Set<String> written) {
        Reply<Set<String>> all = new Reply.Done<>(new LinkedHashSet<>());
        for (var each : written)
            all = all.then(found -> member(tenant, kind, each).map(id -> {
                found.add(id);
                return found;
            }));
        return all;
    }

    private Reply<String> member(Name tenant, Group.Kind kind, String written) {
        return switch (kind) {
            case PEOPLE ->
                directory.person(tenant, written).map(person -> person.id().text());
            case AGENTS ->
                Directory.name(written)
                        .flatMap(registry.snapshot(tenant)::agent)
                        .<Reply<String>>map(
                                agent -> new Reply.Done<>(agent.name().text()))
                        .orElseGet(() -> new Reply.NotFound<>("agent with that name"));
        };
    }

    private Json.Obj document(Name tenant, Group group) {
        return Documents.group(group, registry.snapshot(tenant));
    }
}
