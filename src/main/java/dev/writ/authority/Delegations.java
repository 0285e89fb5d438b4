package dev.writ.authority;

import dev.writ.authority.Passing.Fault;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.StoreError;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Tasks that pass a part of their authority on. A part is never more than what it is a part of: scope, data, budget,
 * time and consent; its labels are those of the task from the beginning, and every label of its own is the task's at
 * once ({@link Authority#label}). It ends with the task, at the latest.
 */
public final class Delegations {
    /** How many tasks may stand above one. */
    public static final int DEPTH_MAX = 4;
    /** How many parts of one task may be open. */
    public static final int OPEN_PARTS_MAX = 100;

    private static final String ENDED_ABOVE = "the task above it ended: ";

    private final Authority authority;
    private final InstantSource clock;

    Delegations(Authority authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** What the person consented to, as far as it is within a part of the task; empty when nothing stands. */
    public static Optional<Consent> consent(AuthoritySnapshot now, Task child, Id id) {
        return child.origin().parent().flatMap(now::consentOf).map(above -> {
            var scope = child.scope();
            var pins = above.pins().entrySet().stream()
                    .filter(pin -> allows(scope, pin.getKey()))
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
            return new Consent(
                    id,
                    child.id(),
                    above.person(),
                    child.openedAt(),
                    both(above.servers(), scope.servers()),
                    both(above.categories(), scope.categories()),
                    both(above.data(), scope.data()),
                    pins);
        });
    }

    private static boolean allows(Scope scope, String tool) {
        int slash = tool.indexOf('/');
        return scope.allowsTool(new Name(tool.substring(0, slash)), tool.substring(slash + 1));
    }

    private static java.util.Set<Name> both(java.util.Set<Name> one, java.util.Set<Name> other) {
        return one.stream().filter(other::contains).collect(Collectors.toUnmodifiableSet());
    }

    /** Why a part may not be passed on now, if that is so. */
    public Optional<Passing.Refused> fault(Name tenant, Task child) {
        return fault(authority.snapshot(tenant), tenant, child, clock.instant());
    }

    /** Opens a part of a task, and takes its budget out of the task's. */
    public Passing pass(Name tenant, Task child, Consent consent) {
        var parent = child.origin().parent().orElseThrow();
        var lowered = new AtomicBoolean();
        Passing passed;
        try {
            passed = authority.bookOf(tenant).command(now -> plan(now, tenant, child, consent, lowered));
        } catch (StoreError e) {
            // Nothing was passed on; while that is in doubt, the task goes without these calls.
            if (lowered.get() && e.code() != StoreError.Code.IN_DOUBT)
                authority.budgets().raise(tenant, parent, child.callBudget());
            throw e;
        }
        if (passed instanceof Passing.Passed) {
            inherit(tenant, parent, child.id());
            if (endedAbove(tenant, parent, child.id()))
                return new Passing.Refused(Fault.OVER, "the task has ended meanwhile");
        }
        return passed;
    }

    /** A revocation does not wait for the disk, so it may have come in while the part was being written. */
    private boolean endedAbove(Name tenant, Id parent, Id child) {
        var end = authority.snapshot(tenant).task(parent).flatMap(Task::end);
        end.ifPresent(over -> {
            var _ = authority.replayEnd(tenant, child, endAbove(over));
        });
        return end.isPresent();
    }

    private Plan<AuthoritySnapshot, Passing> plan(
            AuthoritySnapshot now, Name tenant, Task child, Consent consent, AtomicBoolean lowered) {
        var at = clock.instant();
        var known = now.task(child.id());
        if (known.isPresent()) return Plan.nothing(new Passing.AlreadyExists(known.get()));
        if (child.end().isPresent() || !child.labels().isEmpty() || child.callsLeased() != 0)
            return no(Fault.SCOPE, "a task begins open, without labels of its own and with nothing used");
        var fault = fault(now, tenant, child, at);
        if (fault.isPresent()) return Plan.nothing(fault.get());
        if (!now.consentOf(child.origin().parent().orElseThrow())
                .filter(above -> within(consent, child, above))
                .isPresent()) return no(Fault.CONSENT, "the person's consent does not go as far");
        var parent = now.task(child.origin().parent().orElseThrow()).orElseThrow();
        long own = parent.callsOwn() - child.callBudget();
        lowered.set(authority.budgets().lower(tenant, parent, child.callBudget()));
        if (!lowered.get()) return no(Fault.BUDGET, spent(parent, tenant));
        var labelled = child.withLabels(parent.labels());
        return new Plan<>(
                new Passing.Passed(labelled),
                List.of(
                        Changes.pruned(at),
                        Changes.opened(tenant, labelled),
                        Changes.consented(tenant, consent),
                        Changes.passed(tenant, parent.id(), Math.min(parent.callsLeased(), own), child.callBudget())));
    }

    private static Plan<AuthoritySnapshot, Passing> no(Fault fault, String why) {
        return Plan.nothing(new Passing.Refused(fault, why));
    }

    /** A label may have come while the part was being saved. */
    private void inherit(Name tenant, Id parent, Id child) {
        var now = authority.snapshot(tenant);
        var labels = now.task(parent).orElseThrow().labels();
        if (now.task(child).filter(part -> !part.labels().containsAll(labels)).isPresent())
            authority.label(tenant, child, labels);
    }

    private Optional<Passing.Refused> fault(AuthoritySnapshot now, Name tenant, Task child, Instant at) {
        var above = child.origin().parent().flatMap(now::task);
        if (above.isEmpty() || !now.openWithAllAbove(above.get(), at)) return refused(Fault.OVER, "the task is over");
        var parent = above.get();
        if (child.depth() != parent.depth() + 1 || child.depth() > DEPTH_MAX)
            return refused(Fault.DEPTH, "a task is passed on at most " + DEPTH_MAX + " times");
        if (!child.person().equals(parent.person()) || !child.purpose().equals(parent.purpose()))
            return refused(Fault.SUBJECT, "a part is for the same person and purpose as its task");
        if (now.chain(parent).stream().anyMatch(each -> each.agent().equals(child.agent())))
            return refused(Fault.CYCLE, "the agent " + child.agent() + " has passed this task on itself");
        if (!parent.scope().data().containsAll(child.scope().data()))
            return refused(Fault.DATA, "the task may not touch all of these data classes itself");
        if (!child.scope().within(parent.scope()))
            return refused(Fault.SCOPE, "the task may not use all of these servers, tools and categories itself");
        if (child.scope().servers().isEmpty()) return refused(Fault.SCOPE, "the scope holds no server");
        if (child.deadline().isAfter(parent.deadline()))
            return refused(Fault.DEADLINE, "the task itself ends before that");
        if (!child.open(at)) return refused(Fault.DEADLINE, "the deadline has passed");
        if (child.callBudget() > parent.callsOwn() - authority.budgets().used(tenant, parent.id()))
            return refused(Fault.BUDGET, spent(parent, tenant));
        if (now.consentOf(parent.id()).isEmpty())
            return refused(Fault.CONSENT, "the person's consent to the task does not stand");
        long open = now.tasks().values().stream()
                .filter(task -> task.origin().parent().equals(Optional.of(parent.id())) && task.open(at))
                .count();
        return open >= OPEN_PARTS_MAX
                ? refused(Fault.TOO_MANY, "the task has " + OPEN_PARTS_MAX + " open parts; end some")
                : Optional.empty();
    }

    private String spent(Task parent, Name tenant) {
        long left = Math.max(0, parent.callsOwn() - authority.budgets().used(tenant, parent.id()));
        return "the task has " + left + " calls left";
    }

    private static Optional<Passing.Refused> refused(Fault fault, String why) {
        return Optional.of(new Passing.Refused(fault, why));
    }

    private static boolean within(Consent part, Task child, Consent whole) {
        return part.task().equals(child.id())
                && part.person().equals(child.person())
                && whole.servers().containsAll(part.servers())
                && whole.categories().containsAll(part.categories())
                && whole.data().containsAll(part.data())
                && whole.pins().entrySet().containsAll(part.pins().entrySet());
    }

    /** The tasks that end, those above first: the ones meant, and every open one that hangs on one of them. */
    static List<Task> ending(AuthoritySnapshot now, Predicate<Task> meant, Task.End end) {
        var ended = new LinkedHashMap<Id, Task>();
        for (int depth = 0; depth <= DEPTH_MAX; depth++)
            for (var task : now.tasks().values()) {
                if (task.depth() != depth || task.end().isPresent()) continue;
                if (meant.test(task)) ended.put(task.id(), task.with(end));
                else if (task.origin().parent().filter(ended::containsKey).isPresent())
                    ended.put(task.id(), task.with(endAbove(end)));
            }
        return List.copyOf(ended.values());
    }

    private static Task.End endAbove(Task.End end) {
        var why = end.why().startsWith(ENDED_ABOVE) ? end.why() : ENDED_ABOVE + end.why();
        var ending = end.ending() == Task.Ending.EXPIRED ? Task.Ending.EXPIRED : Task.Ending.REVOKED;
        return new Task.End(ending, end.by(), end.at(), why.length() > 500 ? why.substring(0, 500) : why);
    }

    /** What ended parts did not use goes back to those tasks above them that stay open. */
    static List<Change<AuthoritySnapshot>> returned(Name tenant, List<Task> ended, Budgets budgets) {
        var unused = new LinkedHashMap<Id, Long>();
        var changes = new ArrayList<Change<AuthoritySnapshot>>();
        var over = ended.stream().collect(Collectors.toUnmodifiableMap(Task::id, task -> task));
        for (var task : ended.reversed()) {
            long own = budgets.closed(tenant, task);
            long below = unused.getOrDefault(task.id(), 0L);
            long back = Math.max(0, task.callBudget() - own - task.callsPassed() + below);
            var parent = task.origin().parent();
            if (parent.isEmpty()) continue;
            if (over.containsKey(parent.get())) unused.merge(parent.get(), back, Long::sum);
            else if (back > 0) {
                changes.add(Changes.returned(tenant, parent.get(), back));
                budgets.raise(tenant, parent.get(), back);
            }
        }
        return changes;
    }
}
