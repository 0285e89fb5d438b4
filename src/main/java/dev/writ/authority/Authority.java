package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.AtOnce;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.Schema;
import dev.writ.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The authority of all tenants: a snapshot for whoever decides; opening, labelling and ending tasks; and, by
 * {@link #approvals} and {@link #budgets}, what people said and what was spent. Commands are plain: whether somebody may
 * give them is decided, and recorded, before they are called. Thread-safe.
 *
 * <p>Ending, revoking and labelling are in force in memory, and every listener has been told, before the database is
 * asked to write; they stay in force when it cannot.
 */
public final class Authority implements AutoCloseable {
    /** How long a task may live. */
    public static final Duration TASK_MAX = Duration.ofDays(90);
    /** How many tasks of a tenant may be open at the same time. */
    public static final int OPEN_MAX = 20_000;

    private final Store store;
    private final InstantSource clock;
    private final Map<Name, Book<AuthoritySnapshot>> books = new ConcurrentHashMap<>();
    private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();
    private final Approvals approvals;
    private final Budgets budgets;
    private final Delegations delegations;
    private final Mandates mandates;
    private final Emergencies emergencies;

    public Authority(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.approvals = new Approvals(this, store, clock);
        this.budgets = new Budgets(this, store, clock);
        this.delegations = new Delegations(this, clock);
        this.mandates = new Mandates(this, store, clock);
        this.emergencies = new Emergencies(this, clock);
        var since = clock.instant().minus(AuthoritySnapshot.KEPT);
        store.read(sql -> Tables.load(sql, since))
                .forEach((tenant, snapshot) -> books.put(tenant, new Book<>(store, snapshot)));
    }

    public static Schema schema() {
        return Tables.SCHEMA;
    }

    /** The tenant's authority now: one volatile read. A tenant that never had a task has nothing. */
    public AuthoritySnapshot snapshot(Name tenant) {
        var book = books.get(tenant);
        return book == null ? AuthoritySnapshot.EMPTY : book.now();
    }

    /** Grows with every end, revocation and suspension: when it is what it was, nothing was taken away since. */
    public long epoch(Name tenant) {
        return snapshot(tenant).epoch();
    }

    public Approvals approvals() {
        return approvals;
    }

    public Budgets budgets() {
        return budgets;
    }

    public Delegations delegations() {
        return delegations;
    }

    public Mandates mandates() {
        return mandates;
    }

    public Emergencies emergencies() {
        return emergencies;
    }

    /** Calls the listener with everything that is revoked from now on, on the revoking thread; it must be quick. */
    public void onRevoked(Consumer<Revocation> listener) {
        listeners.add(listener);
    }

    /** Opens a task with the consent of the person it is for. */
    public Opening open(Name tenant, Task task, Consent consent) {
        var now = clock.instant();
        if (!consent.task().equals(task.id()) || !consent.person().equals(task.person()))
            return new Opening.Refused("the consent is not for this task and person");
        if (task.end().isPresent() || !task.labels().isEmpty() || task.callsLeased() != 0)
            return new Opening.Refused("a task begins open, without labels and with nothing used");
        if (!task.open(now)) return new Opening.Refused("the deadline has passed");
        if (task.deadline().isAfter(now.plus(TASK_MAX)))
            return new Opening.Refused("a task lives at most " + TASK_MAX.toDays() + " days");
        return bookOf(tenant).command(before -> {
            var known = before.task(task.id());
            if (known.isPresent()) return Plan.nothing(new Opening.AlreadyExists(known.get()));
            if (full(before, now))
                return Plan.nothing(new Opening.Refused("the tenant has " + OPEN_MAX + " open tasks; end some"));
            return new Plan<>(
                    new Opening.Opened(task),
                    List.of(Changes.pruned(now), Changes.opened(tenant, task), Changes.consented(tenant, consent)));
        });
    }

    /** Returns when the database holds everything that is seen, and throws when it cannot. */
    public void settle() {
        budgets.note();
        books.values().forEach(Book::settle);
    }

    /** Ends a task as the ledger says it ended; for replaying the ledger at start. */
    public Stop replayEnd(Name tenant, Id task, Task.End end) {
        return end(tenant, task, end);
    }

    /** Ends a task whose purpose is fulfilled. */
    public Stop complete(Name tenant, Id task, Id by, String why) {
        return end(tenant, task, new Task.End(Task.Ending.COMPLETED, Optional.of(by), clock.instant(), why));
    }

    /** As the other one, on the word of the agent that passed the task on. */
    public Stop complete(Name tenant, Id task, String why) {
        return end(tenant, task, new Task.End(Task.Ending.COMPLETED, Optional.empty(), clock.instant(), why));
    }

    public Stop revoke(Name tenant, Id task, Id by, String why) {
        return end(tenant, task, new Task.End(Task.Ending.REVOKED, Optional.of(by), clock.instant(), why));
    }

    /** Revokes every task of an agent, and what these passed on. */
    public Stop.Stopped stopAgent(Name tenant, Name agent, Id by, String why) {
        return revokeAll(
                tenant,
                task -> task.agent().equals(agent),
                List.of(),
                revoked(by, why),
                List.of(new Revocation.OfAgent(tenant, agent)));
    }

    /**
     * Revokes every task that is for a person or that the person opened, and every mandate of the person; voids what the
     * person approved.
     */
    public Stop.Stopped stopPerson(Name tenant, Id person, Id by, String why) {
        var end = revoked(by, why);
        var changes = new ArrayList<Change<AuthoritySnapshot>>();
        changes.add(Changes.votesWithdrawn(tenant, person));
        for (var mandate : snapshot(tenant).mandates().values())
            if (mandate.giver().equals(person)) changes.add(Changes.ended(tenant, mandate, end));
        return revokeAll(
                tenant,
                task -> task.person().equals(person) || task.openedBy().equals(person),
                changes,
                end,
                List.of(new Revocation.OfPerson(tenant, person)));
    }

    /** Ends a mandate and every task that it opened. */
    public Optional<Stop.Stopped> revokeMandate(Name tenant, Id id, Task.End end) {
        var known = Optional.ofNullable(snapshot(tenant).mandates().get(id));
        if (known.flatMap(Mandate::end).isPresent()) return Optional.empty();
        return known.map(mandate -> revokeAll(
                tenant,
                task -> task.origin().equals(new Origin.OfMandate(id)),
                List.of(Changes.ended(tenant, mandate, end)),
                end,
                List.of()));
    }

    /** Takes a consent back; the task that rests on it ends. */
    public Optional<Stop.Stopped> revokeConsent(Name tenant, Id consent, Task.End end) {
        return snapshot(tenant).consents().values().stream()
                .filter(each -> each.id().equals(consent))
                .findFirst()
                .map(each -> revokeAll(
                        tenant,
                        task -> task.id().equals(each.task()),
                        List.of(Changes.consentRevoked(tenant, each.task(), end.at())),
                        end,
                        List.of()));
    }

    /** From now on no agent of the tenant may act, and everything under way is cut; nothing ends. */
    public Stop.Stopped suspend(Name tenant, Suspension suspension) {
        var done = bookOf(tenant)
                .atOnce(
                        now -> now.suspension().isPresent()
                                ? Plan.nothing(List.<Task>of())
                                : new Plan<>(
                                        List.<Task>of(),
                                        List.of(
                                                Changes.suspended(tenant, Optional.of(suspension)),
                                                Changes.epoch(tenant))),
                        _ -> announce(List.of(new Revocation.OfTenant(tenant))));
        return stopped(done);
    }

    /** Lets the tenant's agents act again, as far as their tasks have not ended meanwhile. */
    public boolean resume(Name tenant) {
        return bookOf(tenant)
                .command(now -> now.suspension().isEmpty()
                        ? Plan.nothing(false)
                        : Plan.of(true, Changes.suspended(tenant, Optional.empty())));
    }

    private Task.End revoked(Id by, String why) {
        return new Task.End(Task.Ending.REVOKED, Optional.of(by), clock.instant(), why);
    }

    /** Whether a tenant has as many open tasks as it may have. */
    boolean full(AuthoritySnapshot now, java.time.Instant at) {
        return now.tasks().values().stream().filter(each -> each.open(at)).count() >= OPEN_MAX;
    }

    /** Cuts what is under way to a server; tasks go on without it. */
    public Stop.Stopped cutServer(Name tenant, Name server) {
        var done = bookOf(tenant)
                .atOnce(
                        _ -> Plan.of(List.<Task>of(), Changes.epoch(tenant)),
                        _ -> announce(List.of(new Revocation.OfServer(tenant, server))));
        return stopped(done);
    }

    /**
     * Revokes every open task and voids every approval, also those that memory has forgotten, without a person who
     * ordered it: after a restore. Durable when it returns.
     */
    public List<Task> endEverything(Name tenant, String why) {
        var end = new Task.End(Task.Ending.REVOKED, Optional.empty(), clock.instant(), why);
        var done = endAll(tenant, _ -> true, List.of(), end, List.of());
        store.write(sql -> sql.change(
                "UPDATE approvals SET state = 'void' WHERE tenant = ? AND state IN ('pending', 'approved')", tenant));
        return done.saved();
    }

    /** Revokes every open task of a tenant and voids every approval with them, as after a restore. */
    public Stop.Stopped stopEverything(Name tenant, Id by, String why) {
        var end = new Task.End(Task.Ending.REVOKED, Optional.of(by), clock.instant(), why);
        return stopped(endAll(tenant, _ -> true, List.of(), end, List.of()));
    }

    /** Ends every task whose deadline has passed. They were refused from that moment on; this tells the listeners. */
    public List<Stop.Stopped> expire() {
        var now = clock.instant();
        var end = new Task.End(Task.Ending.EXPIRED, Optional.empty(), now, "the deadline has passed");
        var stopped = new ArrayList<Stop.Stopped>();
        for (var tenant : Set.copyOf(books.keySet())) {
            Predicate<Task> over = task -> !now.isBefore(task.deadline());
            if (snapshot(tenant).tasks().values().stream()
                    .noneMatch(t -> t.end().isEmpty() && over.test(t))) continue;
            stopped.add(stopped(endAll(tenant, over, List.of(), end, List.of())));
        }
        return stopped;
    }

    /**
     * Adds labels to a task, also when it has ended, and to every task above it. When this returns they are durable; when
     * it throws they are in force in memory all the same.
     */
    public Labelling label(Name tenant, Id task, Set<Name> labels) {
        if (snapshot(tenant).task(task).isEmpty()) return new Labelling.NotFound();
        var book = bookOf(tenant);
        var done = book.<Labelling>atOnce(now -> labelling(now, tenant, task, labels), _ -> {});
        // The labels may be in force since an earlier attempt that could not be saved.
        book.settle();
        return done.saved();
    }

    private static Plan<AuthoritySnapshot, Labelling> labelling(
            AuthoritySnapshot now, Name tenant, Id id, Set<Name> labels) {
        var known = now.task(id);
        if (known.isEmpty()) return Plan.nothing(new Labelling.NotFound());
        var changes = new ArrayList<Change<AuthoritySnapshot>>();
        for (var task : now.chain(known.get())) {
            if (task.labels().containsAll(labels)) continue;
            if (task.labelsWith(labels).size() > Task.LABELS_MAX) return Plan.nothing(new Labelling.TooMany());
            changes.add(Changes.labelled(tenant, task.id(), labels));
        }
        return new Plan<>(new Labelling.Labelled(known.get().withLabels(labels)), changes);
    }

    /** Writes down what was really used of the call budgets; without it a restart charges what was leased. */
    @Override
    public void close() {
        budgets.close();
    }

    private Stop end(Name tenant, Id id, Task.End end) {
        var known = snapshot(tenant).task(id);
        if (known.isEmpty()) return new Stop.NotFound();
        if (known.get().end().isPresent()) return new Stop.AlreadyEnded(known.get());
        var done = endAll(tenant, task -> task.id().equals(id), List.of(), end, List.of());
        // Somebody else may have ended it meanwhile.
        return done.answer().isEmpty()
                ? new Stop.AlreadyEnded(snapshot(tenant).task(id).orElse(known.get()))
                : stopped(done);
    }

    private Stop.Stopped revokeAll(
            Name tenant,
            Predicate<Task> which,
            List<Change<AuthoritySnapshot>> more,
            Task.End end,
            List<Revocation> causes) {
        return stopped(endAll(tenant, which, more, end, causes));
    }

    private AtOnce<List<Task>> endAll(
            Name tenant,
            Predicate<Task> which,
            List<Change<AuthoritySnapshot>> more,
            Task.End end,
            List<Revocation> causes) {
        return bookOf(tenant)
                .atOnce(
                        now -> {
                            var ended = Delegations.ending(now, which, end);
                            var changes = new ArrayList<>(more);
                            for (var task : ended)
                                changes.add(Changes.ended(
                                        tenant, task.id(), task.end().orElseThrow()));
                            changes.addAll(Delegations.returned(tenant, ended, budgets));
                            changes.add(Changes.epoch(tenant));
                            return new Plan<>(ended, changes);
                        },
                        ended -> {
                            var all = new ArrayList<>(causes);
                            all.addAll(ofTasks(tenant, ended));
                            announce(all);
                        });
    }

    private static Stop.Stopped stopped(AtOnce<List<Task>> done) {
        return new Stop.Stopped(done.answer(), done.unsaved());
    }

    private static List<Revocation> ofTasks(Name tenant, List<Task> ended) {
        return ended.stream()
                .<Revocation>map(task -> new Revocation.OfTask(tenant, task))
                .toList();
    }

    /** Tells every listener everything, also when one of them fails; the first failure is thrown afterwards. */
    private void announce(List<Revocation> revocations) {
        var failures = new ArrayList<RuntimeException>();
        for (var revocation : revocations) {
            for (var listener : listeners) {
                try {
                    listener.accept(revocation);
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }
        }
        if (failures.isEmpty()) return;
        var first = failures.removeFirst();
        failures.forEach(first::addSuppressed);
        throw first;
    }

    Book<AuthoritySnapshot> bookOf(Name tenant) {
        return books.computeIfAbsent(tenant, _ -> new Book<>(store, AuthoritySnapshot.EMPTY));
    }
}
