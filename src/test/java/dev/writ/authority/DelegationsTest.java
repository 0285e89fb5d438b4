package dev.writ.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.authority.Passing.Fault;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Disk;
import dev.writ.store.StoreError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked of a task, and in whatever order: what it passes on is never more than it has. */
class DelegationsTest extends AuthorityFixture {
    private static final int STEPS = 250;
    private static final Name HELPER = new Name("helper");

    private Part part(Name agent, long calls) {
        return new Part(
                agent, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), calls, Optional.empty());
    }

    private Passing pass(Task parent, Part part) {
        return pass(part.of(current(parent), ids.next("tsk"), alice, clock.instant()));
    }

    private Passing pass(Task child) {
        var consent = Delegations.consent(authority.snapshot(ACME), child, ids.next("con"));
        return consent.isEmpty()
                ? new Passing.Refused(Fault.CONSENT, "")
                : authority.delegations().pass(ACME, child, consent.get());
    }

    private Task passed(Task parent, Name agent, long calls) {
        if (pass(parent, part(agent, calls)) instanceof Passing.Passed(var child)) return child;
        throw new AssertionError("not passed on");
    }

    private static Fault fault(Passing passing) {
        if (passing instanceof Passing.Refused(var fault, var _)) return fault;
        throw new AssertionError(passing);
    }

    @Test
    void aPartHasWhatIsNotNamedAsTheTaskHasItAndTheTasksLabels() {
        authority.label(ACME, task.id(), Set.of(PERSONAL));
        var child = passed(task, HELPER, 40);
        assertThat(child.scope()).isEqualTo(task.scope());
        assertThat(child.deadline()).isEqualTo(task.deadline());
        assertThat(child.person()).isEqualTo(alice);
        assertThat(child.labels()).containsExactly(PERSONAL);
        assertThat(current(task).callsPassed()).isEqualTo(40);
        assertThat(authority.snapshot(ACME).consentOf(child.id()).orElseThrow().pins())
                .isEqualTo(authority
                        .snapshot(ACME)
                        .consentOf(task.id())
                        .orElseThrow()
                        .pins());
    }

    @Test
    void moreScopeDataTimeOrCallsThanTheTaskHasAreNotPassedOn() {
        var wide = new Scope(
                Set.of(SHOP, new Name("crm")),
                Optional.empty(),
                task.scope().categories(),
                task.scope().data());
        var allTools = new Scope(
                Set.of(SHOP),
                Optional.empty(),
                task.scope().categories(),
                task.scope().data());
        var moreData = new Scope(
                Set.of(SHOP), task.scope().tools(), task.scope().categories(), Set.of(PERSONAL, new Name("payment")));
        var moreKinds = new Scope(
                Set.of(SHOP), task.scope().tools(), Set.of(new Name("money"), new Name("external")), Set.of(PERSONAL));
        assertThat(fault(pass(like(task, wide, 1, Duration.ZERO)))).isEqualTo(Fault.SCOPE);
        assertThat(fault(pass(like(task, allTools, 1, Duration.ZERO)))).isEqualTo(Fault.SCOPE);
        assertThat(fault(pass(like(task, moreKinds, 1, Duration.ZERO)))).isEqualTo(Fault.SCOPE);
        assertThat(fault(pass(like(task, moreData, 1, Duration.ZERO)))).isEqualTo(Fault.DATA);
        assertThat(fault(pass(like(task, task.scope(), 1, Duration.ofMillis(1)))))
                .isEqualTo(Fault.DEADLINE);
        assertThat(fault(pass(like(task, task.scope(), 101, Duration.ZERO)))).isEqualTo(Fault.BUDGET);
        assertThat(authority.snapshot(ACME).tasks()).hasSize(1);
    }

    private Task like(Task parent, Scope scope, long calls, Duration longer) {
        return Task.opening(
                ids.next("tsk"),
                parent.purpose(),
                parent.person(),
                HELPER,
                alice,
                clock.instant(),
                scope,
                calls,
                parent.deadline().plus(longer),
                new Origin.OfTask(parent.id(), parent.depth() + 1));
    }

    @Test
    void anotherPersonPurposeOrPlaceInTheChainIsNotPassedOn() {
        var honest = like(task, task.scope(), 1, Duration.ZERO);
        var swapped = Task.opening(
                honest.id(),
                honest.purpose(),
                bob,
                HELPER,
                alice,
                clock.instant(),
                honest.scope(),
                1,
                honest.deadline(),
                honest.origin());
        var renamed = Task.opening(
                honest.id(),
                "pay everybody",
                alice,
                HELPER,
                alice,
                clock.instant(),
                honest.scope(),
                1,
                honest.deadline(),
                honest.origin());
        var higher = Task.opening(
                honest.id(),
                honest.purpose(),
                alice,
                HELPER,
                alice,
                clock.instant(),
                honest.scope(),
                1,
                honest.deadline(),
                new Origin.OfTask(task.id(), 2));
        var elsewhere = Task.opening(
                honest.id(),
                honest.purpose(),
                alice,
                HELPER,
                alice,
                clock.instant(),
                honest.scope(),
                1,
                honest.deadline(),
                new Origin.OfTask(ids.next("tsk"), 1));
        var consent = Delegations.consent(authority.snapshot(ACME), honest, ids.next("con"))
                .orElseThrow();
        assertThat(fault(authority.delegations().pass(ACME, swapped, consent))).isEqualTo(Fault.SUBJECT);
        assertThat(fault(authority.delegations().pass(ACME, renamed, consent))).isEqualTo(Fault.SUBJECT);
        assertThat(fault(authority.delegations().pass(ACME, higher, consent))).isEqualTo(Fault.DEPTH);
        assertThat(fault(authority.delegations().pass(ACME, elsewhere, consent)))
                .isEqualTo(Fault.OVER);
        assertThat(fault(authority.delegations().pass(OTHER, honest, consent))).isEqualTo(Fault.OVER);
        var wider = new Consent(
                consent.id(),
                honest.id(),
                alice,
                clock.instant(),
                Set.of(SHOP),
                consent.categories(),
                Set.of(PERSONAL),
                Map.of("shop/refund", ACTION, "shop/wipe", ACTION));
        assertThat(fault(authority.delegations().pass(ACME, honest, wider))).isEqualTo(Fault.CONSENT);
    }

    @Test
    void noAgentStandsTwiceInAChainAndNoChainIsLongerThanFour() {
        assertThat(fault(pass(task, part(BOT, 1)))).isEqualTo(Fault.CYCLE);
        var last = task;
        for (int depth = 1; depth <= Delegations.DEPTH_MAX; depth++) {
            last = passed(last, new Name("helper-" + depth), 50 - depth * 10 + 1);
            assertThat(fault(pass(last, part(BOT, 1)))).isIn(Fault.CYCLE, Fault.DEPTH);
        }
        assertThat(last.depth()).isEqualTo(4);
        assertThat(fault(pass(last, part(new Name("one-more"), 1)))).isEqualTo(Fault.DEPTH);
        assertThat(authority.snapshot(ACME).chain(last)).extracting(Task::depth).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void aLabelOfAPartIsOnEveryTaskAboveItAtOnceAndAlsoAfterItsEnd() {
        var child = passed(task, HELPER, 20);
        var below = passed(child, new Name("second"), 10);
        var sibling = passed(task, new Name("third"), 10);
        authority.label(ACME, below.id(), Set.of(PERSONAL));
        assertThat(current(task).labels()).containsExactly(PERSONAL);
        assertThat(current(child).labels()).containsExactly(PERSONAL);
        assertThat(current(sibling).labels()).isEmpty();
        authority.revoke(ACME, below.id(), alice, "done");
        authority.label(ACME, below.id(), Set.of(new Name("untrusted")));
        assertThat(current(task).labels()).contains(new Name("untrusted"));
        assertThat(passed(task, new Name("later"), 1).labels()).contains(new Name("untrusted"), PERSONAL);
    }

    @Test
    void whatIsPassedOnIsNotTheTasksOwnUntilItComesBack() {
        for (int i = 0; i < 30; i++) assertThat(reserved(task)).isTrue();
        var child = passed(task, HELPER, 60);
        assertThat(fault(pass(task, part(new Name("greedy"), 11)))).isEqualTo(Fault.BUDGET);
        for (int i = 0; i < 10; i++) assertThat(reserved(task)).isTrue();
        assertThat(reserved(task)).isFalse();
        for (int i = 0; i < 25; i++) assertThat(reserved(child)).isTrue();
        authority.revoke(ACME, child.id(), alice, "done");
        assertThat(current(task).callsPassed()).isEqualTo(25);
        for (int i = 0; i < 35; i++) assertThat(reserved(task)).as("call " + i).isTrue();
        assertThat(reserved(task)).isFalse();
        assertThat(authority.budgets().reserve(ACME, child.id())).isInstanceOf(Reserving.TaskOver.class);
    }

    private boolean reserved(Task on) {
        return authority.budgets().reserve(ACME, on.id()) instanceof Reserving.Reserved;
    }

    @Test
    void theEndOfATaskIsTheEndOfTheWholeTreeAndTellsWhy() {
        var heard = new ArrayList<Id>();
        authority.onRevoked(revocation -> {
            if (revocation instanceof Revocation.OfTask(var _, var ended)) heard.add(ended.id());
        });
        var child = passed(task, HELPER, 20);
        var below = passed(child, new Name("second"), 10);
        var other = passed(task, new Name("third"), 10);
        assertThat(authority.complete(ACME, child.id(), alice, "found it")).isInstanceOf(Stop.Stopped.class);
        assertThat(current(below).end().orElseThrow().why()).isEqualTo("the task above it ended: found it");
        assertThat(current(below).end().orElseThrow().ending()).isEqualTo(Task.Ending.REVOKED);
        assertThat(current(other).end()).isEmpty();
        authority.stopAgent(ACME, BOT, carol, "suspended");
        assertThat(current(other).end()).isPresent();
        assertThat(heard).containsExactly(child.id(), below.id(), task.id(), other.id());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void overRandomTreesAndOrdersAuthorityOnlyNarrowsAndLabelsOnlyGrow(long seed) {
        var random = new Random(seed);
        var all = new ArrayList<>(List.of(task, opened(new Name("bot-2"), bob, 900)));
        var charged = new HashMap<Id, Long>();
        var labels = new HashMap<Id, Set<Name>>();
        boolean broken = false;
        for (int i = 0; i < STEPS; i++) {
            if (random.nextInt(40) == 0) {
                if (broken) Disk.acceptWrites(store);
                else Disk.refuseWrites(store);
                broken = !broken;
            }
            try {
                step(random, all, charged);
            } catch (StoreError e) {
                assertThat(broken).isTrue();
            }
            holds(all, charged, labels);
        }
        if (broken) Disk.acceptWrites(store);
        authority.cutServer(ACME, SHOP);
        assertThat(all).hasSizeGreaterThan(7);
        holds(all, charged, labels);
    }

    private void step(Random random, List<Task> all, Map<Id, Long> charged) {
        var on = all.get(random.nextInt(all.size()));
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> {
                var wild = random.nextInt(3) == 0;
                var part = new Part(
                        new Name("agent-" + random.nextInt(8)),
                        wild ? Optional.of(Set.of(SHOP, new Name("crm"))) : Optional.empty(),
                        random.nextBoolean() ? Optional.of(Set.of("shop/refund")) : Optional.empty(),
                        random.nextInt(4) == 0 ? Optional.of(Set.of()) : Optional.empty(),
                        random.nextInt(4) == 0 ? Optional.of(Set.of(new Name("other"))) : Optional.empty(),
                        1 + random.nextInt(30),
                        random.nextBoolean()
                                ? Optional.of(clock.instant().plusSeconds(random.nextInt(40_000)))
                                : Optional.empty());
                if (pass(on, part) instanceof Passing.Passed(var child)) all.add(child);
            }
            case 4, 5, 6 -> {
                if (reserved(on)) charged.merge(on.id(), 1L, Long::sum);
            }
            case 7 -> authority.label(ACME, on.id(), Set.of(new Name("label-" + random.nextInt(6))));
            case 8 -> {
                if (on.depth() > 0 && random.nextBoolean()) authority.revoke(ACME, on.id(), alice, "stop");
            }
            default -> {
                clock.advance(Duration.ofSeconds(random.nextInt(200)));
                authority.expire();
            }
        }
    }

    private void holds(List<Task> all, Map<Id, Long> charged, Map<Id, Set<Name>> labels) {
        var now = authority.snapshot(ACME);
        for (var each : all) {
            var task = now.task(each.id()).orElseThrow();
            assertThat(task.labels()).containsAll(labels.getOrDefault(task.id(), Set.of()));
            labels.put(task.id(), task.labels());
            long below = now.tasks().values().stream()
                    .filter(part -> part.origin().parent().equals(Optional.of(task.id()))
                            && part.end().isEmpty())
                    .mapToLong(Task::callBudget)
                    .sum();
            assertThat(task.callsPassed()).isGreaterThanOrEqualTo(task.end().isPresent() ? 0 : below);
            task.origin().parent().flatMap(now::task).ifPresent(parent -> narrower(task, parent, now));
        }
        for (var root : all) {
            if (root.depth() > 0) continue;
            long calls = all.stream()
                    .filter(each -> now.chain(each).getFirst().id().equals(root.id()))
                    .mapToLong(each -> charged.getOrDefault(each.id(), 0L))
                    .sum();
            assertThat(calls).isLessThanOrEqualTo(root.callBudget());
        }
    }

    private static void narrower(Task task, Task parent, AuthoritySnapshot now) {
        assertThat(task.scope().within(parent.scope())).isTrue();
        assertThat(parent.scope().data()).containsAll(task.scope().data());
        assertThat(task.deadline()).isBeforeOrEqualTo(parent.deadline());
        assertThat(task.callBudget()).isLessThanOrEqualTo(parent.callBudget());
        assertThat(parent.labels()).containsAll(task.labels());
        assertThat(task.person()).isEqualTo(parent.person());
        assertThat(task.purpose()).isEqualTo(parent.purpose());
        assertThat(task.depth()).isEqualTo(parent.depth() + 1).isLessThanOrEqualTo(Delegations.DEPTH_MAX);
        if (parent.end().isPresent()) assertThat(task.end()).isPresent();
        var agents = now.chain(task).stream().map(Task::agent).toList();
        assertThat(new HashSet<>(agents)).hasSameSizeAs(agents);
        var mine = now.consentOf(task.id());
        var theirs = now.consentOf(parent.id());
        if (mine.isPresent() && theirs.isPresent())
            assertThat(theirs.get().pins().entrySet())
                    .containsAll(mine.get().pins().entrySet());
    }
}
