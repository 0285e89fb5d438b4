package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import dev.writ.base.SteadyClock;
import dev.writ.ledger.Ledger;
import dev.writ.store.Positions;
import dev.writ.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Knows how much of the ledger the database holds, and says so in the database, so that a start knows where to begin to
 * replay and which ledger the database goes with.
 *
 * <p>Load-bearing: a record and its change are two writes. Whoever makes both does it inside {@link #changing}; the
 * position never passes the size that the log had when the oldest change still under way began. Changes that take
 * authority away come before their record, so for them it is enough that the books are settled first.
 */
public final class Journal {
    /** A clock that is further behind than this is not believed. */
    public static final Duration BEHIND_MAX = Duration.ofMinutes(1);

    private static final Duration CLOCK_EVERY = Duration.ofSeconds(30);

    private final Store store;
    private final Ledger ledger;
    private final Name node;
    private final SteadyClock clock;
    private final AtomicLong next = new AtomicLong();
    private final Map<Long, Under> underWay = new ConcurrentHashMap<>();
    private final Map<Name, Long> stamped = new HashMap<>();
    private final Map<Name, Positions.Position> noted = new HashMap<>();
    private final Set<Name> recordedPolicies = ConcurrentHashMap.newKeySet();
    private Instant clockNoted = Instant.MIN;

    private record Under(Name tenant, long since) {}

    public Journal(Store store, Ledger ledger, Name node, SteadyClock clock) {
        this.store = store;
        this.ledger = ledger;
        this.node = node;
        this.clock = clock;
    }

    /** From now on every transaction notes how long the ledger was when it ran. */
    public void start() {
        store.stampedBy(sql -> {
            // Runs on the store's only writing thread.
            for (var tenant : ledger.tenants()) {
                long size = ledger.size(tenant);
                if (size <= stamped.getOrDefault(tenant, 0L)) continue;
                Positions.seen(sql, tenant, node, size);
                stamped.put(tenant, size);
            }
            return 0;
        });
    }

    /** From now on a tenant's policies are among what its position says: the ledger knows of them. */
    public void policiesAreRecorded(Name tenant) {
        recordedPolicies.add(tenant);
    }

    /** Runs what records a change and makes it, in whichever order. */
    <T> T changing(Name tenant, Supplier<T> work) {
        long id = next.incrementAndGet();
        underWay.put(id, new Under(tenant, ledger.size(tenant)));
        try {
            return work.get();
        } finally {
            underWay.remove(id);
        }
    }

    /**
     * Notes up to where the database holds what the ledger records; called now and then, and at the end.
     *
     * @param settle returns when the database holds everything that is seen, and throws when it cannot
     * @param bundles the policies in force
     * @param clean whether nothing happens any more after this
     */
    public synchronized void note(Runnable settle, Function<Name, Optional<Digest>> bundles, boolean clean) {
        var fresh = new HashMap<Name, Positions.Position>();
        for (var tenant : ledger.tenants()) fresh.put(tenant, position(tenant, bundles, clean));
        settle.run();
        fresh.values().removeIf(position -> position.equals(noted.get(position.tenant())));
        var now = clock.instant();
        boolean late = clockNoted.equals(Instant.MIN) || now.isAfter(clockNoted.plus(CLOCK_EVERY));
        if (fresh.isEmpty() && !late && !clean) return;
        store.write(sql -> {
            for (var position : fresh.values()) Positions.note(sql, node, position);
            Positions.clock(sql, node, now);
            return 0;
        });
        noted.putAll(fresh);
        clockNoted = now;
    }

    private Positions.Position position(Name tenant, Function<Name, Optional<Digest>> bundles, boolean clean) {
        // The size first: what begins after this line began at this size or later.
        boolean writable = ledger.closedBecause().isEmpty();
        if (clean && writable) ledger.sign(tenant);
        long size = ledger.size(tenant);
        long applied = underWay.values().stream()
                .filter(under -> under.tenant.equals(tenant))
                .mapToLong(Under::since)
                .reduce(size, Math::min);
        var head = ledger.head(tenant);
        return new Positions.Position(
                tenant,
                applied,
                size,
                head.size(),
                head.root(),
                recordedPolicies.contains(tenant) ? bundles.apply(tenant) : Optional.empty(),
                clean && applied == size && writable);
    }

    /** Why nothing new is begun, when the clock is not to be believed. */
    Optional<String> doubt() {
        var behind = clock.behind();
        if (behind.compareTo(BEHIND_MAX) <= 0) return Optional.empty();
        return Optional.of("the clock is " + Math.max(1, behind.toMinutes()) + " minutes behind what was recorded");
    }
}
