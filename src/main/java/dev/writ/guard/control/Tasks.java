package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.Consent;
import dev.writ.authority.Opening;
import dev.writ.authority.Scope;
import dev.writ.authority.Stop;
import dev.writ.authority.Task;
import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Action;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import dev.writ.registry.ToolName;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is done to tasks: opening with the person's consent, keys, and every way to an end. */
public final class Tasks {
    /** With more pinned tools than this, the record of a consent commits to them instead of naming them. */
    private static final int PINS_NAMED_MAX = 200;

    private final Orders orders;
    private final Directory directory;
    private final Guard guard;
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final Ids ids;
    private final InstantSource clock;

    Tasks(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.identity = parts.identity();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /** @param state when present, only tasks in that state: open, completed, expired, revoked */
    public Reply<List<Json.Obj>> all(Caller.OfPerson caller, Optional<String> state) {
        return directory.reading(caller, () -> {
            var now = clock.instant();
            return new Reply.Done<>(authority.snapshot(caller.tenant()).tasks().values().stream()
                    .filter(task -> state.isEmpty() || state.get().equals(Documents.state(task, now)))
                    .sorted(Comparator.comparing(Task::id))
                    .map(task -> document(caller.tenant(), task))
                    .toList());
        });
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String id) {
        return directory.reading(caller, () -> found(caller, id).map(task -> drawn(caller.tenant(), task)));
    }

    /** With the way from the person to it and on. */
    private Json.Obj drawn(Name tenant, Task task) {
        var document = document(tenant, task);
        var status = document.object("status").orElse(Json.Obj.EMPTY);
        var chain = Chains.of(task, authority.snapshot(tenant), registry.snapshot(tenant), clock.instant());
        return document.with("status", status.with("chain", chain));
    }

    Reply<Task> found(Caller.OfPerson caller, String id) {
        var tasks = authority.snapshot(caller.tenant()).tasks();
        return Directory.id("task", tasks.keySet(), id).map(full -> java.util.Objects.requireNonNull(tasks.get(full)));
    }

    public Reply<Json.Obj> open(Caller.OfPerson caller, Resource.Task wanted) {
        var id = ids.next("tsk");
        var payload = Json.object()
                .put("agent", wanted.agent().text())
                .put("person", wanted.person())
                .put("purpose", wanted.purpose())
                .put("scope", wanted.scope().json())
                .put("calls", wanted.calls())
                .build();
        return orders.carry(
                caller,
                Orders.administer("task:open", id.text(), payload),
                () -> Plan.of(planned(caller, id, wanted).map(task -> opening(caller, task))));
    }

    /** The task, when everyone it needs is there and active and everything in its scope is known. */
    private Reply<Task> planned(Caller.OfPerson caller, Id id, Resource.Task wanted) {
        var now = clock.instant();
        var snapshot = registry.snapshot(caller.tenant());
        var agent = snapshot.agent(wanted.agent());
        if (agent.isEmpty()) return new Reply.Invalid<>("there is no agent " + wanted.agent());
        if (!agent.get().mayAct(now))
            return new Reply.Conflict<>("the agent " + wanted.agent() + " may not act: it is "
                    + (agent.get().status() == dev.writ.registry.Agent.Status.ACTIVE
                            ? "past its recertification date"
                            : Documents.word(agent.get().status())));
        if (snapshot.person(agent.get().owner()).filter(Person::active).isEmpty())
            return new Reply.Conflict<>("the agent's owner is not active; give it another owner");
        var unknown = unknown(wanted.scope(), snapshot);
        if (unknown.isPresent()) return new Reply.Invalid<>(unknown.get());
        if (!wanted.deadline(now).isAfter(now)) return new Reply.Invalid<>("the task's end has passed already");
        if (wanted.deadline(now).isAfter(now.plus(Authority.TASK_MAX)))
            return new Reply.Invalid<>("a task lives at most " + Authority.TASK_MAX.toDays() + " days");
        return directory
                .person(caller.tenant(), wanted.person())
                .then(person -> person.active()
                        ? new Reply.Done<>(person)
                        : new Reply.Conflict<>("the person whom the task is for is not active"))
                .then(person -> Directory.valid(() -> Task.opening(
                        id,
                        wanted.purpose(),
                        person.id(),
                        wanted.agent(),
                        caller.person(),
                        now,
                        wanted.scope(),
                        wanted.calls(),
                        wanted.deadline(now))));
    }

    static Optional<String> unknown(Scope scope, RegistrySnapshot snapshot) {
        if (scope.servers().isEmpty()) return Optional.of("the scope holds no server");
        for (var server : scope.servers())
            if (snapshot.server(server)
                    .filter(s -> s.status() != Server.Status.DISABLED)
                    .isEmpty()) return Optional.of("there is no server " + server + ", or it is disabled");
        for (var tool : scope.tools().orElse(java.util.Set.of())) {
            int slash = tool.indexOf('/');
            if (snapshot.tool(new Name(tool.substring(0, slash)), new ToolName(tool.substring(slash + 1)))
                    .isEmpty()) return Optional.of("there is no tool " + tool + "; inspect its server first");
        }
        return Optional.empty();
    }

    private Plan<Json.Obj> opening(Caller.OfPerson caller, Task task) {
        var tenant = caller.tenant();
        var consent = new Consent(
                ids.next("con"),
                task.id(),
                task.person(),
                task.openedAt(),
                task.scope().servers(),
                task.scope().categories(),
                task.scope().data(),
                pins(task.scope(), registry.snapshot(tenant)));
        return new Plan.Go<>(
                List.of(opened(task), consented(consent)), () -> switch (authority.open(tenant, task, consent)) {
                    case Opening.Opened(var opened) -> new Reply.Done<>(document(tenant, opened));
                    case Opening.AlreadyExists _ -> new Reply.Conflict<>("there is such a task already");
                    case Opening.Refused(var why) -> new Reply.Conflict<>(why);
                });
    }

    /** The definitions of all approved tools in scope, as they are pinned at this moment. */
    static Map<String, Digest> pins(Scope scope, RegistrySnapshot snapshot) {
        var pins = new TreeMap<String, Digest>();
        for (var server : scope.servers())
            for (var tool : snapshot.toolsOf(server))
                if (scope.allowsTool(server, tool.name().text()))
                    tool.pin()
                            .ifPresent(pin ->
                                    pins.put(tool.reference(), pin.definition().digest()));
        return pins;
    }

    static Transition opened(Task task) {
        return new Transition(
                "task",
                "opened",
                Json.object()
                        .put("task", task.id().text())
                        .put("agent", task.agent().text())
                        .put("person", task.person().text())
                        .put("purpose", task.purpose())
                        .put("scope", task.scope().json())
                        .put("calls", task.callBudget())
                        .put("until", Guard.time(task.deadline()))
                        .put("origin", task.origin().json())
                        .build());
    }

    static Transition consented(Consent consent) {
        var pins = Json.object();
        new TreeMap<>(consent.pins()).forEach((tool, digest) -> pins.put(tool, digest.toString()));
        var members = Json.object()
                .put("consent", consent.id().text())
                .put("task", consent.task().text())
                .put("person", consent.person().text())
                .put("servers", Documents.texts(consent.servers()))
                .put("categories", Documents.texts(consent.categories()))
                .put("data", Documents.texts(consent.data()));
        return consent.pins().size() <= PINS_NAMED_MAX
                ? new Transition(
                        "consent", "given", members.put("pins", pins.build()).build())
                : new Transition("consent", "given", members.build(), Map.of("pins", Canonical.bytes(pins.build())));
    }

    /** Makes a key for the task's agent; its text is in the answer and nowhere else. */
    public Reply<Json.Obj> issueKey(Caller.OfPerson caller, String id) {
        return directory.reading(caller, () -> found(caller, id)
                .then(task -> orders.carry(
                        caller,
                        Orders.administer("task:key", task.id().text(), Json.Obj.EMPTY),
                        () -> key(caller.tenant(), task.id()))));
    }

    private Plan<Json.Obj> key(Name tenant, Id id) {
        var task = authority.snapshot(tenant).task(id).filter(each -> each.open(clock.instant()));
        if (task.isEmpty()) return new Plan.Stay<>(new Reply.Conflict<>("the task has ended"));
        var agent = task.get().agent();
        var key = ids.next("key");
        var members =
                Json.object().put("key", key.text()).put("agent", agent.text()).put("task", id.text());
        return new Plan.Go<>(new Transition("enrolment", "key-issued", members.build()), () -> {
            var issued = People.issued(identity.issueForAgent(tenant, key, agent, id));
            // The task may have been revoked while the key was made: then its key is one of an ended task.
            boolean over = authority
                    .snapshot(tenant)
                    .task(id)
                    .filter(each -> each.open(clock.instant()))
                    .isEmpty();
            if (!over) return issued;
            identity.endTask(tenant, id);
            return new Reply.Conflict<>("the task has ended meanwhile");
        });
    }

    public Reply<Json.Obj> revoke(Caller.OfPerson caller, String id, String reason) {
        return end(
                caller,
                id,
                reason,
                "task:revoke",
                task -> authority.revoke(caller.tenant(), task, caller.person(), reason));
    }

    /** Ends a task whose purpose is fulfilled. */
    public Reply<Json.Obj> complete(Caller.OfPerson caller, String id, String reason) {
        return end(
                caller,
                id,
                reason,
                "task:complete",
                task -> authority.complete(caller.tenant(), task, caller.person(), reason));
    }

    /** An agent ends a task that came of its own by delegation; what came of that ends with it. */
    public Reply<Json.Obj> complete(Caller.OfAgent caller, String id, String reason) {
        var tenant = caller.tenant();
        var payload = Json.object().put("reason", reason).build();
        return Directory.valid(() -> Visible.line("a reason", reason, 500))
                .then(_ -> orders.takeAway(
                        caller, new Action.EndTask(caller.task(), id, payload), () -> completed(tenant, id, reason)));
    }

    private Taken<Json.Obj> completed(Name tenant, String id, String reason) {
        var taken = taken(tenant, authority.complete(tenant, new Id(id), reason));
        // An agent is told ids and states, and nobody's address.
        return new Taken<>(
                taken.reply()
                        .then(_ -> new Reply.Done<>(Json.object()
                                .put("task", id)
                                .put("state", "completed")
                                .build())),
                taken.records());
    }

    private Reply<Json.Obj> end(
            Caller.OfPerson caller,
            String id,
            String reason,
            String operation,
            java.util.function.Function<Id, Stop> stopping) {
        var why = Directory.valid(() -> Visible.line("a reason", reason, 500));
        return directory.reading(caller, () -> why.then(_ -> found(caller, id))
                .then(task -> orders.takeAway(
                        caller,
                        Orders.administer(
                                operation,
                                task.id().text(),
                                Json.object().put("reason", reason).build()),
                        () -> taken(caller.tenant(), stopping.apply(task.id())))));
    }

    private Taken<Json.Obj> taken(Name tenant, Stop stop) {
        return switch (stop) {
            case Stop.Stopped(var tasks, var unsaved) -> {
                var records = ended(identity, tenant, tasks);
                var document = document(tenant, tasks.getFirst());
                yield new Taken<>(
                        new Reply.Done<>(
                                document,
                                unsaved.map(_ -> List.of("in force, but the database does not hold it yet"))
                                        .orElse(List.of())),
                        records);
            }
            case Stop.AlreadyEnded(var task) ->
                new Taken<>(
                        new Reply.Conflict<>("the task has ended already: " + Documents.state(task, clock.instant())),
                        List.of());
            case Stop.NotFound _ -> new Taken<>(new Reply.NotFound<>("task with that id"), List.of());
        };
    }

    /** Turns the keys of ended tasks into keys that are only told so, and says what is to be recorded of it. */
    static List<Transition> ended(Identity identity, Name tenant, List<Task> tasks) {
        var records = new ArrayList<Transition>();
        for (var task : tasks) {
            identity.endTask(tenant, task.id());
            var end = task.end().orElseThrow();
            var members = Json.object()
                    .put("task", task.id().text())
                    .put("agent", task.agent().text())
                    .put("reason", end.why());
            records.add(
                    end.ending() == Task.Ending.REVOKED
                            ? new Transition("revocation", "task-revoked", members.build())
                            : new Transition("task", Documents.word(end.ending()), members.build()));
        }
        return records;
    }

    /** Ends every task whose deadline has passed and records it; called now and then. */
    public void expire() {
        var before = new TreeMap<Name, List<Id>>();
        for (var tenant : registry.tenants())
            before.put(
                    tenant,
                    authority.snapshot(tenant).tasks().values().stream()
                            .filter(task -> task.end().isEmpty())
                            .map(Task::id)
                            .toList());
        if (authority.expire().isEmpty()) return;
        before.forEach((tenant, open) -> {
            var after = authority.snapshot(tenant);
            var over = open.stream()
                    .flatMap(id -> after.task(id).stream())
                    .filter(task -> task.end()
                            .filter(end -> end.ending() == Task.Ending.EXPIRED)
                            .isPresent())
                    .toList();
            for (var record : ended(identity, tenant, over)) guard.recordOwn(tenant, "clock", record);
        });
    }

    private Json.Obj document(Name tenant, Task task) {
        return Documents.task(task, registry.snapshot(tenant), authority, tenant, clock.instant());
    }
}
