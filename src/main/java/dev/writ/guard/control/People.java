package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.identity.Issue;
import dev.writ.identity.Passkey;
import dev.writ.identity.Provider;
import dev.writ.identity.SignInLinks;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What is done to people. Records know them by pseudonym alone. */
public final class People {
    private static final String DEACTIVATED = "a person was deactivated";

    private final Guard guard;
    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final Ids ids;

    People(Control.Parts parts, Orders orders, Directory directory) {
        this.guard = parts.guard();
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
        return create(caller, ids.pseudonym("per"), wanted);
    }

    Reply<Json.Obj> create(Caller.OfPerson caller, Id id, Resource.Person wanted) {
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

    /** As {@link #deactivate}, on the word of a provider that knows the person. */
    Reply<Json.Obj> deactivatedBy(Provider provider, Id person) {
        var by = "provider:" + provider.name();
        var taken = deactivated(provider.tenant(), provider.owner(), person);
        for (var record : taken.records()) {
            // The deactivation is in force by now, whether or not the ledger can be written at this moment.
            var members = record.event().equals("person-deactivated")
                    ? record.members().with("answers", Json.of(provider.owner().text()))
                    : record.members();
            var _ = guard.recordOwn(provider.tenant(), by, new Transition(record.kind(), record.event(), members));
        }
        return taken.reply();
    }

    private Taken<Json.Obj> deactivated(Caller.OfPerson caller, Id person) {
        return deactivated(caller.tenant(), caller.person(), person);
    }

    private Taken<Json.Obj> deactivated(Name tenant, Id by, Id person) {
        var done = Directory.reply(registry.people().deactivate(tenant, person));
        if (done.obstacle().isPresent()) return new Taken<>(done.map(_ -> Json.Obj.EMPTY), List.of());
        var mandates = authority.snapshot(tenant).mandates().values().stream()
                .filter(mandate ->
                        mandate.giver().equals(person) && mandate.end().isEmpty())
                .toList();
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
        records.addAll(Tasks.ended(
                identity,
                tenant,
                authority.stopPerson(tenant, person, by, DEACTIVATED).ended()));
        for (var mandate : mandates) records.add(Mandates.revoked(mandate, DEACTIVATED));
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

    /** Makes a one-time link with which a person makes a passkey; its text is in the answer and nowhere else. */
    public Reply<Json.Obj> issueLink(Caller.OfPerson caller, String who) {
        return directory.reading(caller, () -> directory
                .person(caller.tenant(), who)
                .then(person -> orders.carry(
                        caller,
                        Orders.administer("person:link", person.id().text(), Json.Obj.EMPTY),
                        () -> link(caller.tenant(), person.id()))));
    }

    private Plan<Json.Obj> link(Name tenant, Id person) {
        if (registry.snapshot(tenant).person(person).filter(Person::active).isEmpty())
            return new Plan.Stay<>(new Reply.Conflict<>("this person is not active"));
        var link = ids.next("lnk");
        var members = Json.object().put("link", link.text()).put("person", person.text());
        return new Plan.Go<>(
                new Transition("enrolment", "link-made", members.build()),
                () -> new Reply.Done<>(Json.object()
                        .put("id", link.text())
                        .put("link", identity.links().make(tenant, link, person).reveal())
                        .put("minutes", SignInLinks.LIFE.toMinutes())
                        .build()));
    }

    /** A person's passkeys: when they were made and used, nothing else. */
    public Reply<List<Json.Obj>> passkeys(Caller.OfPerson caller, String who) {
        return directory.reading(caller, () -> directory
                .person(caller.tenant(), who)
                .map(person -> identity.passkeys().of(caller.tenant(), person.id()).stream()
                        .map(passkey -> Json.object()
                                .put("id", passkey.id().text())
                                .put("createdAt", Guard.time(passkey.createdAt()))
                                .put("usedAt", passkey.usedAt().map(Guard::time))
                                .build())
                        .toList()));
    }

    /** Removes a passkey for good, and ends the person's sessions. */
    public Reply<Json.Obj> removePasskey(Caller.OfPerson caller, String who, String passkey) {
        return directory.reading(
                caller, () -> directory.person(caller.tenant(), who).then(person -> {
                    var known = identity.passkeys().of(caller.tenant(), person.id()).stream()
                            .map(Passkey::id)
                            .toList();
                    return Directory.id("passkey", known, passkey)
                            .then(id -> orders.takeAway(
                                    caller,
                                    Orders.administer(
                                            "person:passkey-remove", person.id().text(), about(person.id(), id)),
                                    () -> removed(caller.tenant(), person, id)));
                }));
    }

    private Taken<Json.Obj> removed(Name tenant, Person person, Id passkey) {
        var _ = identity.passkeys().remove(tenant, passkey);
        var records = new ArrayList<Transition>();
        records.add(new Transition("revocation", "passkey-removed", about(person.id(), passkey)));
        for (var session : identity.sessions().endAll(tenant, person.id()).sessions())
            records.add(new Transition(
                    "revocation",
                    "session-ended",
                    Json.object()
                            .put("person", person.id().text())
                            .put("session", session.id().text())
                            .build()));
        return new Taken<>(new Reply.Done<>(about(person.id(), passkey)), records);
    }

    private static Json.Obj about(Id person, Id passkey) {
        return Json.object()
                .put("person", person.text())
                .put("passkey", passkey.text())
                .build();
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
