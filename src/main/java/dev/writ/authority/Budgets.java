package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Plan;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts calls against the budgets of tasks. Quanta of a budget are leased durably and spent in memory, so most calls
 * cost no disk; after a crash what was leased counts as used. Used is never more than leased, leased never more than the
 * budget.
 */
public final class Budgets {
    static final long QUANTUM = 16;
    private static final long QUANTUM_MAX = 4_096;
    private static final long QUANTA = 32;

    private final Authority authority;
    private final Store store;
    private final InstantSource clock;
    private final Map<Key, Meter> meters = new ConcurrentHashMap<>();
    private final Map<Key, Long> noted = new ConcurrentHashMap<>();

    private record Key(Name tenant, Id task) {}

    private sealed interface Lease {
        record UpTo(long calls) implements Lease {}

        record None() implements Lease {}

        record Over() implements Lease {}
    }

    Budgets(Authority authority, Store store, InstantSource clock) {
        this.authority = authority;
        this.store = store;
        this.clock = clock;
    }

    /** Charges one call to a task's budget. */
    public Reserving reserve(Name tenant, Id id) {
        var task = authority.snapshot(tenant).task(id);
        if (task.isEmpty()) return new Reserving.NotFound();
        if (!task.get().open(clock.instant())) return new Reserving.TaskOver();
        var meter = meterOf(tenant, task.get());
        while (!meter.take()) {
            if (meter.closed() && over(tenant, id)) return new Reserving.TaskOver();
            if (meter.closed())
                throw new StoreError(StoreError.Code.CLOSED, "the budgets are closed; Writ is stopping");
            switch (lease(tenant, id, meter)) {
                case Lease.UpTo(var calls) -> meter.raise(calls);
                case Lease.None() -> {
                    return new Reserving.Exhausted();
                }
                case Lease.Over() -> {
                    return new Reserving.TaskOver();
                }
            }
        }
        return new Reserving.Reserved(new Reservation(meter));
    }

    private boolean over(Name tenant, Id id) {
        return authority
                .snapshot(tenant)
                .task(id)
                .filter(task -> task.open(clock.instant()))
                .isEmpty();
    }

    private Meter meterOf(Name tenant, Task task) {
        return meters.computeIfAbsent(new Key(tenant, task.id()), _ -> new Meter(task.callsLeased(), task.callsOwn()));
    }

    /** Takes calls that are to be passed on out of what a task may use; false when it has used them already. */
    boolean lower(Name tenant, Task task, long calls) {
        return meterOf(tenant, task).lowerLimit(calls);
    }

    /** Ends the meter of a task that is over; what it used. */
    long closed(Name tenant, Task task) {
        var meter = meters.get(new Key(tenant, task.id()));
        return meter == null ? task.callsLeased() : meter.close();
    }

    /** What came back from a part may be used by the task again. */
    void raise(Name tenant, Id id, long calls) {
        var meter = meters.get(new Key(tenant, id));
        if (meter != null) meter.raiseLimit(calls);
    }

    /** As reserve, from what is leased already; empty when that takes the store, or when nothing is left to charge. */
    public Optional<Reservation> reserveHeld(Name tenant, Id id) {
        var meter = meters.get(new Key(tenant, id));
        boolean open = authority
                .snapshot(tenant)
                .task(id)
                .filter(task -> task.open(clock.instant()))
                .isPresent();
        return open && meter != null && meter.take() ? Optional.of(new Reservation(meter)) : Optional.empty();
    }

    /**
     * Ends a reservation; a second settlement changes nothing.
     *
     * @param charged false only when it is certain that nothing was sent
     */
    public void settle(Reservation reservation, boolean charged) {
        reservation.settle(charged);
    }

    /** How many calls of a task's budget are used or reserved; 0 for a task that does not exist. */
    public long used(Name tenant, Id id) {
        var meter = meters.get(new Key(tenant, id));
        if (meter != null) return meter.used();
        return authority.snapshot(tenant).task(id).map(Task::callsLeased).orElse(0L);
    }

    private Lease lease(Name tenant, Id id, Meter meter) {
        return authority.bookOf(tenant).command(now -> {
            var task = now.task(id).filter(each -> each.open(clock.instant()));
            if (task.isEmpty()) return Plan.nothing(new Lease.Over());
            long leased = task.get().callsLeased();
            // Another call has leased while this one waited.
            if (leased > meter.leased() || meter.hasRoom()) return Plan.nothing(new Lease.UpTo(leased));
            if (leased >= task.get().callsOwn()) return Plan.nothing(new Lease.None());
            long more =
                    Math.min(task.get().callsOwn(), leased + quantum(task.get().callBudget()));
            return Plan.of(new Lease.UpTo(more), Changes.leased(tenant, id, more));
        });
    }

    /** A 32nd of the budget: a crash charges little too much, and a busy task does not wait for the disk at every turn. */
    private static long quantum(long budget) {
        return Math.clamp(budget / QUANTA, QUANTUM, QUANTUM_MAX);
    }

    /** Writes down what is used so far, as far as that has changed. */
    void note() {
        var changed = new HashMap<Key, Long>();
        meters.forEach((key, meter) -> {
            long used = meter.used();
            if (!Long.valueOf(used).equals(noted.get(key))) changed.put(key, used);
        });
        if (changed.isEmpty()) return;
        store.write(sql -> {
            for (var each : changed.entrySet())
                sql.change(
                        "UPDATE tasks SET calls_used = ? WHERE tenant = ? AND id = ?",
                        each.getValue(),
                        each.getKey().tenant(),
                        each.getKey().task());
            return changed.size();
        });
        noted.putAll(changed);
    }

    /**
     * Charges a task with what the ledger shows and the database does not know of; for replaying the ledger at start.
     *
     * @param calls the calls that were recorded since the database's position
     */
    public void replay(Name tenant, Id id, long calls) {
        long used = store.read(sql -> sql.row(
                        "SELECT calls_used FROM tasks WHERE tenant = ? AND id = ?",
                        row -> row.integer("calls_used"),
                        tenant,
                        id))
                .orElse(0L);
        var _ = authority.bookOf(tenant).command(now -> {
            var task = now.task(id);
            if (task.isEmpty()) return Plan.nothing(0L);
            long charged = Math.min(task.get().callsOwn(), used + calls);
            return charged <= task.get().callsLeased()
                    ? Plan.nothing(task.get().callsLeased())
                    : Plan.of(charged, Changes.leased(tenant, id, charged));
        });
    }

    void close() {
        for (var each : meters.entrySet()) {
            var key = each.getKey();
            long used = each.getValue().close();
            authority
                    .bookOf(key.tenant())
                    .command(now -> now.task(key.task())
                                    .filter(task -> task.callsLeased() > used)
                                    .isEmpty()
                            ? Plan.nothing(used)
                            : Plan.of(used, Changes.leased(key.tenant(), key.task(), used)));
        }
    }
}
