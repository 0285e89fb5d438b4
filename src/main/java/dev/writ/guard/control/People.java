package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.identity.Issue;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What is done to people. Records know them by pseudonym alone. */
public final class People {
    private static final String DEACTIVATED = "a person was deactivated";

    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final Ids ids;

    People(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.identity = parts.identity();
        this.ids = parts.ids();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var snapshot = directory.of(caller);
            return new Reply.Done<>(snapshot.people().values().stream()
                    .sorted(Comparator.comparing(Person::email))
                    .map(person -> Documents.person(person, snapshot))
                    .toList());
        });
    }

    public Reply<Json.Obj> create(Caller.OfPerson caller, Resource.Person wanted) {
        var id = ids.pseudonym("per");
        var tenant = caller.tenant();
        // Name and address are in the payload, which stands encrypted beside the record, never in it.
        var payload = Json.object()
                .put("email", wanted.email())
                .put("displayName", wanted.displayName())
                .put("roles", Documents.texts(wanted.roles().orElse(Set.of())))
                .build();
        return Directory.valid(() -> new Person(id, wanted.displayName(), wanted.email(), true))
                .then(person -> orders.carry(
                        caller,
                        Orders.administer("person:create", id.text(), payload),
                        () -> enrolment(tenant, person, wanted.roles().orElse(Set.of()))));
    }

    private Plan<Json.Obj> enrolment(Name tenant, Person person, Set<Name> roles) {
        var now = registry.snapshot(tenant);
        if (now.people().values().stream().anyMatch(other -> other.email().equalsIgnoreCase(person.email())))
            return new Plan.Stay<>(new Reply.Conflict<>("there is a person with that e-mail address already"));
        var records = new ArrayList<Transition>();
        records.add(new Transition(
                "enrolment",
                "person-created",
                Json.object().put("person", person.id().text()).build()));
        for (var role : roles) records.add(Groups.joined(role, person.id().text()));
        return new Plan.Go<>(records, () -> {
            var added = Directory.reply(registry.people().add(tenant, person));
            for (var role : roles)
                added = added.then(done -> Directory.reply(
                                registry.people().join(tenant, role, person.id().text()))
                        .map(_ -> done));
            return added.map(done -> Documents.person(done, registry.snapshot(tenant)));
        });
    }

    /** Takes a person's every say away: keys, tasks for or by the person, tasks of the person's agents, votes. */
    public Reply<Json.Obj> deactivate(Caller.OfPerson caller, String who) {
        return directory.reading(caller, () -> directory
                .person(caller.tenant(), who)
                .then(person -> orders.takeAway(
                        caller,
                        Orders.administer("person:deactivate", person.id().text(), Json.Obj.EMPTY),
                        () -> deactivated(caller, person.id()))));
    }

    private Taken<Json.Obj> deactivated(Caller.OfPerson caller, Id person) {
        var tenant = caller.tenant();
        var done = Directory.reply(registry.people().deactivate(tenant, person));
        if (done.obstacle().isPresent()) return new Taken<>(done.map(_ -> Json.Obj.EMPTY), List.of());
        var keys = identity.revokePerson(tenant, person);
        var sessions = identity.sessions().endAll(tenant, person);
        var records = new ArrayList<Transition>();
        var members = Json.object()
                .put("person", person.text())
                .put("keys", keys.keys().stream().map(key -> key.id().text()).toList())
                .put(
                        "sessions",
                        sessions.sessions().stream()
                                .map(session -> session.id().text())
                                .toList());
        records.add(new Transition("revocation", "person-deactivated", members.build()));
        var by = caller.person();
        records.addAll(Tasks.ended(
                identity,
                tenant,
                authority.stopPerson(tenant, person, by, DEACTIVATED).ended()));
        for (var agent : registry.snapshot(tenant).agents().values())
            if (agent.owner().equals(person))
                records.addAll(Tasks.ended(
                        identity,
                        tenant,
                        authority
                                .stopAgent(tenant, agent.name(), by, DEACTIVATED)
                                .ended()));
        return new Taken<>(done.map(p -> Documents.person(p, registry.snapshot(tenant))), records);
    }

    /** Makes a command-line credential; its text is in the answer and nowhere else. */
    public Reply<Json.Obj> issueKey(Caller.OfPerson caller, String who) {
        return directory.reading(caller, () -> directory
                .person(caller.tenant(), who)
                .then(person -> orders.carry(
                        caller,
                        Orders.administer("person:key", person.id().text(), Json.Obj.EMPTY),
                        () -> key(caller.tenant(), person.id()))));
    }

    private Plan<Json.Obj> key(Name tenant, Id person) {
        if (registry.snapshot(tenant).person(person).filter(Person::active).isEmpty())
            return new Plan.Stay<>(new Reply.Conflict<>("this person is not active"));
        var key = ids.next("key");
        var members = Json.object().put("key", key.text()).put("person", person.text());
        return new Plan.Go<>(
                new Transition("enrolment", "key-issued", members.build()),
                () -> issued(identity.issueForPerson(tenant, key, person)));
    }

    static Reply<Json.Obj> issued(Issue issue) {
        return switch (issue) {
            case Issue.Issued(var key, var text) ->
                new Reply.Done<>(Json.object()
                        .put("id", key.id().text())
                        .put("key", text.reveal())
                        .build());
            case Issue.AlreadyExists _ -> new Reply.Conflict<>("there is such a key already");
            case Issue.TooMany _ ->
                new Reply.Conflict<>("there are " + Identity.KEYS_MAX + " keys in force; revoke some");
        };
    }
}
