package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.AuthoritySnapshot;
import dev.writ.authority.Consent;
import dev.writ.authority.Part;
import dev.writ.authority.Passing;
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
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A task passes a part of its authority on: on the word of the agent that has it, or of a person who may open tasks.
 * Nobody is handed the other agent's key: it authenticates for itself.
 */
public final class Delegations {
    private final Orders orders;
    private final Directory directory;
    private final Guard guard;
    private final Registry registry;
    private final Authority authority;
    private final Ids ids;
    private final InstantSource clock;

    Delegations(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /** An agent passes on a part of its own task; another task than its own is not there. */
    public Reply<Json.Obj> delegate(Caller.OfAgent caller, String id, Resource.Delegation wanted) {
        var tenant = caller.tenant();
        var payload = wanted.asked(id);
        var child = ids.next("tsk");
        var action = new Action.Delegate(caller.task(), child, wanted.part(clock.instant()), payload);
        if (!caller.task().text().equals(id)) {
            var _ = guard.refused(new Attempt(caller, action), new Refusal.Absent());
            return new Reply.NotFound<>("task with that id");
        }
        return orders.carry(
                caller,
                action,
                () -> plan(tenant, caller.task(), child, Optional.empty(), action.part(), task -> told(tenant, task)));
    }

    /** A person passes on a part of a task. */
    public Reply<Json.Obj> delegate(Caller.OfPerson caller, String id, Resource.Delegation wanted) {
        var tenant = caller.tenant();
        var child = ids.next("tsk");
        return directory.reading(caller, () -> Directory.id(
                        "task", authority.snapshot(tenant).tasks().keySet(), id)
                .then(parent -> orders.carry(
                        caller,
                        Orders.administer("task:delegate", parent.text(), wanted.asked(parent.text())),
                        () -> plan(
                                tenant,
                                parent,
                                child,
                                Optional.of(caller.person()),
                                wanted.part(clock.instant()),
                                task -> Documents.task(
                                        task, registry.snapshot(tenant), authority, tenant, clock.instant())))));
    }

    /** @param by the person on whose word it is; otherwise it rests on that of whoever opened the task */
    private Plan<Json.Obj> plan(
            Name tenant, Id parentId, Id child, Optional<Id> by, Part part, Function<Task, Json.Obj> document) {
        var given = authority.snapshot(tenant);
        var parent = given.task(parentId);
        if (parent.isEmpty()) return new Plan.Stay<>(new Reply.NotFound<>("task with that id"));
        var now = clock.instant();
        if (!acts(tenant, part.agent(), now))
            return new Plan.Stay<>(new Reply.Conflict<>("there is no agent " + part.agent() + " that may act"));
        return Plan.of(Directory.valid(() ->
                        part.of(parent.get(), child, by.orElse(parent.get().openedBy()), now))
                .then(task -> faultless(tenant, task))
                .then(task -> consented(given, task))
                .map(both -> opening(tenant, both, document)));
    }

    private record Opening(Task task, Consent consent) {}

    private boolean acts(Name tenant, Name agent, Instant now) {
        var snapshot = registry.snapshot(tenant);
        return snapshot.agent(agent)
                .filter(known -> known.mayAct(now))
                .flatMap(known -> snapshot.person(known.owner()))
                .filter(Person::active)
                .isPresent();
    }

    private Reply<Task> faultless(Name tenant, Task task) {
        return authority
                .delegations()
                .fault(tenant, task)
                .<Reply<Task>>map(refused -> new Reply.Conflict<>(refused.why()))
                .orElseGet(() -> new Reply.Done<>(task));
    }

    private Reply<Opening> consented(AuthoritySnapshot given, Task task) {
        return dev.writ.authority.Delegations.consent(given, task, ids.next("con"))
                .<Reply<Opening>>map(consent -> new Reply.Done<>(new Opening(task, consent)))
                .orElseGet(() -> new Reply.Conflict<>("the person's consent to the task does not stand"));
    }

    private Plan<Json.Obj> opening(Name tenant, Opening opening, Function<Task, Json.Obj> document) {
        return new Plan.Go<>(
                List.of(passedOn(tenant, opening.task()), Tasks.consented(opening.consent())),
                () -> switch (authority.delegations().pass(tenant, opening.task(), opening.consent())) {
                    case Passing.Passed(var child) -> new Reply.Done<>(document.apply(child));
                    case Passing.AlreadyExists _ -> new Reply.Conflict<>("there is such a task already");
                    case Passing.Refused(var _, var why) -> new Reply.Conflict<>(why);
                });
    }

    private Transition passedOn(Name tenant, Task task) {
        return new Transition(
                "delegation",
                "opened",
                Json.object()
                        .put("task", task.id().text())
                        .put("parent", task.origin().parent().orElseThrow().text())
                        .put("agent", task.agent().text())
                        .put("person", task.person().text())
                        .put("purpose", task.purpose())
                        .put("scope", task.scope().json())
                        .put("calls", task.callBudget())
                        .put("until", Guard.time(task.deadline()))
                        .put("chain", agents(tenant, task))
                        .build());
    }

    private List<String> agents(Name tenant, Task task) {
        var given = authority.snapshot(tenant);
        var all = new java.util.ArrayList<String>();
        task.origin().parent().flatMap(given::task).ifPresent(parent -> given.chain(parent)
                .forEach(above -> all.add(above.agent().text())));
        all.add(task.agent().text());
        return List.copyOf(all);
    }

    /** What an agent is told: names of agents, and nobody's address. */
    private Json.Obj told(Name tenant, Task task) {
        return Json.object()
                .put("task", task.id().text())
                .put("parent", task.origin().parent().orElseThrow().text())
                .put("agent", task.agent().text())
                .put("purpose", task.purpose())
                .put("scope", task.scope().json())
                .put("calls", task.callBudget())
                .put("until", task.deadline().toString())
                .put("chain", agents(tenant, task))
                .build();
    }
}
