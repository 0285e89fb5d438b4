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

    public Authority(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.approvals = new Approvals(this, store, clock);
        this.budgets = new Budgets(this, store, clock);
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
            if (before.tasks().values().stream().filter(each -> each.open(now)).count() >= OPEN_MAX)
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

    public Stop revoke(Name tenant, Id task, Id by, String why) {
        return end(tenant, task, new Task.End(Task.Ending.REVOKED, Optional.of(by), clock.instant(), why));
    }

    /** Revokes every task of an agent. */
    public Stop.Stopped stopAgent(Name tenant, Name agent, Id by, String why) {
        return revokeAll(
                tenant,
                task -> task.agent().equals(agent),
                Optional.empty(),
                by,
                why,
                new Revocation.OfAgent(tenant, agent));
    }

    /** Revokes every task that is for a person or that the person opened, and voids what the person approved. */
    public Stop.Stopped stopPerson(Name tenant, Id person, Id by, String why) {
        return revokeAll(
                tenant,
                task -> task.person().equals(person) || task.openedBy().equals(person),
                Optional.of(person),
                by,
                why,
                new Revocation.OfPerson(tenant, person));
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
        var done = endAll(tenant, _ -> true, Optional.empty(), end, List.of());
        store.write(sql -> sql.change(
                "UPDATE approvals SET state = 'void' WHERE tenant = ? AND state IN ('pending', 'approved')", tenant));
        return done.saved();
    }

    /** Revokes every open task of a tenant and voids every approval with them, as after a restore. */
    public Stop.Stopped stopEverything(Name tenant, Id by, String why) {
        var end = new Task.End(Task.Ending.REVOKED, Optional.of(by), clock.instant(), why);
        return stopped(endAll(tenant, _ -> true, Optional.empty(), end, List.of()));
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
            stopped.add(stopped(endAll(tenant, over, Optional.empty(), end, List.of())));
        }
        return stopped;
    }

    /**
     * Adds labels to a task, also when it has ended. When this returns they are durable; when it throws they are in
     * force in memory all the same.
     */
    public Labelling label(Name tenant, Id task, Set<Name> labels) {
        if (snapshot(tenant).task(task).isEmpty()) return new Labelling.NotFound();
        var book = bookOf(tenant);
        var done = book.<Labelling>atOnce(
                now -> {
                    var known = now.task(task);
                    if (known.isEmpty()) return Plan.nothing(new Labelling.NotFound());
                    if (known.get().labels().containsAll(labels))
                        return Plan.nothing(new Labelling.Labelled(known.get()));
                    if (known.get().labelsWith(labels).size() > Task.LABELS_MAX)
                        return Plan.nothing(new Labelling.TooMany());
                    var after = known.get().withLabels(labels);
                    return Plan.of(new Labelling.Labelled(after), Changes.labelled(tenant, task, labels));
                },
                _ -> {});
        // The labels may be in force since an earlier attempt that could not be saved.
        book.settle();
        return done.saved();
    }

    /** Writes down what was really used of the call budgets; without it a restart charges what was leased. */
    @Override
    public void close() {
        budgets.close();
    }

    private Stop end(Name tenant, Id id, Task.End end) {
        var done = bookOf(tenant)
                .<Stop>atOnce(
                        now -> {
                            var task = now.task(id);
                            if (task.isEmpty()) return Plan.nothing(new Stop.NotFound());
                            if (task.get().end().isPresent()) return Plan.nothing(new Stop.AlreadyEnded(task.get()));
                            var stopped = new Stop.Stopped(List.of(task.get().with(end)), Optional.empty());
                            return new Plan<>(stopped, List.of(Changes.ended(tenant, id, end), Changes.epoch(tenant)));
                        },
                        answer -> {
                            if (answer instanceof Stop.Stopped stopped) announce(ofTasks(tenant, stopped.ended()));
                        });
        return done.answer() instanceof Stop.Stopped stopped
                ? new Stop.Stopped(stopped.ended(), done.unsaved())
                : done.answer();
    }

    private Stop.Stopped revokeAll(
            Name tenant, Predicate<Task> which, Optional<Id> voter, Id by, String why, Revocation cause) {
        var end = new Task.End(Task.Ending.REVOKED, Optional.of(by), clock.instant(), why);
        return stopped(endAll(tenant, which, voter, end, List.of(cause)));
    }

    private AtOnce<List<Task>> endAll(
            Name tenant, Predicate<Task> which, Optional<Id> voter, Task.End end, List<Revocation> causes) {
        return bookOf(tenant)
                .atOnce(
                        now -> {
                            var ended = now.tasks().values().stream()
                                    .filter(task -> task.end().isEmpty() && which.test(task))
                                    .map(task -> task.with(end))
                                    .toList();
                            var changes = new ArrayList<Change<AuthoritySnapshot>>();
                            for (var task : ended) changes.add(Changes.ended(tenant, task.id(), end));
                            voter.ifPresent(person -> changes.add(Changes.votesWithdrawn(tenant, person)));
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
