package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.Consent;
import dev.writ.authority.Mandate;
import dev.writ.authority.Mandates.Giving;
import dev.writ.authority.Mandates.Use;
import dev.writ.authority.Origin;
import dev.writ.authority.Stop;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Standing orders: whoever gives one gives it in the own name, and every task that an event opens cites it. */
public final class Mandates {
    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final Ids ids;
    private final InstantSource clock;

    Mandates(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.identity = parts.identity();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(authority.snapshot(caller.tenant()).mandates().values().stream()
                        .sorted(Comparator.comparing(Mandate::id))
                        .map(mandate -> document(caller.tenant(), mandate))
                        .toList()));
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String which) {
        return directory.reading(
                caller, () -> found(caller.tenant(), which).map(mandate -> document(caller.tenant(), mandate)));
    }

    /** By its name, of several the one that stands or else the last; else by id. */
    private Reply<Mandate> found(Name tenant, String which) {
        var byName =
                Directory.name(which).flatMap(name -> standing(tenant, name).or(() -> last(tenant, name)));
        if (byName.isPresent()) return new Reply.Done<>(byName.get());
        var all = authority.snapshot(tenant).mandates();
        return Directory.id("mandate", all.keySet(), which).map(id -> java.util.Objects.requireNonNull(all.get(id)));
    }

    Optional<Mandate> standing(Name tenant, Name name) {
        return authority.snapshot(tenant).mandates().values().stream()
                .filter(mandate -> mandate.name().equals(name) && mandate.end().isEmpty())
                .max(Comparator.comparing(Mandate::id));
    }

    private Optional<Mandate> last(Name tenant, Name name) {
        return authority.snapshot(tenant).mandates().values().stream()
                .filter(mandate -> mandate.name().equals(name))
                .max(Comparator.comparing(Mandate::id));
    }

    static boolean same(Mandate known, Resource.Mandate wanted) {
        var terms = known.terms();
        return terms.agent().equals(wanted.agent())
                && terms.source().equals(wanted.source())
                && terms.purpose().equals(wanted.purpose())
                && terms.scope().equals(wanted.scope())
                && terms.calls() == wanted.calls()
                && terms.lasting().equals(wanted.lasting())
                && terms.openMax() == wanted.atOnce()
                && known.usesMax() == wanted.uses()
                && wanted.until().map(known.until()::equals).orElse(true);
    }

    /** A mandate is the caller's own; nobody gives one in another's name. */
    public Reply<Json.Obj> give(Caller.OfPerson caller, Resource.Mandate wanted) {
        var tenant = caller.tenant();
        var payload = Json.object()
                .put("agent", wanted.agent().text())
                .put("source", wanted.source().text())
                .put("purpose", wanted.purpose())
                .put("scope", wanted.scope().json())
                .put("calls", wanted.calls())
                .put("uses", wanted.uses())
                .put("until", wanted.until().map(Guard::time))
                .build();
        return orders.carry(
                caller,
                Orders.administer("mandate:give", wanted.name().text(), payload),
                () -> Plan.of(planned(caller, wanted).map(mandate -> giving(tenant, mandate))));
    }

    private Reply<Mandate> planned(Caller.OfPerson caller, Resource.Mandate wanted) {
        var snapshot = registry.snapshot(caller.tenant());
        if (snapshot.agent(wanted.agent()).isEmpty()) return new Reply.Invalid<>("there is no agent " + wanted.agent());
        var unknown = Tasks.unknown(wanted.scope(), snapshot);
        if (unknown.isPresent()) return new Reply.Invalid<>(unknown.get());
        return Directory.valid(() -> new Mandate(
                ids.next("mdt"),
                wanted.name(),
                caller.person(),
                clock.instant(),
                new Mandate.Terms(
                        wanted.agent(),
                        wanted.source(),
                        wanted.purpose(),
                        wanted.scope(),
                        wanted.calls(),
                        wanted.lasting(),
                        wanted.atOnce(),
                        Tasks.pins(wanted.scope(), snapshot)),
                wanted.until().orElseGet(() -> clock.instant().plus(Resource.Mandate.STANDS)),
                wanted.uses(),
                0,
                Optional.empty()));
    }

    private Plan<Json.Obj> giving(Name tenant, Mandate mandate) {
        var terms = mandate.terms();
        var record = Json.object()
                .put("mandate", mandate.id().text())
                .put("name", mandate.name().text())
                .put("agent", terms.agent().text())
                .put("person", mandate.giver().text())
                .put("source", terms.source().text())
                .put("purpose", terms.purpose())
                .put("scope", terms.scope().json())
                .put("calls", terms.calls())
                .put("seconds", terms.lasting().toSeconds())
                .put("atOnce", terms.openMax())
                .put("uses", mandate.usesMax())
                .put("until", Guard.time(mandate.until()));
        return new Plan.Go<>(
                new Transition("mandate", "given", record.build()),
                () -> switch (authority.mandates().give(tenant, mandate)) {
                    case Giving.Given(var given) -> new Reply.Done<>(document(tenant, given));
                    case Giving.Refused(var why) -> new Reply.Conflict<>(why);
                });
    }

    /** Opens a task under a mandate, once for each event of its source; the same event again gets the same task. */
    public Reply<Json.Obj> use(Caller.OfPerson caller, String which, String event) {
        return Directory.valid(() -> Visible.line("an event's id", event, dev.writ.authority.Mandates.EVENT_CHARS_MAX))
                .then(_ -> orders.carry(
                        caller,
                        Orders.administer(
                                "mandate:use",
                                which.length() > 100 ? which.substring(0, 100) : which,
                                Json.object().put("event", event).build()),
                        () -> Plan.of(
                                found(caller.tenant(), which).map(mandate -> using(caller.tenant(), mandate, event)))));
    }

    private Plan<Json.Obj> using(Name tenant, Mandate mandate, String event) {
        var known = authority.mandates().taskOf(tenant, mandate.id(), event);
        if (known.isPresent()) return new Plan.Stay<>(task(tenant, known.get()));
        var obstacle = obstacle(tenant, mandate);
        if (obstacle.isPresent()) return refused(mandate, event, obstacle.get());
        var now = clock.instant();
        var terms = mandate.terms();
        var ends = now.plus(terms.lasting());
        var task = Task.opening(
                ids.next("tsk"),
                terms.purpose(),
                mandate.giver(),
                terms.agent(),
                mandate.giver(),
                now,
                terms.scope(),
                terms.calls(),
                ends.isBefore(mandate.until()) ? ends : mandate.until(),
                new Origin.OfMandate(mandate.id()));
        var consent = new Consent(
                ids.next("con"),
                task.id(),
                task.person(),
                now,
                terms.scope().servers(),
                terms.scope().categories(),
                terms.scope().data(),
                terms.pins());
        var members = Json.object()
                .put("mandate", mandate.id().text())
                .put("task", task.id().text())
                .put("agent", terms.agent().text())
                .put("use", mandate.used() + 1);
        return new Plan.Go<>(
                List.of(
                        Tasks.opened(task),
                        Tasks.consented(consent),
                        new Transition("mandate", "used", members.build(), side(event))),
                () -> switch (authority.mandates().use(tenant, mandate.id(), event, task, consent)) {
                    case Use.Opened(var opened) -> task(tenant, opened.id());
                    case Use.Known(var before) -> new Reply.Conflict<>("the event has opened task " + before.brief());
                    case Use.Refused(var state) -> new Reply.Conflict<>(why(state));
                });
    }

    /** What came from outside may tell of people, so the record commits to it and does not name it. */
    private static Map<String, byte[]> side(String event) {
        return Map.of("event", event.getBytes(StandardCharsets.UTF_8));
    }

    private Reply<Json.Obj> task(Name tenant, Id id) {
        return authority
                .snapshot(tenant)
                .task(id)
                .<Reply<Json.Obj>>map(task -> new Reply.Done<>(
                        Documents.task(task, registry.snapshot(tenant), authority, tenant, clock.instant())))
                .orElseGet(() -> new Reply.Conflict<>("the event opened a task that is long over: " + id.brief()));
    }

    private Optional<String> obstacle(Name tenant, Mandate mandate) {
        var snapshot = registry.snapshot(tenant);
        if (authority.snapshot(tenant).suspension().isPresent()) return Optional.of("suspended");
        if (snapshot.person(mandate.giver()).filter(Person::active).isEmpty()) return Optional.of("giver");
        boolean acts = snapshot.agent(mandate.terms().agent())
                .filter(agent -> agent.mayAct(clock.instant()))
                .flatMap(agent -> snapshot.person(agent.owner()))
                .filter(Person::active)
                .isPresent();
        var over = authority.mandates().obstacle(tenant, mandate.id());
        return over.isPresent() ? over : acts ? Optional.empty() : Optional.of("agent");
    }

    private static Plan<Json.Obj> refused(Mandate mandate, String event, String how) {
        var members = Json.object().put("mandate", mandate.id().text()).put("reason", how);
        return new Plan.Refuse<>(
                new Transition("mandate", "refused", members.build(), side(event)), new Reply.Conflict<>(why(how)));
    }

    private static String why(String how) {
        return switch (how) {
            case "revoked" -> "the mandate was revoked";
            case "expired" -> "the mandate has expired";
            case "exhausted" -> "the mandate has opened as many tasks as it may";
            case "busy" -> "the mandate has as many tasks open as it may";
            case "giver" -> "the person who gave the mandate is no longer active";
            case "agent" -> "the mandate's agent may not act";
            case "suspended" -> "no agent of the tenant may act now";
            case "full" -> "the tenant has too many open tasks; end some";
            default -> "there is no such mandate";
        };
    }

    /** Ends a mandate and every task that it opened; whoever gave it needs no role for that. */
    public Reply<Json.Obj> revoke(Caller.OfPerson caller, String which, String reason) {
        var tenant = caller.tenant();
        return Directory.valid(() -> Visible.line("a reason", reason, 500))
                .then(_ -> found(tenant, which))
                .then(mandate -> mandate.giver().equals(caller.person()) || directory.hasRole(caller)
                        ? new Reply.Done<>(mandate)
                        : new Reply.NotFound<>("mandate with that id"))
                .then(mandate -> orders.takeAway(
                        caller,
                        Orders.administer(
                                "mandate:revoke",
                                mandate.id().text(),
                                Json.object().put("reason", reason).build()),
                        () -> taken(caller, mandate, reason)));
    }

    private Taken<Json.Obj> taken(Caller.OfPerson caller, Mandate mandate, String reason) {
        var tenant = caller.tenant();
        var end = new Task.End(Task.Ending.REVOKED, Optional.of(caller.person()), clock.instant(), reason);
        var stopped = authority.revokeMandate(tenant, mandate.id(), end);
        if (stopped.isEmpty()) return new Taken<>(new Reply.Conflict<>("the mandate was revoked already"), List.of());
        var records = new ArrayList<Transition>();
        records.add(revoked(mandate, reason));
        records.addAll(
                Tasks.ended(identity, tenant, stopped.map(Stop.Stopped::ended).orElse(List.of())));
        return new Taken<>(found(tenant, mandate.id().text()).map(each -> document(tenant, each)), records);
    }

    static Transition revoked(Mandate mandate, String reason) {
        return new Transition(
                "revocation",
                "mandate-revoked",
                Json.object()
                        .put("mandate", mandate.id().text())
                        .put("agent", mandate.terms().agent().text())
                        .put("reason", reason)
                        .build());
    }

    private Json.Obj document(Name tenant, Mandate mandate) {
        var snapshot = registry.snapshot(tenant);
        var terms = mandate.terms();
        var spec = Json.object()
                .put("agent", terms.agent().text())
                .put("source", terms.source().text())
                .put("purpose", terms.purpose())
                .put("scope", terms.scope().json())
                .put("calls", terms.calls())
                .put("for", terms.lasting().toSeconds() + "s")
                .put("atOnce", terms.openMax())
                .put("uses", mandate.usesMax())
                .put("until", mandate.until().toString());
        var status = Json.object()
                .put("id", mandate.id().text())
                .put("state", mandate.state(clock.instant()))
                .put("person", Documents.nameOf(mandate.giver(), snapshot))
                .put("givenAt", mandate.givenAt().toString())
                .put("used", mandate.used());
        mandate.end().ifPresent(end -> status.put("why", end.why()));
        return Resource.document("Mandate", Optional.of(mandate.name().text()), spec.build(), status.build());
    }
}
