package dev.writ.guard.replay;

import dev.writ.authority.Approval;
import dev.writ.authority.Authority;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.SteadyClock;
import dev.writ.guard.Guard;
import dev.writ.guard.Journal;
import dev.writ.guard.Policies;
import dev.writ.guard.Transition;
import dev.writ.identity.Identity;
import dev.writ.ledger.Entry;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.Reserve;
import dev.writ.ledger.SideValue;
import dev.writ.policy.publish.Bundle;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.registry.Registry;
import dev.writ.store.Positions;
import dev.writ.store.Positions.Position;
import dev.writ.store.Store;
import dev.writ.vault.Vault;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Brings the database to where the ledger is, before anything is served. {@link #check} comes first and writes nothing:
 * it refuses a database that does not go with the ledger. {@link #run} replays the records that the database has not
 * seen, records consumptions that have no record, and empties the reserve.
 */
public final class Reconciliation {
    /** How many records that were left unmade are named; there is one more record for each of them anyway. */
    private static final int NAMED_MAX = 100;

    private static final int FIRST_START_RECORDS_MAX = 40;

    private final Parts parts;
    private final Redo redo;
    private Map<Name, Position> positions = Map.of();

    /** What is brought together. */
    public record Parts(
            Store store,
            Ledger ledger,
            Registry registry,
            Authority authority,
            Identity identity,
            Vault vault,
            Policies policies,
            Reserve reserve,
            Name node,
            SteadyClock clock) {
        /** Returns when the database holds everything that is in force, and throws when it cannot. */
        public void settle() {
            registry.settle();
            authority.settle();
            identity.settle();
            vault.settle();
        }

        /** Digest of the policies in force. */
        public Optional<Digest> bundle(Name tenant) {
            return policies.of(tenant).map(LivePolicies::current).flatMap(LivePolicies.Live::bundle);
        }
    }

    public Reconciliation(Parts parts) {
        this.parts = parts;
        this.redo = new Redo(parts.registry(), parts.authority(), parts.identity(), parts.vault());
    }

    /** Refuses what does not belong together, and moves the clock to where time was; changes no file. */
    public void check() {
        positions = parts.store().read(sql -> Positions.of(sql, parts.node())).stream()
                .collect(Collectors.toUnmodifiableMap(Position::tenant, position -> position));
        parts.store().read(sql -> Positions.clock(sql, parts.node())).ifPresent(parts.clock()::atLeast);
        for (var position : positions.values()) fits(position);
        for (var tenant : parts.ledger().tenants()) {
            known(tenant);
            lastTime(tenant).ifPresent(parts.clock()::atLeast);
        }
    }

    private void fits(Position position) {
        var tenant = position.tenant();
        long size = parts.ledger().size(tenant);
        if (position.seen() > size || position.applied() > size)
            throw new ReplayFailure(
                    ReplayFailure.Code.LEDGER_BEHIND,
                    "the database has seen " + Math.max(position.seen(), position.applied())
                            + " records of the ledger of " + tenant + ", and the ledger holds " + size);
        if (position.head() > 0 && !parts.ledger().root(tenant, position.head()).equals(position.root()))
            throw new ReplayFailure(
                    ReplayFailure.Code.OTHER_LEDGER,
                    "the first " + position.head() + " records of the ledger of " + tenant
                            + " are not those that the database was written with");
    }

    /** A ledger that no database knows is one whose database is gone, unless a first start was cut short. */
    private void known(Name tenant) {
        if (positions.containsKey(tenant) || parts.registry().tenants().contains(tenant)) return;
        boolean beginning = parts.ledger().size(tenant) <= FIRST_START_RECORDS_MAX;
        var others = new ArrayList<Entry>();
        if (beginning)
            parts.ledger().scan(tenant, 0, entry -> {
                if (!ofTheBeginning(entry.record())) others.add(entry);
                return others.isEmpty();
            });
        if (!beginning || !others.isEmpty())
            throw new ReplayFailure(
                    ReplayFailure.Code.DATABASE_LOST,
                    "the ledger of " + tenant + " holds " + parts.ledger().size(tenant)
                            + " records, and the database does not know the tenant");
    }

    private static boolean ofTheBeginning(Json.Obj record) {
        return record.string("by").equals(Optional.of("first-start"))
                || record.string("kind").equals(Optional.of("origin"));
    }

    private Optional<Instant> lastTime(Name tenant) {
        return parts.ledger()
                .read(tenant, parts.ledger().size(tenant) - 1)
                .flatMap(entry -> entry.record().string("time"))
                .flatMap(Reconciliation::instant);
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Makes the database agree, and notes that it does. */
    public void run(Guard guard, Journal journal) {
        for (var tenant : parts.ledger().tenants()) replay(guard, journal, tenant);
        emptyReserve(guard);
        journal.note(parts::settle, parts::bundle, false);
    }

    private void replay(Guard guard, Journal journal, Name tenant) {
        var position = Optional.ofNullable(positions.get(tenant));
        long from = position.map(Position::applied).orElse(0L);
        long to = parts.ledger().size(tenant);
        var reading = new Reading();
        parts.ledger().scan(tenant, from, entry -> {
            if (entry.index() < to) reading.add(entry.index(), entry.record());
            return entry.index() < to;
        });
        var result = new Replayed(redo).all(tenant, reading, parts.authority());
        policies(tenant, position, reading, journal);
        long found = position.map(Position::clean).orElse(false) ? 0 : consumptions(guard, tenant);
        if (result.isEmpty() && found == 0) return;
        var members = Json.object()
                .put("from", from)
                .put("to", to)
                .put("made", result.made().size())
                .put("labelled", result.labelled())
                .put("consumptions", found)
                .put("unmade", result.unmade().stream().limit(NAMED_MAX).toList())
                .put("unmadeCount", result.unmade().size());
        recorded(guard, tenant, new Transition("administration", "replayed", members.build()));
    }

    /**
     * Makes true what a log says that nobody writes any more, from records that are read elsewhere: after a restore.
     *
     * @return how many changes the database did not hold
     */
    public int replay(Name tenant, Iterable<Entry> entries) {
        var reading = new Reading();
        for (var entry : entries) reading.add(entry.index(), entry.record());
        return new Replayed(redo).all(tenant, reading, parts.authority()).made().size();
    }

    /** Makes true what the reserve holds; it stays there. */
    public int replayReserve() {
        var kept = parts.reserve().kept();
        for (var record : kept) {
            var tenant = new Name(record.string("tenant").orElse(""));
            var _ = redo.redo(tenant, new Reading.Change(-1, record), false);
        }
        return kept.size();
    }

    /** A crash between the use of an approval and its record: it is used, and now the ledger says so. */
    private long consumptions(Guard guard, Name tenant) {
        long found = 0;
        for (var approval : parts.authority().snapshot(tenant).approvals().values()) {
            if (approval.state() != Approval.State.CONSUMED) continue;
            boolean recorded = parts.ledger().about(tenant, approval.id()).stream()
                    .anyMatch(entry -> entry.record().string("event").equals(Optional.of("consumed")));
            if (recorded) continue;
            var members = Json.object()
                    .put("approval", approval.id().text())
                    .put("task", approval.task().text())
                    .put("agent", approval.agent().text())
                    .put("uses", 1)
                    .put("found", true);
            recorded(guard, tenant, new Transition("approval", "consumed", members.build()));
            found++;
        }
        return found;
    }

    private static void recorded(Guard guard, Name tenant, Transition transition) {
        if (!guard.recordOwn(tenant, "start", transition))
            throw new ReplayFailure(
                    ReplayFailure.Code.RECORD, "what the start found cannot be recorded: the ledger cannot be written");
    }

    /** What could be written nowhere else is made true, then recorded, and only then forgotten. */
    private void emptyReserve(Guard guard) {
        var kept = parts.reserve().kept();
        if (kept.isEmpty()) return;
        for (var record : kept) {
            var tenant = new Name(record.string("tenant").orElse(""));
            var _ = redo.redo(tenant, new Reading.Change(-1, record), false);
            var id = new Id(record.string("id").orElse(""));
            boolean there = parts.ledger().tenants().contains(tenant)
                    && parts.ledger().find(tenant, id).isPresent();
            if (!there && !guard.recordLate(tenant, record))
                throw new ReplayFailure(
                        ReplayFailure.Code.RECORD,
                        "a revocation that was kept in the reserve cannot be recorded: the ledger cannot be written");
        }
        parts.settle();
        parts.reserve().clear();
    }

    /** The policies in force must be the ones that were published last, or what a crash left of publishing them. */
    private void policies(Name tenant, Optional<Position> position, Reading reading, Journal journal) {
        var candidates = new HashSet<Digest>();
        if (!reading.bundleMade()) position.flatMap(Position::bundle).ifPresent(candidates::add);
        reading.bundles().forEach(bundle -> candidates.add(bundle.digest()));
        // A tenant that the database lost begins anew, policies included.
        if (candidates.isEmpty() || !parts.registry().tenants().contains(tenant)) return;
        journal.policiesAreRecorded(tenant);
        var live = parts.policies().of(tenant);
        var inForce = live.flatMap(policies -> policies.current().bundle());
        if (inForce.isPresent() && candidates.contains(inForce.get())) return;
        if (live.isPresent() && !reading.bundles().isEmpty()) {
            var last = reading.bundles().getLast();
            if (parts.ledger().side(tenant, last.index(), "bundle") instanceof SideValue.Present(var bytes, var _)) {
                live.get().putInForce(Bundle.read(bytes, last.digest()));
                return;
            }
        }
        throw new ReplayFailure(
                ReplayFailure.Code.POLICIES,
                "the policies in force of " + tenant + " are "
                        + inForce.map(Digest::toString).orElse("none")
                        + ", and the ledger says that others were published last");
    }

    /** What replaying came to: names of the records. */
    record Replayed(Redo redo, List<String> made, List<String> unmade, int labelled) {
        Replayed(Redo redo) {
            this(redo, List.of(), List.of(), 0);
        }

        boolean isEmpty() {
            return made.isEmpty() && unmade.isEmpty() && labelled == 0;
        }

        Replayed all(Name tenant, Reading reading, Authority authority) {
            var makes = new ArrayList<String>();
            var leaves = new ArrayList<String>();
            for (var change : reading.changes()) {
                var name = change.record().string("id").orElse("");
                switch (redo.redo(tenant, change, reading.made(change))) {
                    case MADE -> makes.add(name);
                    case UNMADE -> leaves.add(name);
                    case SO_ALREADY -> {}
                }
            }
            int tasks = 0;
            for (var each : new HashMap<>(reading.labels()).entrySet()) {
                var task = authority.snapshot(tenant).task(each.getKey());
                if (task.isEmpty() || task.get().labels().containsAll(each.getValue())) continue;
                var _ = authority.label(tenant, each.getKey(), Objects.requireNonNull(each.getValue()));
                tasks++;
            }
            reading.calls().forEach((task, calls) -> authority.budgets().replay(tenant, task, calls));
            return new Replayed(redo, List.copyOf(makes), List.copyOf(leaves), tasks);
        }
    }
}
