package dev.writ.authority;

import dev.writ.authority.Approval.State;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;

/** Commands about approvals: asking, voting, using. */
public final class Approvals {
    /** How many questions of one agent may wait at the same time. */
    public static final int PENDING_MAX = 20;

    public static final int ABOUT_BYTES_MAX = 256 * 1024;

    private final Authority authority;
    private final Store store;
    private final InstantSource clock;

    Approvals(Authority authority, Store store, InstantSource clock) {
        this.authority = authority;
        this.store = store;
        this.clock = clock;
    }

    /**
     * Asks people. The same action of the same task is asked once: while it waits, or was approved and not used, the
     * existing approval is the answer.
     *
     * @param about what people are shown, opaque here; at most {@value #ABOUT_BYTES_MAX} bytes
     */
    public Asking request(Name tenant, Approval approval, Json.Obj about) {
        if (about.bytes().length > ABOUT_BYTES_MAX)
            throw new IllegalArgumentException("what people are shown is longer than " + ABOUT_BYTES_MAX + " bytes");
        if (approval.state() != State.PENDING || !approval.votes().isEmpty())
            throw new IllegalArgumentException("an approval begins as pending and without votes");
        var at = clock.instant();
        return authority.bookOf(tenant).command(now -> {
            var task = now.task(approval.task()).filter(each -> each.open(at));
            if (task.isEmpty() || !task.get().agent().equals(approval.agent()))
                return Plan.nothing(new Asking.TaskOver());
            if (!approval.fits(task.get().labels())) return Plan.nothing(new Asking.LabelsGrew());
            var before = now.newest(approval.task(), approval.action());
            var standing = before.flatMap(each -> standing(each, task.get(), at));
            if (standing.isPresent()) return Plan.nothing(standing.get());
            if (pendingOf(now, approval.agent(), at) >= PENDING_MAX) return Plan.nothing(new Asking.TooMany());
            var changes = new ArrayList<Change<AuthoritySnapshot>>();
            before.ifPresent(each -> superseded(tenant, each, at).ifPresent(changes::add));
            changes.add(Changes.asked(tenant, approval, about));
            return new Plan<>(new Asking.Asked(approval), changes);
        });
    }

    /** Counts a person's vote; who is eligible for which group the caller has found out. A person votes once. */
    public Voting vote(Name tenant, Id id, Vote vote) {
        var at = clock.instant();
        return authority.bookOf(tenant).command(now -> {
            var found = now.approval(id);
            if (found.isEmpty()) return Plan.nothing(new Voting.NotFound());
            var approval = found.get();
            var state = stateOf(now, approval, at);
            if (state != State.PENDING) return Plan.nothing(new Voting.Closed(state));
            if (approval.votedBy(vote.person())) return Plan.nothing(new Voting.AlreadyVoted());
            if (!approval.eligible(vote)) return Plan.nothing(new Voting.NotEligible());
            return Plan.of(new Voting.Counted(approval.with(vote)), Changes.voted(tenant, approval, vote));
        });
    }

    /** What people have said about an action of a task, from the snapshot. */
    public Answer answerTo(Name tenant, Id task, Digest action) {
        return authority.snapshot(tenant).answerTo(task, action, clock.instant());
    }

    /** Uses an approval for the one action it is for. Durable when it returns, and true for exactly one caller. */
    public Consumption consume(Name tenant, Id id, Id task, Digest action) {
        var at = clock.instant();
        Consumption used = authority.bookOf(tenant).command(now -> {
            var found = now.approval(id)
                    .filter(each -> each.task().equals(task) && each.action().equals(action));
            if (found.isEmpty()) return Plan.nothing(new Consumption.NotFound());
            var approval = found.get();
            var current = now.task(task).filter(each -> each.open(at));
            if (current.isEmpty()) return Plan.nothing(new Consumption.TaskOver());
            if (approval.state(at) != State.APPROVED)
                return Plan.nothing(new Consumption.NotUsable(approval.state(at)));
            if (!approval.fits(current.get().labels())) return Plan.nothing(new Consumption.LabelsGrew());
            return Plan.of(
                    new Consumption.Consumed(approval.with(State.CONSUMED), approval.satisfied()),
                    Changes.consumed(tenant, id));
        });
        // A revocation does not wait for the disk, so it may have come in while the use was being written.
        boolean over = authority
                .snapshot(tenant)
                .task(task)
                .filter(each -> each.open(at))
                .isEmpty();
        return used instanceof Consumption.Consumed && over ? new Consumption.TaskOver() : used;
    }

    /**
     * Marks an approval as used because the ledger says so, whatever its state here; for replaying the ledger at start.
     *
     * @return whether there is such an approval
     */
    public boolean replayConsumed(Name tenant, Id id) {
        return authority.bookOf(tenant).command(now -> {
            var found = now.approval(id);
            if (found.isEmpty()) return Plan.nothing(false);
            if (found.get().state() == State.CONSUMED) return Plan.nothing(true);
            return Plan.of(true, Changes.state(tenant, id, found.get().state(), State.CONSUMED));
        });
    }

    /**
     * Refuses an approval because the ledger says that a person did, as long as it was not used; for replaying the
     * ledger at start.
     */
    public boolean replayRefused(Name tenant, Id id) {
        return authority.bookOf(tenant).command(now -> {
            var state = now.approval(id).map(Approval::state);
            if (state.isEmpty()) return Plan.nothing(false);
            boolean open = state.get() == State.PENDING || state.get() == State.APPROVED;
            return open ? Plan.of(true, Changes.state(tenant, id, state.get(), State.REFUSED)) : Plan.nothing(true);
        });
    }

    /** What people are shown about an approval, however old. Reads the database. */
    public Optional<Json.Obj> about(Name tenant, Id id) {
        return store.read(sql -> sql.row(
                "SELECT about FROM approvals WHERE tenant = ? AND id = ?", row -> row.object("about"), tenant, id));
    }

    private static Optional<Asking> standing(Approval before, Task task, Instant at) {
        if (before.state() == State.REFUSED && at.isBefore(before.expiresAt()))
            return Optional.of(new Asking.AlreadyRefused(before));
        boolean live = before.state(at) == State.PENDING || before.state(at) == State.APPROVED;
        return live && before.fits(task.labels()) ? Optional.of(new Asking.AlreadyAsked(before)) : Optional.empty();
    }

    /** Closes an earlier question that no longer fits, so that at most one question about an action is open. */
    private static Optional<Change<AuthoritySnapshot>> superseded(Name tenant, Approval before, Instant at) {
        if (before.state() != State.PENDING && before.state() != State.APPROVED) return Optional.empty();
        var to = before.state(at) == State.EXPIRED ? State.EXPIRED : State.VOID;
        return Optional.of(Changes.state(tenant, before.id(), before.state(), to));
    }

    private static State stateOf(AuthoritySnapshot now, Approval approval, Instant at) {
        boolean over = now.task(approval.task()).filter(task -> task.open(at)).isEmpty();
        return over && approval.state(at) == State.PENDING ? State.VOID : approval.state(at);
    }

    private static long pendingOf(AuthoritySnapshot now, Name agent, Instant at) {
        return now.pending(at).stream()
                .filter(each -> each.agent().equals(agent))
                .count();
    }
}
