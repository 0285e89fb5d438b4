package dev.writ.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Disk;
import dev.writ.store.StoreError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AuthorityTest extends AuthorityFixture {
    @Test
    void aTaskIsOpenUntilItsDeadlineAndNotAMillisecondLonger() {
        assertThat(current(task).open(task.deadline().minusMillis(1))).isTrue();
        assertThat(current(task).open(task.deadline())).isFalse();
        assertThat(authority.snapshot(ACME).consentOf(task.id())).isPresent();
        assertThat(authority.open(ACME, task, consentTo(task))).isEqualTo(new Opening.AlreadyExists(task));
    }

    @Test
    void openingIsRefusedWithAForeignConsentAPastDeadlineOrTooMuchTime() {
        var fresh = taskFor(BOT, alice, 1);
        assertThat(authority.open(ACME, fresh, consentTo(task))).isInstanceOf(Opening.Refused.class);
        assertThat(authority.open(ACME, fresh, consentTo(taskFor(BOT, bob, 1)))).isInstanceOf(Opening.Refused.class);
        for (var deadline : List.of(clock.instant(), clock.instant().plus(Duration.ofDays(91)))) {
            var wrong =
                    Task.opening(ids.next("tsk"), "x", alice, BOT, alice, clock.instant(), fresh.scope(), 1, deadline);
            assertThat(authority.open(ACME, wrong, consentTo(wrong))).isInstanceOf(Opening.Refused.class);
        }
        assertThatThrownBy(() -> taskFor(BOT, alice, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatBelongsToATenantIsNotFoundInAnother() {
        var approval = approved(task, ACTION);
        assertThat(authority.snapshot(OTHER)).isEqualTo(AuthoritySnapshot.EMPTY);
        assertThat(authority.revoke(OTHER, task.id(), alice, "x")).isEqualTo(new Stop.NotFound());
        assertThat(authority.label(OTHER, task.id(), Set.of(PERSONAL))).isEqualTo(new Labelling.NotFound());
        assertThat(authority.budgets().reserve(OTHER, task.id())).isEqualTo(new Reserving.NotFound());
        assertThat(authority.budgets().used(OTHER, task.id())).isZero();
        var approvals = authority.approvals();
        assertThat(approvals.vote(OTHER, approval.id(), yes(bob, Proof.CLI, FINANCE)))
                .isEqualTo(new Voting.NotFound());
        assertThat(approvals.consume(OTHER, approval.id(), task.id(), ACTION)).isEqualTo(new Consumption.NotFound());
        assertThat(approvals.answerTo(OTHER, task.id(), ACTION)).isEqualTo(new Answer.None());
        assertThat(approvals.about(OTHER, approval.id())).isEmpty();
        assertThat(approvals.about(ACME, approval.id())).contains(Json.Obj.EMPTY);
        assertThat(approvals.replayConsumed(OTHER, approval.id())).isFalse();
        assertThat(authority.stopAgent(OTHER, BOT, alice, "x").ended()).isEmpty();
        assertThat(current(task).open(clock.instant())).isTrue();
    }

    @Test
    void theEndOfATaskVoidsItsApprovalsAndGrowsTheEpochAndIsToldOnce() {
        var told = new ArrayList<Revocation>();
        authority.onRevoked(told::add);
        var pending = asked(task, action("other"));
        var unused = approved(task, ACTION);
        long epoch = authority.epoch(ACME);
        var stopped = authority.revoke(ACME, task.id(), bob, "not needed any more");
        assertThat(stopped).isEqualTo(new Stop.Stopped(List.of(current(task)), Optional.empty()));
        assertThat(current(task).end().orElseThrow().ending()).isEqualTo(Task.Ending.REVOKED);
        assertThat(stateOf(pending)).isEqualTo(Approval.State.VOID);
        assertThat(stateOf(unused)).isEqualTo(Approval.State.VOID);
        assertThat(authority.epoch(ACME)).isEqualTo(epoch + 1);
        assertThat(told).containsExactly(new Revocation.OfTask(ACME, current(task)));
        assertThat(authority.complete(ACME, task.id(), bob, "done")).isEqualTo(new Stop.AlreadyEnded(current(task)));
        assertThat(told).hasSize(1);
    }

    @Test
    void stoppingAnAgentOrAPersonEndsTheirTasksAndNoOthers() {
        var told = new ArrayList<Revocation>();
        authority.onRevoked(told::add);
        var ofOther = opened(new Name("bot-2"), alice, 1);
        var ofBob = opened(new Name("bot-3"), bob, 1);
        assertThat(authority.stopAgent(ACME, BOT, carol, "misbehaved").ended()).containsExactly(current(task));
        assertThat(told.getFirst()).isEqualTo(new Revocation.OfAgent(ACME, BOT));
        assertThat(authority.stopPerson(ACME, alice, carol, "left").ended()).containsExactly(current(ofOther));
        assertThat(current(ofBob).open(clock.instant())).isTrue();
        assertThat(authority.stopEverything(ACME, carol, "restored").ended()).containsExactly(current(ofBob));
    }

    @Test
    void stoppingAPersonVoidsWhatThatPersonApprovedAndNobodyUsed() {
        var byBob = approved(task, ACTION);
        var used = approved(task, action("used"));
        authority.approvals().consume(ACME, used.id(), task.id(), action("used"));
        authority.stopPerson(ACME, bob, carol, "left");
        assertThat(stateOf(byBob)).isEqualTo(Approval.State.VOID);
        assertThat(stateOf(used)).isEqualTo(Approval.State.CONSUMED);
        assertThat(authority.approvals().consume(ACME, byBob.id(), task.id(), ACTION))
                .isEqualTo(new Consumption.NotUsable(Approval.State.VOID));
    }

    @Test
    void cuttingAServerGrowsTheEpochAndLeavesTasksOpen() {
        var told = new ArrayList<Revocation>();
        authority.onRevoked(told::add);
        long epoch = authority.epoch(ACME);
        authority.cutServer(ACME, SHOP);
        assertThat(authority.epoch(ACME)).isEqualTo(epoch + 1);
        assertThat(told).containsExactly(new Revocation.OfServer(ACME, SHOP));
        assertThat(current(task).open(clock.instant())).isTrue();
    }

    @Test
    void aRevocationIsInForceAndToldWhileTheDiskStands() throws Exception {
        var told = new CountDownLatch(1);
        authority.onRevoked(_ -> told.countDown());
        Thread revoking;
        try (var stall = Disk.stall(store)) {
            revoking = Thread.startVirtualThread(() -> authority.revoke(ACME, task.id(), bob, "stop"));
            told.await();
            assertThat(current(task).open(clock.instant())).isFalse();
            assertThat(authority.budgets().reserve(ACME, task.id())).isEqualTo(new Reserving.TaskOver());
        }
        revoking.join();
    }

    @Test
    void aRevocationHoldsWhenTheDiskFailsAndSaysThatItIsNotSaved() {
        var approval = approved(task, ACTION);
        Disk.refuseWrites(store);
        var stop = (Stop.Stopped) authority.revoke(ACME, task.id(), bob, "stop");
        assertThat(stop.unsaved()).isPresent();
        assertThat(current(task).open(clock.instant())).isFalse();
        assertThatThrownBy(() -> authority.approvals().consume(ACME, approval.id(), task.id(), ACTION))
                .isInstanceOf(StoreError.class);
        Disk.acceptWrites(store);
        assertThat(authority.approvals().consume(ACME, approval.id(), task.id(), ACTION))
                .isEqualTo(new Consumption.TaskOver());
    }

    @Test
    void aListenerThatFailsKeepsNeitherTheOthersNorTheDatabaseFromLearning() {
        var told = new ArrayList<Revocation>();
        authority.onRevoked(_ -> {
            throw new ArithmeticException("broken listener");
        });
        authority.onRevoked(told::add);
        assertThatThrownBy(() -> authority.revoke(ACME, task.id(), bob, "stop"))
                .isInstanceOf(ArithmeticException.class);
        assertThat(told).hasSize(1);
    }

    @Test
    void whatIsOverdueEndsWhenTheClockSaysSoAndIsTold() {
        var told = new ArrayList<Revocation>();
        authority.onRevoked(told::add);
        assertThat(authority.expire()).isEmpty();
        clock.advance(Duration.ofHours(8));
        assertThat(authority.expire()).hasSize(1);
        assertThat(current(task).end().orElseThrow().ending()).isEqualTo(Task.Ending.EXPIRED);
        assertThat(told).hasSize(1);
        assertThat(authority.expire()).isEmpty();
    }

    @Test
    void anEndedTaskIsRememberedForADayAndThenOnlyByTheDatabase() {
        authority.complete(ACME, task.id(), alice, "done");
        clock.advance(Duration.ofHours(24));
        var second = opened(BOT, alice, 1);
        assertThat(authority.snapshot(ACME).task(task.id())).isPresent();
        clock.advance(Duration.ofSeconds(1));
        opened(BOT, alice, 1);
        assertThat(authority.snapshot(ACME).task(task.id())).isEmpty();
        assertThat(authority.snapshot(ACME).consentOf(task.id())).isEmpty();
        assertThat(authority.snapshot(ACME).task(second.id())).isPresent();
    }

    @Test
    void labelsOnlyAccumulateAlsoAfterTheEnd() {
        authority.label(ACME, task.id(), Set.of(PERSONAL));
        authority.label(ACME, task.id(), Set.of(new Name("untrusted")));
        authority.complete(ACME, task.id(), alice, "done");
        authority.label(ACME, task.id(), Set.of(new Name("payment"), PERSONAL));
        assertThat(current(task).labels())
                .containsExactlyInAnyOrder(PERSONAL, new Name("untrusted"), new Name("payment"));
    }

    @Test
    void aLabelThatCannotBeSavedHoldsAndIsNotReportedAsSavedTheSecondTimeEither() {
        Disk.refuseWrites(store);
        for (int i = 0; i < 2; i++)
            assertThatThrownBy(() -> authority.label(ACME, task.id(), Set.of(PERSONAL)))
                    .isInstanceOf(StoreError.class);
        assertThat(current(task).labels()).containsExactly(PERSONAL);
        Disk.acceptWrites(store);
        assertThat(authority.label(ACME, task.id(), Set.of(PERSONAL))).isInstanceOf(Labelling.Labelled.class);
    }

    @Test
    void aScopeAndAConsentAllowWhatTheyNameAndNothingElse() {
        var scope = task.scope();
        assertThat(scope.allowsTool(SHOP, "refund")).isTrue();
        for (var tool : List.of("Refund", "refund ", "refun", "", "*", "shop/refund"))
            assertThat(scope.allowsTool(SHOP, tool)).isFalse();
        assertThat(scope.allowsTool(new Name("shop2"), "refund")).isFalse();
        assertThatThrownBy(() -> new Scope(Set.of(), Optional.of(Set.of("shop/refund")), Set.of(), Set.of()))
                .hasMessageContaining("does not hold the server");
        var consent = consentTo(task);
        var money = Set.of(new Name("money"));
        assertThat(consent.covers(SHOP, "shop/refund", money, Set.of(PERSONAL), ACTION))
                .isTrue();
        assertThat(consent.covers(new Name("mail"), "shop/refund", money, Set.of(PERSONAL), ACTION))
                .isFalse();
        assertThat(consent.covers(SHOP, "shop/refund", Set.of(new Name("write")), Set.of(), ACTION))
                .isFalse();
        assertThat(consent.covers(SHOP, "shop/refund", money, Set.of(new Name("payment")), ACTION))
                .isFalse();
        assertThat(consent.covers(SHOP, "shop/refund", money, Set.of(), action("changed")))
                .isFalse();
        assertThat(consent.covers(SHOP, "shop/other", money, Set.of(), ACTION)).isFalse();
    }
}
