package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.Consent;
import dev.writ.authority.Emergencies.Step;
import dev.writ.authority.Emergency;
import dev.writ.authority.Origin;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Refusal;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.registry.Group;
import dev.writ.registry.Registry;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Break-glass: two people with the role, one server, at most an hour, and somebody else looks at it afterwards. What the
 * agent then does is decided and recorded like everything else; policies can tell by the task's origin.
 */
public final class Emergencies {
    private final Orders orders;
    private final Directory directory;
    private final Guard guard;
    private final Registry registry;
    private final Authority authority;
    private final Ids ids;
    private final InstantSource clock;

    Emergencies(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(authority.snapshot(caller.tenant()).emergencies().values().stream()
                        .sorted(Comparator.comparing(Emergency::id))
                        .map(each -> document(caller.tenant(), each))
                        .toList()));
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String id) {
        return directory.reading(caller, () -> found(caller.tenant(), id).map(each -> document(caller.tenant(), each)));
    }

    private Reply<Emergency> found(Name tenant, String id) {
        var all = authority.snapshot(tenant).emergencies();
        return Directory.id("emergency", all.keySet(), id).map(full -> java.util.Objects.requireNonNull(all.get(full)));
    }

    /** The first of the two. */
    public Reply<Json.Obj> ask(Caller.OfPerson caller, Resource.Emergency wanted) {
        var tenant = caller.tenant();
        var payload = Json.object()
                .put("agent", wanted.agent().text())
                .put("person", wanted.person())
                .put("reason", wanted.reason())
                .put("scope", wanted.scope().json())
                .put("calls", wanted.calls())
                .put("seconds", wanted.lasting().toSeconds())
                .build();
        var action = Orders.administer("break-glass:ask", wanted.agent().text(), payload);
        return withRole(
                caller,
                action,
                () -> orders.carry(
                        caller, action, () -> Plan.of(planned(caller, wanted).map(each -> asking(tenant, each)))));
    }

    private Reply<Emergency> planned(Caller.OfPerson caller, Resource.Emergency wanted) {
        var snapshot = registry.snapshot(caller.tenant());
        if (snapshot.agent(wanted.agent())
                .filter(agent -> agent.mayAct(clock.instant()))
                .isEmpty()) return new Reply.Invalid<>("there is no agent " + wanted.agent() + " that may act");
        var unknown = Tasks.unknown(wanted.scope(), snapshot);
        if (unknown.isPresent()) return new Reply.Invalid<>(unknown.get());
        return directory
                .person(caller.tenant(), wanted.person())
                .then(person -> person.active()
                        ? new Reply.Done<>(person)
                        : new Reply.Conflict<>("the person whom the task is for is not active"))
                .then(person -> Directory.valid(() -> new Emergency(
                        ids.next("brk"),
                        new Emergency.Terms(
                                wanted.agent(),
                                person.id(),
                                wanted.reason(),
                                wanted.scope(),
                                wanted.calls(),
                                wanted.lasting()),
                        caller.person(),
                        clock.instant(),
                        Optional.empty(),
                        Optional.empty())));
    }

    private Plan<Json.Obj> asking(Name tenant, Emergency emergency) {
        var terms = emergency.terms();
        var record = Json.object()
                .put("emergency", emergency.id().text())
                .put("agent", terms.agent().text())
                .put("person", terms.person().text())
                .put("reason", terms.reason())
                .put("scope", terms.scope().json())
                .put("calls", terms.calls())
                .put("seconds", terms.lasting().toSeconds());
        return new Plan.Go<>(
                new Transition("administration", "break-glass-asked", record.build()),
                () -> reply(tenant, authority.emergencies().ask(tenant, emergency)));
    }

    /** The second of the two, who opens the task. */
    public Reply<Json.Obj> open(Caller.OfPerson caller, String id) {
        var tenant = caller.tenant();
        var name = Orders.administer("break-glass:open", id, Json.Obj.EMPTY);
        return withRole(caller, name, () -> found(tenant, id).then(emergency -> {
            var action = Orders.administer("break-glass:open", emergency.id().text(), Json.Obj.EMPTY);
            if (authority.emergencies().openable(tenant, emergency.id(), caller.person())
                    instanceof Step.Refused(var why)) return refused(caller, action, why);
            return orders.carry(caller, action, () -> opening(caller, emergency));
        }));
    }

    private Plan<Json.Obj> opening(Caller.OfPerson caller, Emergency emergency) {
        var tenant = caller.tenant();
        var terms = emergency.terms();
        var now = clock.instant();
        var snapshot = registry.snapshot(tenant);
        if (snapshot.agent(terms.agent()).filter(agent -> agent.mayAct(now)).isEmpty())
            return new Plan.Stay<>(new Reply.Conflict<>("the agent may not act"));
        var task = Task.opening(
                ids.next("tsk"),
                terms.reason(),
                terms.person(),
                terms.agent(),
                caller.person(),
                now,
                terms.scope(),
                terms.calls(),
                now.plus(terms.lasting()),
                new Origin.OfBreakGlass(emergency.id()));
        var consent = new Consent(
                ids.next("con"),
                task.id(),
                task.person(),
                now,
                terms.scope().servers(),
                terms.scope().categories(),
                terms.scope().data(),
                Tasks.pins(terms.scope(), snapshot));
        var members = Json.object()
                .put("emergency", emergency.id().text())
                .put("task", task.id().text())
                .put("agent", terms.agent().text())
                .put("askedBy", emergency.askedBy().text())
                .put("reviewBy", Guard.time(now.plus(Emergency.REVIEW)));
        return new Plan.Go<>(
                List.of(
                        Tasks.opened(task),
                        Tasks.consented(consent),
                        new Transition("administration", "break-glass-opened", members.build())),
                () -> reply(tenant, authority.emergencies().open(tenant, emergency.id(), task, consent)));
    }

    /** Somebody else has looked at what was done. */
    public Reply<Json.Obj> review(Caller.OfPerson caller, String id, String note) {
        var tenant = caller.tenant();
        if (!directory.auditor(caller))
            return refused(
                    caller,
                    Orders.administer("break-glass:review", id, Json.Obj.EMPTY),
                    "reviewing takes the role auditor or admin");
        return Directory.valid(() -> new Emergency.Review(caller.person(), clock.instant(), note))
                .then(review -> found(tenant, id)
                        .then(emergency -> orders.carry(
                                caller,
                                Orders.administer(
                                        "break-glass:review",
                                        emergency.id().text(),
                                        Json.object().put("note", note).build()),
                                () -> reviewing(tenant, emergency.id(), review))));
    }

    private Plan<Json.Obj> reviewing(Name tenant, Id id, Emergency.Review review) {
        var members = Json.object().put("emergency", id.text()).put("note", review.note());
        return new Plan.Go<>(
                new Transition("administration", "break-glass-reviewed", members.build()),
                () -> reply(tenant, authority.emergencies().review(tenant, id, review)));
    }

    /** Not left to policy alone: breaking the glass takes the role, whatever the policies say. */
    private Reply<Json.Obj> withRole(Caller.OfPerson caller, Action action, Supplier<Reply<Json.Obj>> work) {
        return registry.snapshot(caller.tenant()).activeMember(Group.BREAK_GLASS, caller.person())
                ? work.get()
                : refused(caller, action, "breaking the glass takes the role break-glass");
    }

    private Reply<Json.Obj> refused(Caller.OfPerson caller, Action action, String why) {
        return Orders.refused(guard.refused(new Attempt(caller, action), new Refusal.NoEmergency(why)));
    }

    private Reply<Json.Obj> reply(Name tenant, Step step) {
        return switch (step) {
            case Step.Done(var emergency) -> new Reply.Done<>(document(tenant, emergency));
            case Step.NotFound _ -> new Reply.NotFound<>("emergency with that id");
            case Step.Refused(var why) -> new Reply.Conflict<>(why);
        };
    }

    private Json.Obj document(Name tenant, Emergency emergency) {
        var snapshot = registry.snapshot(tenant);
        var terms = emergency.terms();
        var document = Json.object()
                .put("id", emergency.id().text())
                .put("state", emergency.state(clock.instant()))
                .put("agent", terms.agent().text())
                .put("person", Documents.nameOf(terms.person(), snapshot))
                .put("reason", terms.reason())
                .put("scope", terms.scope().json())
                .put("calls", terms.calls())
                .put("askedBy", Documents.nameOf(emergency.askedBy(), snapshot))
                .put("askedAt", emergency.askedAt().toString());
        emergency.opened().ifPresent(opened -> document.put("openedBy", Documents.nameOf(opened.by(), snapshot))
                .put("openedAt", opened.at().toString())
                .put("task", opened.task().text())
                .put("reviewBy", emergency.reviewDue().orElseThrow().toString()));
        emergency.review().ifPresent(review -> document.put("reviewedBy", Documents.nameOf(review.by(), snapshot))
                .put("reviewedAt", review.at().toString())
                .put("note", review.note()));
        return document.build();
    }
}
