package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.Consent;
import dev.writ.authority.Stop;
import dev.writ.authority.Suspension;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.identity.Key;
import dev.writ.registry.Registry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is taken away by itself: a key, a consent, and everything of a tenant for a while. */
public final class Revocations {
    private final Orders orders;
    private final Directory directory;
    private final Guard guard;
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final InstantSource clock;

    Revocations(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.identity = parts.identity();
        this.clock = parts.clock();
    }

    /** Keys in force and lately over; never their text. */
    public Reply<List<Json.Obj>> keys(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(identity.keys(caller.tenant()).stream()
                        .map(key -> document(caller.tenant(), key))
                        .toList()));
    }

    private Json.Obj document(Name tenant, Key key) {
        var snapshot = registry.snapshot(tenant);
        var document = Json.object()
                .put("id", key.id().text())
                .put("createdAt", key.createdAt().toString());
        switch (key) {
            case Key.AgentKey agent ->
                document.put("agent", agent.agent().text())
                        .put("task", agent.task().text())
                        .put("ended", agent.endedAt().isPresent());
            case Key.PersonKey person -> document.put("person", Documents.nameOf(person.person(), snapshot));
        }
        return document.put("revoked", key.revokedAt().isPresent()).build();
    }

    /** One key alone; its task and its holder keep what else they have. */
    public Reply<Json.Obj> revokeKey(Caller.OfPerson caller, String which, String reason) {
        var tenant = caller.tenant();
        return Directory.valid(() -> Visible.line("a reason", reason, 500))
                .then(_ -> directory.reading(caller, () -> Directory.id(
                                "key",
                                identity.keys(tenant).stream().map(Key::id).toList(),
                                which)
                        .then(id -> orders.takeAway(
                                caller,
                                Orders.administer(
                                        "key:revoke",
                                        id.text(),
                                        Json.object().put("reason", reason).build()),
                                () -> key(tenant, id, reason)))));
    }

    private Taken<Json.Obj> key(Name tenant, Id id, String reason) {
        var revoked = identity.revoke(tenant, id, reason);
        guard.cut(tenant, id);
        var known = identity.key(tenant, id).map(key -> document(tenant, key));
        var record = Json.object().put("key", id.text()).put("reason", reason);
        if (revoked.keys().stream().findFirst().orElse(null) instanceof Key.AgentKey agent)
            record.put("agent", agent.agent().text()).put("task", agent.task().text());
        if (revoked.keys().isEmpty())
            return new Taken<>(new Reply.Conflict<>("the key was revoked already"), List.of());
        return new Taken<>(
                known.<Reply<Json.Obj>>map(Reply.Done::new).orElseGet(() -> new Reply.NotFound<>("key with that id")),
                List.of(new Transition("revocation", "key-revoked", record.build())));
    }

    /** Everybody sees the own consents; people with a role see all. */
    public Reply<List<Json.Obj>> consents(Caller.OfPerson caller) {
        if (!directory.active(caller)) return directory.reading(caller, () -> new Reply.Done<>(List.of()));
        boolean all = directory.hasRole(caller);
        var given = authority.snapshot(caller.tenant());
        return new Reply.Done<>(given.consents().values().stream()
                .filter(consent -> all || consent.person().equals(caller.person()))
                .sorted(Comparator.comparing(Consent::id))
                .map(consent -> document(caller.tenant(), consent))
                .toList());
    }

    private Json.Obj document(Name tenant, Consent consent) {
        var task = authority.snapshot(tenant).task(consent.task());
        return Json.object()
                .put("id", consent.id().text())
                .put("task", consent.task().text())
                .put("state", task.map(each -> Documents.state(each, clock.instant())))
                .put("agent", task.map(each -> each.agent().text()))
                .put("purpose", task.map(Task::purpose))
                .put("person", Documents.nameOf(consent.person(), registry.snapshot(tenant)))
                .put("at", consent.at().toString())
                .put("servers", Documents.texts(consent.servers()))
                .put("categories", Documents.texts(consent.categories()))
                .put("data", Documents.texts(consent.data()))
                .build();
    }

    /** Takes a consent back, and with it the task; whoever gave it needs no role for that. */
    public Reply<Json.Obj> revokeConsent(Caller.OfPerson caller, String which, String reason) {
        var tenant = caller.tenant();
        var consents = authority.snapshot(tenant).consents().values();
        return Directory.valid(() -> Visible.line("a reason", reason, 500))
                .then(_ -> Directory.id(
                        "consent",
                        consents.stream()
                                .filter(consent ->
                                        consent.person().equals(caller.person()) || directory.hasRole(caller))
                                .map(Consent::id)
                                .toList(),
                        which))
                .then(id -> orders.takeAway(
                        caller,
                        Orders.administer(
                                "consent:revoke",
                                id.text(),
                                Json.object().put("reason", reason).build()),
                        () -> consent(caller, id, reason)));
    }

    private Taken<Json.Obj> consent(Caller.OfPerson caller, Id id, String reason) {
        var tenant = caller.tenant();
        var known = authority.snapshot(tenant).consents().values().stream()
                .filter(each -> each.id().equals(id))
                .findFirst();
        var end = new Task.End(Task.Ending.REVOKED, Optional.of(caller.person()), clock.instant(), reason);
        var stopped = authority.revokeConsent(tenant, id, end);
        if (known.isEmpty() || stopped.isEmpty())
            return new Taken<>(new Reply.NotFound<>("consent with that id"), List.of());
        var records = new ArrayList<Transition>();
        records.add(new Transition(
                "revocation",
                "consent-revoked",
                Json.object()
                        .put("consent", id.text())
                        .put("task", known.get().task().text())
                        .put("reason", reason)
                        .build()));
        records.addAll(
                Tasks.ended(identity, tenant, stopped.map(Stop.Stopped::ended).orElse(List.of())));
        return new Taken<>(new Reply.Done<>(document(tenant, known.get())), records);
    }

    public Reply<Json.Obj> tenant(Caller.OfPerson caller) {
        return directory.reading(caller, () -> new Reply.Done<>(tenantDocument(caller.tenant())));
    }

    /** No agent of the tenant acts until it is resumed; nothing ends by it. */
    public Reply<Json.Obj> suspend(Caller.OfPerson caller, String reason) {
        var tenant = caller.tenant();
        return Directory.valid(() -> new Suspension(caller.person(), clock.instant(), reason))
                .then(suspension -> directory.reading(
                        caller,
                        () -> orders.takeAway(
                                caller,
                                Orders.administer(
                                        "tenant:suspend",
                                        tenant.text(),
                                        Json.object().put("reason", reason).build()),
                                () -> suspended(tenant, suspension))));
    }

    private Taken<Json.Obj> suspended(Name tenant, Suspension suspension) {
        if (authority.snapshot(tenant).suspension().isPresent())
            return new Taken<>(new Reply.Conflict<>("the tenant is suspended already"), List.of());
        var _ = authority.suspend(tenant, suspension);
        return new Taken<>(
                new Reply.Done<>(tenantDocument(tenant)),
                List.of(new Transition(
                        "revocation",
                        "tenant-suspended",
                        Json.object().put("reason", suspension.why()).build())));
    }

    public Reply<Json.Obj> resume(Caller.OfPerson caller) {
        var tenant = caller.tenant();
        return directory.reading(
                caller,
                () -> orders.carry(
                        caller,
                        Orders.administer("tenant:resume", tenant.text(), Json.Obj.EMPTY),
                        () -> authority.snapshot(tenant).suspension().isEmpty()
                                ? new Plan.Stay<>(new Reply.Conflict<>("the tenant is not suspended"))
                                : new Plan.Go<>(
                                        new Transition(
                                                "administration",
                                                "tenant-resumed",
                                                Json.object().build()),
                                        () -> {
                                            authority.resume(tenant);
                                            return new Reply.Done<>(tenantDocument(tenant));
                                        })));
    }

    private Json.Obj tenantDocument(Name tenant) {
        var suspension = authority.snapshot(tenant).suspension();
        return Json.object()
                .put("tenant", tenant.text())
                .put("state", suspension.isPresent() ? "suspended" : "active")
                .put("by", suspension.map(each -> Documents.nameOf(each.by(), registry.snapshot(tenant))))
                .put("at", suspension.map(each -> each.at().toString()))
                .put("why", suspension.map(Suspension::why))
                .build();
    }
}
