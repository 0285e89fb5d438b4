package dev.writ.authority;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.store.Copies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One tenant's authority at one moment, immutable: open tasks, those that ended within the last {@link #KEPT}, their
 * consents and approvals. What is older is in the database only.
 *
 * @param epoch grows with every end, revocation and suspension, together with what they take away
 * @param consents by task
 * @param asked the newest approval for each question
 * @param mandates those that stand, and those that ended lately
 * @param emergencies every task that two people opened in an emergency, and what waits for the second one
 * @param suspension present while nobody of the tenant may act
 */
public record AuthoritySnapshot(
        long epoch,
        Map<Id, Task> tasks,
        Map<Id, Consent> consents,
        Map<Id, Approval> approvals,
        Map<Question, Id> asked,
        Map<Id, Mandate> mandates,
        Map<Id, Emergency> emergencies,
        Optional<Suspension> suspension) {
    public static final AuthoritySnapshot EMPTY =
            new AuthoritySnapshot(0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Optional.empty());

    /** An ended task's credentials are still told so for this long. */
    public static final Duration KEPT = Duration.ofHours(24);

    private static final Comparator<Approval> BY_AGE =
            Comparator.comparing(Approval::requestedAt).thenComparing(Approval::id);

    /** An action of a task. */
    public record Question(Id task, Digest action) {}

    public Optional<Task> task(Id id) {
        return Optional.ofNullable(tasks.get(id));
    }

    public Optional<Consent> consentOf(Id task) {
        return Optional.ofNullable(consents.get(task));
    }

    public Optional<Approval> approval(Id id) {
        return Optional.ofNullable(approvals.get(id));
    }

    /** Every approval that waits for votes, oldest first. */
    public List<Approval> pending(Instant now) {
        return approvals.values().stream()
                .filter(approval -> approval.state(now) == Approval.State.PENDING)
                .filter(approval ->
                        task(approval.task()).filter(task -> task.open(now)).isPresent())
                .sorted(BY_AGE)
                .toList();
    }

    /** What people have said about an action, as far as it fits the task as it is now. */
    public Answer answerTo(Id task, Digest action, Instant now) {
        var current = task(task);
        var approval = newest(task, action);
        if (current.isEmpty() || approval.isEmpty()) return new Answer.None();
        var found = approval.get();
        // A refusal stands even when further labels came: what was refused with less is refused with more.
        if (found.state() == Approval.State.REFUSED && now.isBefore(found.expiresAt()))
            return new Answer.Refused(found);
        if (!current.get().open(now) || !found.fits(current.get().labels())) return new Answer.None();
        return switch (found.state(now)) {
            case PENDING -> new Answer.Waiting(found, found.satisfied());
            case APPROVED -> new Answer.Approved(found, found.satisfied());
            case REFUSED, CONSUMED, EXPIRED, VOID -> new Answer.None();
        };
    }

    Optional<Approval> newest(Id task, Digest action) {
        return Optional.ofNullable(asked.get(new Question(task, action))).flatMap(this::approval);
    }

    /** A task and those above it, the first one first; without those that are long over. */
    public List<Task> chain(Task task) {
        if (task.origin().parent().isEmpty()) return List.of(task);
        var chain = new ArrayDeque<Task>(List.of(task));
        for (var above = task.origin().parent().flatMap(this::task);
                above.isPresent() && chain.size() <= Delegations.DEPTH_MAX;
                above = above.get().origin().parent().flatMap(this::task)) chain.addFirst(above.get());
        return List.copyOf(chain);
    }

    /** Whether a task and every one above it is open. */
    public boolean openWithAllAbove(Task task, Instant now) {
        var chain = chain(task);
        return chain.size() == task.depth() + 1 && chain.stream().allMatch(each -> each.open(now));
    }

    AuthoritySnapshot with(Mandate mandate) {
        return new AuthoritySnapshot(
                epoch,
                tasks,
                consents,
                approvals,
                asked,
                Copies.with(mandates, mandate.id(), mandate),
                emergencies,
                suspension);
    }

    AuthoritySnapshot changeMandate(Id id, UnaryOperator<Mandate> change) {
        return new AuthoritySnapshot(
                epoch,
                tasks,
                consents,
                approvals,
                asked,
                Copies.changed(mandates, id, change),
                emergencies,
                suspension);
    }

    AuthoritySnapshot with(Emergency emergency) {
        return new AuthoritySnapshot(
                epoch,
                tasks,
                consents,
                approvals,
                asked,
                mandates,
                Copies.with(emergencies, emergency.id(), emergency),
                suspension);
    }

    AuthoritySnapshot with(Optional<Suspension> now) {
        return new AuthoritySnapshot(epoch, tasks, consents, approvals, asked, mandates, emergencies, now);
    }

    AuthoritySnapshot withoutConsent(Id task) {
        return made(epoch, tasks, Copies.without(consents, task), approvals, asked);
    }

    private AuthoritySnapshot made(
            long now,
            Map<Id, Task> allTasks,
            Map<Id, Consent> allConsents,
            Map<Id, Approval> allApprovals,
            Map<Question, Id> newest) {
        return new AuthoritySnapshot(
                now, allTasks, allConsents, allApprovals, newest, mandates, emergencies, suspension);
    }

    AuthoritySnapshot withEpoch(long now) {
        return made(now, tasks, consents, approvals, asked);
    }

    AuthoritySnapshot with(Task task) {
        return made(epoch, Copies.with(tasks, task.id(), task), consents, approvals, asked);
    }

    AuthoritySnapshot with(Consent consent) {
        return made(epoch, tasks, Copies.with(consents, consent.task(), consent), approvals, asked);
    }

    /** With a new approval, which is the newest of its question from now on. */
    AuthoritySnapshot with(Approval approval) {
        return withAll(List.of(approval));
    }

    /** @param newer in the order in which they were asked */
    AuthoritySnapshot withAll(List<Approval> newer) {
        var all = new HashMap<>(approvals);
        var newest = new HashMap<>(asked);
        for (var approval : newer) {
            all.put(approval.id(), approval);
            newest.put(new Question(approval.task(), approval.action()), approval.id());
        }
        return made(epoch, tasks, consents, Map.copyOf(all), Map.copyOf(newest));
    }

    AuthoritySnapshot changeTask(Id id, UnaryOperator<Task> change) {
        return made(epoch, Copies.changed(tasks, id, change), consents, approvals, asked);
    }

    AuthoritySnapshot changeApproval(Id id, UnaryOperator<Approval> change) {
        return made(epoch, tasks, consents, Copies.changed(approvals, id, change), asked);
    }

    AuthoritySnapshot changeApprovals(UnaryOperator<Approval> change) {
        var changed = new HashMap<>(approvals);
        changed.replaceAll((_, approval) -> change.apply(approval));
        return made(epoch, tasks, consents, Map.copyOf(changed), asked);
    }

    /** Without what is over for longer than it is kept. */
    AuthoritySnapshot pruned(Instant now) {
        var since = now.minus(KEPT);
        var kept = new HashMap<>(tasks);
        kept.values()
                .removeIf(task ->
                        task.end().filter(end -> end.at().isBefore(since)).isPresent());
        var keptApprovals = new HashMap<>(approvals);
        keptApprovals
                .values()
                .removeIf(approval -> !kept.containsKey(approval.task())
                        || approval.expiresAt().isBefore(since));
        if (kept.size() == tasks.size() && keptApprovals.size() == approvals.size()) return this;
        var keptConsents = new HashMap<>(consents);
        keptConsents.keySet().retainAll(kept.keySet());
        var keptAsked = new HashMap<>(asked);
        keptAsked.values().retainAll(keptApprovals.keySet());
        return made(
                epoch, Map.copyOf(kept), Map.copyOf(keptConsents), Map.copyOf(keptApprovals), Map.copyOf(keptAsked));
    }
}
