package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The unit of intent: everything an agent may do, it may do for a task, and with the task it ends.
 *
 * @param person for whom it is
 * @param openedBy the person who opened it
 * @param callBudget how many calls it may make, 1 to {@value #CALLS_MAX}
 * @param deadline from this moment on it is over
 * @param labels what it has touched; labels only accumulate
 * @param callsLeased how much of the budget is charged durably; what was really used is {@link Budgets#used}
 * @param callsPassed how much of the budget was passed on to other tasks and has not come back
 * @param origin through what it came to be
 */
public record Task(
        Id id,
        String purpose,
        Id person,
        Name agent,
        Id openedBy,
        Instant openedAt,
        Scope scope,
        long callBudget,
        Instant deadline,
        Set<Name> labels,
        long callsLeased,
        long callsPassed,
        Origin origin,
        Optional<End> end) {
    public static final long CALLS_MAX = 10_000_000;
    public static final int LABELS_MAX = 200;

    /** How a task came to its end. */
    public enum Ending {
        COMPLETED,
        EXPIRED,
        REVOKED
    }

    /** @param by absent when the clock ended it */
    public record End(Ending ending, Optional<Id> by, Instant at, String why) {
        public End {
            by.ifPresent(id -> id.require("per"));
            at = at.truncatedTo(ChronoUnit.MILLIS);
            Visible.line("a reason", why, 500);
        }
    }

    public Task {
        id.require("tsk");
        person.require("per");
        openedBy.require("per");
        Visible.line("a purpose", purpose, 500);
        if (callBudget < 1 || callBudget > CALLS_MAX)
            throw new IllegalArgumentException("a call budget is 1 to " + CALLS_MAX + ", not " + callBudget);
        if (callsLeased < 0 || callsPassed < 0 || callsLeased + callsPassed > callBudget)
            throw new IllegalArgumentException("more calls leased and passed on than the budget holds");
        openedAt = openedAt.truncatedTo(ChronoUnit.MILLIS);
        deadline = deadline.truncatedTo(ChronoUnit.MILLIS);
        labels = Set.copyOf(labels);
        if (labels.size() > LABELS_MAX) throw new IllegalArgumentException("more than " + LABELS_MAX + " labels");
    }

    /** A task as a person opens it: nothing touched, nothing used. */
    public static Task opening(
            Id id,
            String purpose,
            Id person,
            Name agent,
            Id openedBy,
            Instant openedAt,
            Scope scope,
            long callBudget,
            Instant deadline) {
        return opening(
                id, purpose, person, agent, openedBy, openedAt, scope, callBudget, deadline, new Origin.ByPerson());
    }

    public static Task opening(
            Id id,
            String purpose,
            Id person,
            Name agent,
            Id openedBy,
            Instant openedAt,
            Scope scope,
            long callBudget,
            Instant deadline,
            Origin origin) {
        return new Task(
                id,
                purpose,
                person,
                agent,
                openedBy,
                openedAt,
                scope,
                callBudget,
                deadline,
                Set.of(),
                0,
                0,
                origin,
                Optional.empty());
    }

    public boolean open(Instant now) {
        return end.isEmpty() && now.isBefore(deadline);
    }

    /** How many tasks stand above it. */
    public int depth() {
        return origin.depth();
    }

    /** What is its own of its budget: what was not passed on. */
    public long callsOwn() {
        return callBudget - callsPassed;
    }

    Task with(End over) {
        return end.isPresent() ? this : changed(labels, callsLeased, callsPassed, Optional.of(over));
    }

    Set<Name> labelsWith(Set<Name> more) {
        var union = new TreeSet<>(labels);
        union.addAll(more);
        return union;
    }

    Task withLabels(Set<Name> more) {
        return changed(labelsWith(more), callsLeased, callsPassed, end);
    }

    Task withLeased(long calls) {
        return changed(labels, calls, callsPassed, end);
    }

    Task withPassed(long leased, long passed) {
        return changed(labels, leased, passed, end);
    }

    private Task changed(Set<Name> touched, long leased, long passed, Optional<End> over) {
        return new Task(
                id,
                purpose,
                person,
                agent,
                openedBy,
                openedAt,
                scope,
                callBudget,
                deadline,
                touched,
                leased,
                passed,
                origin,
                over);
    }
}
