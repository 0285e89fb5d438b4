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
        if (callsLeased < 0 || callsLeased > callBudget)
            throw new IllegalArgumentException("more calls leased than the budget holds");
        openedAt = openedAt.truncatedTo(ChronoUnit.MILLIS);
        deadline = deadline.truncatedTo(ChronoUnit.MILLIS);
        labels = Set.copyOf(labels);
        if (labels.size() > LABELS_MAX) throw new IllegalArgumentException("more than " + LABELS_MAX + " labels");
    }

    /** A task as it is opened: nothing touched, nothing used. */
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
                Optional.empty());
    }

    public boolean open(Instant now) {
        return end.isEmpty() && now.isBefore(deadline);
    }

    Task with(End over) {
        if (end.isPresent()) return this;
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
                labels,
                callsLeased,
                Optional.of(over));
    }

    Set<Name> labelsWith(Set<Name> more) {
        var union = new TreeSet<>(labels);
        union.addAll(more);
        return union;
    }

    Task withLabels(Set<Name> more) {
        var union = labelsWith(more);
        return new Task(
                id, purpose, person, agent, openedBy, openedAt, scope, callBudget, deadline, union, callsLeased, end);
    }

    Task withLeased(long calls) {
        return new Task(
                id, purpose, person, agent, openedBy, openedAt, scope, callBudget, deadline, labels, calls, end);
    }
}
