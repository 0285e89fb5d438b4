package dev.writ.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Disk;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ApprovalsTest extends AuthorityFixture {
    @Test
    void oneYesOfOneEligiblePersonApprovesOneUse() {
        var approval = asked(task, ACTION);
        assertThat(answer()).isEqualTo(new Answer.Waiting(approval, Set.of()));
        vote(approval.id(), yes(bob, Proof.CLI, FINANCE));
        assertThat(answer()).isInstanceOf(Answer.Approved.class);
        var used = (Consumption.Consumed) consume(approval);
        assertThat(used.satisfied()).containsExactly(FINANCE);
        assertThat(used.approval().state()).isEqualTo(Approval.State.CONSUMED);
        assertThat(consume(approval)).isEqualTo(new Consumption.NotUsable(Approval.State.CONSUMED));
        assertThat(answer()).isEqualTo(new Answer.None());
    }

    @Test
    void ofAHundredConcurrentUsesExactlyOneSucceeds() throws Exception {
        var approval = approved(task, ACTION);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Consumption> use = () -> consume(approval);
            int won = 0;
            for (var answer : callers.invokeAll(Collections.nCopies(100, use)))
                if (answer.get() instanceof Consumption.Consumed) won++;
                else assertThat(answer.get()).isEqualTo(new Consumption.NotUsable(Approval.State.CONSUMED));
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void aUseThatARevocationOvertakesOnItsWayToTheDiskIsNotAUse() throws Exception {
        var approval = approved(task, ACTION);
        var told = new CountDownLatch(1);
        authority.onRevoked(_ -> told.countDown());
        var use = new FutureTask<>(() -> consume(approval));
        var stop = new FutureTask<>(() -> authority.revoke(ACME, task.id(), carol, "stop"));
        try (var stall = Disk.stall(store)) {
            var using = Thread.startVirtualThread(use);
            // The disk is the only thing that it can wait for: then it is decided and not yet written.
            while (!using.getState().name().endsWith("WAITING")) Thread.onSpinWait();
            Thread.startVirtualThread(stop);
            told.await();
        }
        assertThat(use.get()).isEqualTo(new Consumption.TaskOver());
        assertThat(stop.get()).isInstanceOf(Stop.Stopped.class);
        assertThat(stateOf(approval)).isEqualTo(Approval.State.CONSUMED);
    }

    @Test
    void anApprovalFitsOnlyItsOwnActionAndTask() {
        var approval = approved(task, ACTION);
        var other = opened(BOT, alice, 1);
        var approvals = authority.approvals();
        assertThat(approvals.consume(ACME, approval.id(), task.id(), action("refund 11")))
                .isEqualTo(new Consumption.NotFound());
        assertThat(approvals.consume(ACME, approval.id(), other.id(), ACTION)).isEqualTo(new Consumption.NotFound());
        assertThat(approvals.answerTo(ACME, task.id(), action("refund 10.0"))).isEqualTo(new Answer.None());
        assertThat(approvals.answerTo(ACME, other.id(), ACTION)).isEqualTo(new Answer.None());
        assertThat(consume(approval)).isInstanceOf(Consumption.Consumed.class);
    }

    @Test
    void theSameQuestionIsAskedOnceUntilItIsUsedOrExpired() {
        var first = asked(task, ACTION);
        assertThat(request(question(task, ACTION, 1, Proof.CLI, true))).isEqualTo(new Asking.AlreadyAsked(first));
        vote(first.id(), yes(bob, Proof.CLI, FINANCE));
        assertThat(request(question(task, ACTION, 1, Proof.CLI, true))).isInstanceOf(Asking.AlreadyAsked.class);
        consume(first);
        var second = asked(task, ACTION);
        clock.advance(Approval.LIFETIME);
        assertThat(stateOf(second)).isEqualTo(Approval.State.EXPIRED);
        asked(task, ACTION);
    }

    @Test
    void aQuestionThatExpiredLongAgoAndIsForgottenCanBeAskedAgain() {
        var until = clock.instant().plus(Duration.ofDays(10));
        var lasting = Task.opening(ids.next("tsk"), "wait", alice, BOT, alice, clock.instant(), task.scope(), 1, until);
        assertThat(authority.open(ACME, lasting, consentTo(lasting))).isInstanceOf(Opening.Opened.class);
        var first = asked(lasting, ACTION);
        clock.advance(Duration.ofHours(30));
        opened(BOT, bob, 1);
        assertThat(authority.snapshot(ACME).approval(first.id())).isEmpty();
        asked(lasting, ACTION);
    }

    @Test
    void anApprovalIsGoodUntilItExpiresAndNotAMillisecondLonger() {
        var used = approved(task, ACTION);
        var late = approved(task, action("late"));
        clock.advance(Approval.LIFETIME.minusMillis(1));
        assertThat(consume(used)).isInstanceOf(Consumption.Consumed.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(authority.approvals().consume(ACME, late.id(), task.id(), action("late")))
                .isEqualTo(new Consumption.NotUsable(Approval.State.EXPIRED));
        assertThat(vote(late.id(), yes(carol, Proof.CLI, FINANCE)))
                .isEqualTo(new Voting.Closed(Approval.State.EXPIRED));
    }

    @Test
    void aNewLabelOnTheTaskAsksAgain() {
        var before = approved(task, ACTION);
        authority.label(ACME, task.id(), Set.of(new Name("untrusted")));
        assertThat(answer()).isEqualTo(new Answer.None());
        assertThat(consume(before)).isEqualTo(new Consumption.LabelsGrew());
        var stale = Approval.asking(
                ids.next("apr"),
                ACTION,
                task,
                List.copyOf(before.rules().values()),
                before.alternatives(),
                Set.of(),
                clock.instant());
        assertThat(request(stale)).isEqualTo(new Asking.LabelsGrew());
        approved(task, ACTION);
        assertThat(stateOf(before)).isEqualTo(Approval.State.VOID);
        assertThat(answer()).isInstanceOf(Answer.Approved.class);
    }

    @Test
    void aQuorumIsOfDistinctPersonsAndAPersonVotesOnce() {
        var approval = question(task, ACTION, 2, Proof.CLI, true);
        request(approval);
        vote(approval.id(), yes(bob, Proof.CLI, FINANCE));
        assertThat(vote(approval.id(), yes(bob, Proof.PASSKEY, FINANCE))).isEqualTo(new Voting.AlreadyVoted());
        assertThat(consume(approval)).isEqualTo(new Consumption.NotUsable(Approval.State.PENDING));
        vote(approval.id(), yes(carol, Proof.CLI, FINANCE));
        assertThat(consume(approval)).isInstanceOf(Consumption.Consumed.class);
    }

    @Test
    void partiesWeakerProofsAndOtherGroupsDoNotCount() {
        var approval = question(task, ACTION, 1, Proof.SESSION, true);
        request(approval);
        assertThat(vote(approval.id(), yes(alice, Proof.PASSKEY, FINANCE))).isEqualTo(new Voting.NotEligible());
        assertThat(vote(approval.id(), yes(bob, Proof.CLI, FINANCE))).isEqualTo(new Voting.NotEligible());
        assertThat(vote(approval.id(), yes(bob, Proof.PASSKEY, LEGAL))).isEqualTo(new Voting.NotEligible());
        assertThat(vote(approval.id(), yes(bob, Proof.PASSKEY))).isEqualTo(new Voting.NotEligible());
        assertThat(vote(approval.id(), no(bob, LEGAL))).isEqualTo(new Voting.NotEligible());
        assertThat(vote(approval.id(), yes(bob, Proof.PASSKEY, FINANCE))).isInstanceOf(Voting.Counted.class);
    }

    @Test
    void withoutSeparationAPartyMayApprove() {
        var approval = question(task, ACTION, 1, Proof.CLI, false);
        request(approval);
        assertThat(vote(approval.id(), yes(alice, Proof.CLI, FINANCE))).isInstanceOf(Voting.Counted.class);
    }

    @Test
    void anyOneOfTheAlternativesSufficesButAllOfItsGroups() {
        var approval = Approval.asking(
                ids.next("apr"),
                ACTION,
                task,
                List.of(
                        new GroupRule(FINANCE, 1, Proof.CLI, true),
                        new GroupRule(LEGAL, 1, Proof.CLI, true),
                        new GroupRule(new Name("board"), 1, Proof.CLI, true)),
                Set.of(Set.of(FINANCE, LEGAL), Set.of(new Name("board"))),
                Set.of(),
                clock.instant());
        request(approval);
        vote(approval.id(), yes(bob, Proof.CLI, FINANCE));
        assertThat(answer()).isInstanceOfSatisfying(Answer.Waiting.class, waiting -> assertThat(waiting.satisfied())
                .containsExactly(FINANCE));
        vote(approval.id(), yes(carol, Proof.CLI, LEGAL));
        assertThat(stateOf(approval)).isEqualTo(Approval.State.APPROVED);
    }

    @Test
    void oneNoRefusesAndTheAgentCannotAskAgainUntilThatExpires() {
        var approval = question(task, ACTION, 2, Proof.CLI, true);
        request(approval);
        vote(approval.id(), yes(bob, Proof.CLI, FINANCE));
        vote(approval.id(), no(carol, FINANCE));
        assertThat(answer()).isInstanceOf(Answer.Refused.class);
        authority.label(ACME, task.id(), Set.of(new Name("untrusted")));
        assertThat(answer()).isInstanceOf(Answer.Refused.class);
        assertThat(request(question(task, ACTION, 1, Proof.CLI, true))).isInstanceOf(Asking.AlreadyRefused.class);
        clock.advance(Approval.LIFETIME);
        asked(task, ACTION);
    }

    @Test
    void aFloodOfQuestionsIsCappedPerAgent() {
        for (int i = 0; i < Approvals.PENDING_MAX; i++) asked(task, action("a" + i));
        assertThat(request(question(task, ACTION, 1, Proof.CLI, true))).isEqualTo(new Asking.TooMany());
        var sameAgent = opened(BOT, bob, 1);
        assertThat(request(question(sameAgent, ACTION, 1, Proof.CLI, true))).isEqualTo(new Asking.TooMany());
        asked(opened(new Name("bot-2"), alice, 1), ACTION);
        assertThat(authority.snapshot(ACME).pending(clock.instant())).hasSize(Approvals.PENDING_MAX + 1);
    }

    @Test
    void nothingIsAskedVotedOrUsedForATaskThatIsOver() {
        var pending = asked(task, ACTION);
        var late = question(task, action("late"), 1, Proof.CLI, true);
        clock.advance(Duration.ofHours(8));
        assertThat(request(late)).isEqualTo(new Asking.TaskOver());
        assertThat(vote(pending.id(), yes(bob, Proof.CLI, FINANCE))).isInstanceOf(Voting.Closed.class);
        assertThat(consume(pending)).isEqualTo(new Consumption.TaskOver());
        assertThat(authority.snapshot(ACME).pending(clock.instant())).isEmpty();
    }

    @Test
    void replayingTheLedgerMarksAnApprovalAsUsedWhateverItsState() {
        var pending = asked(task, ACTION);
        assertThat(authority.approvals().replayConsumed(ACME, pending.id())).isTrue();
        assertThat(authority.approvals().replayConsumed(ACME, pending.id())).isTrue();
        assertThat(stateOf(pending)).isEqualTo(Approval.State.CONSUMED);
        assertThat(authority.approvals().replayConsumed(ACME, ids.next("apr"))).isFalse();
    }

    @Test
    void aQuestionIsBoundedAndBeginsEmpty() {
        var approval = question(task, ACTION, 1, Proof.CLI, true);
        var huge =
                Json.object().put("text", "x".repeat(Approvals.ABOUT_BYTES_MAX)).build();
        assertThatThrownBy(() -> authority.approvals().request(ACME, approval, huge))
                .isInstanceOf(IllegalArgumentException.class);
        var forged = approval.with(yes(bob, Proof.PASSKEY, FINANCE));
        assertThatThrownBy(() -> request(forged)).isInstanceOf(IllegalArgumentException.class);
    }

    private Asking request(Approval approval) {
        return authority.approvals().request(ACME, approval, Json.Obj.EMPTY);
    }

    private Answer answer() {
        return authority.approvals().answerTo(ACME, task.id(), ACTION);
    }

    private Consumption consume(Approval approval) {
        return authority.approvals().consume(ACME, approval.id(), task.id(), ACTION);
    }
}
