package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Concerned;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.guard.Transition;
import dev.writ.guard.Verdict;
import dev.writ.policy.publish.PublishException;
import dev.writ.store.StoreError;
import dev.writ.vault.VaultError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * How every change goes. What gives authority: admitted, planned on the newest facts, recorded, then made. What takes
 * authority away: admitted without waiting, made, then recorded. Changes of the first kind run one at a time, so nothing
 * moves between a plan and its making; those of the second kind wait for nobody.
 */
final class Orders {
    private static final String PEER = "control";

    private final Guard guard;
    private final FourEyes fourEyes;
    private final Concerned concerned;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);

    Orders(Guard guard, FourEyes fourEyes, Concerned concerned) {
        this.guard = guard;
        this.fourEyes = fourEyes;
        this.concerned = concerned;
    }

    /** What a change comes to on the facts as they are when it is admitted. */
    sealed interface Plan<T> {
        /**
         * @param records are on disk before {@code making} runs
         * @param making an answer that is not done means that nothing was changed
         */
        record Go<T>(List<Transition> records, Supplier<Reply<T>> making) implements Plan<T> {
            Go(Transition record, Supplier<Reply<T>> making) {
                this(List.of(record), making);
            }
        }

        /** The plan, or that there cannot be one. */
        static <T> Plan<T> of(Reply<Plan<T>> planned) {
            return planned instanceof Reply.Done<Plan<T>>(var plan, var _)
                    ? plan
                    : new Stay<>(planned.then(_ -> new Reply.Unavailable<>("no plan")));
        }

        /** Nothing is changed, and why not is on record. */
        record Refuse<T>(Transition record, Reply<T> reply) implements Plan<T> {}

        /** Nothing to change: it is so already, or cannot be. */
        record Stay<T>(Reply<T> reply) implements Plan<T> {}
    }

    static Action.Administer administer(String operation, String target, Json.Obj payload) {
        return new Action.Administer(operation, target, payload);
    }

    <T> Reply<T> carry(Caller caller, Action action, Supplier<Plan<T>> planner) {
        return switch (used(guard.admit(new Attempt(caller, action)))) {
            case Used.No(var refusal) -> refused(refusal);
            case Used.Yes(var permit) -> {
                oneAtATime.lock();
                try {
                    yield settled(
                            permit,
                            () -> guard.changing(
                                    caller.tenant(), () -> together(caller, action, permit, planner.get())));
                } finally {
                    oneAtATime.unlock();
                }
            }
        };
    }

    /** Runs what belongs to a change that was carried out, with no other change in between. */
    <T> T inTurn(Supplier<T> work) {
        oneAtATime.lock();
        try {
            return work.get();
        } finally {
            oneAtATime.unlock();
        }
    }

    /** What was taken away, and how it is recorded. */
    record Taken<T>(Reply<T> reply, List<Transition> records) {}

    <T> Reply<T> takeAway(Caller caller, Action action, Supplier<Taken<T>> taking) {
        return switch (used(guard.admitAtOnce(new Attempt(caller, action)))) {
            case Used.No(var refusal) -> refused(refusal);
            case Used.Yes(var permit) ->
                settled(permit, () -> {
                    var taken = taking.get();
                    for (var record : taken.records()) guard.recordAfter(permit, record);
                    told(permit, taken.records());
                    return taken.reply();
                });
        };
    }

    private sealed interface Used {
        record Yes(Permit permit) implements Used {}

        record No(Refusal refusal) implements Used {}
    }

    private Used used(Verdict verdict) {
        return switch (verdict) {
            case Refusal refusal -> new Used.No(refusal);
            case Held held ->
                new Used.No(new Refusal(
                        held.decision(), new Refusal.NotAllowed("changes cannot be held"), Optional.empty()));
            case Permit permit ->
                guard.use(permit) instanceof Guard.Use.Stop(var reason)
                        ? new Used.No(stopped(permit, reason))
                        : new Used.Yes(permit);
        };
    }

    private Refusal stopped(Permit permit, Refusal.Reason reason) {
        guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, PEER, 0, reason.code()));
        return new Refusal(permit.decision(), reason, Optional.empty());
    }

    /** Carries a plan out, or keeps it for a second administrator where it takes two. */
    private <T> Reply<T> together(Caller caller, Action action, Permit permit, Plan<T> plan) {
        // What takes two is administered, by people; what an agent passes on is within its own task.
        if (plan instanceof Plan.Stay<T>
                || !(caller instanceof Caller.OfPerson person)
                || !(action instanceof Action.Administer administered)) return made(permit, plan);
        return switch (fourEyes.way(person, administered)) {
            case FourEyes.Way.Free _ -> made(permit, plan);
            case FourEyes.Way.Wait(var proposal) -> new Reply.Waiting<>(proposal.id(), proposal.until());
            case FourEyes.Way.Propose(var proposal, var record) ->
                made(permit, new Plan.Go<>(record, () -> new Reply.Done<>(fourEyes.keep(proposal))))
                        .then(kept -> kept
                                ? new Reply.Waiting<>(proposal.id(), proposal.until())
                                : new Reply.Conflict<>("too many changes wait for a second administrator already"));
            case FourEyes.Way.Together(var proposal, var record) ->
                made(permit, new Plan.Go<>(record, () -> new Reply.Done<>(Boolean.TRUE)))
                        .then(_ -> made(permit, plan))
                        .map(done -> {
                            fourEyes.over(proposal);
                            return done;
                        });
        };
    }

    private <T> Reply<T> made(Permit permit, Plan<T> plan) {
        return switch (plan) {
            case Plan.Stay<T>(var reply) -> reply;
            case Plan.Refuse<T>(var record, var reply) ->
                guard.record(permit, record)
                        ? reply
                        : new Reply.Unavailable<>("the ledger cannot be written; nothing was changed");
            case Plan.Go<T>(var records, var making) -> {
                for (int i = 0; i < records.size(); i++) {
                    if (guard.record(permit, records.get(i))) continue;
                    voided(permit, records.subList(0, i));
                    yield new Reply.Unavailable<>("the ledger cannot be written; nothing was changed");
                }
                Reply<T> reply;
                try {
                    reply = making.get();
                } catch (RuntimeException e) {
                    voided(permit, records);
                    throw e;
                }
                if (reply.obstacle().isPresent()) voided(permit, records);
                else told(permit, records);
                yield reply;
            }
        };
    }

    private void told(Permit permit, List<Transition> records) {
        if (!(permit.attempt().caller() instanceof Caller.OfPerson by)) return;
        for (var record : records) concerned.by(Optional.of(by.person()), by.tenant(), record);
    }

    /** What was recorded and then not done is said to be so. */
    private void voided(Permit permit, List<Transition> records) {
        for (var record : records) guard.recordAfter(permit, record.voided());
    }

    private <T> Reply<T> settled(Permit permit, Supplier<Reply<T>> change) {
        var outcome = Outcome.without(Outcome.Status.INDETERMINATE, PEER, 0, "the change ended unexpectedly");
        try {
            var reply = change.get();
            outcome = outcome(reply);
            return reply;
        } catch (StoreError | VaultError | PublishException e) {
            outcome = Outcome.without(Outcome.Status.ERROR, PEER, 0, "a part is down");
            return new Reply.Unavailable<>(String.valueOf(e.getMessage()));
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /** The sentence for the person may quote what the person wrote; the record has the case alone. */
    private static Outcome outcome(Reply<?> reply) {
        var detail =
                switch (reply) {
                    case Reply.Done<?> _ -> "";
                    case Reply.NotFound<?> _ -> "not found";
                    case Reply.Conflict<?> _ -> "conflict";
                    case Reply.Invalid<?> _ -> "breaks a rule";
                    case Reply.Forbidden<?> _ -> "not allowed";
                    case Reply.Unavailable<?> _ -> "a part is down";
                    case Reply.Waiting<?> _ -> "waits for a second administrator";
                };
        return Outcome.without(detail.isEmpty() ? Outcome.Status.DONE : Outcome.Status.NOT_SENT, PEER, 0, detail);
    }

    static <T> Reply<T> refused(Refusal refusal) {
        var decision = Optional.of(refusal.decision());
        return switch (refusal.reason()) {
            case Refusal.Unavailable(var what) -> new Reply.Unavailable<>(what);
            case Refusal.ByPolicy(var _, var why) -> new Reply.Forbidden<>(why, decision);
            case Refusal.NotAllowed(var why) -> new Reply.Forbidden<>(why, decision);
            case Refusal.NotPassedOn(var _, var why) -> new Reply.Forbidden<>(why, decision);
            case Refusal.NoEmergency(var why) -> new Reply.Forbidden<>(why, decision);
            case Refusal.BadArguments(var why) -> new Reply.Invalid<>(why);
            // Only agents' orders are answered so, and all of these are about tasks.
            case Refusal.Absent _ -> new Reply.NotFound<>("task with that id");
            case Refusal.TaskEnded ended ->
                new Reply.Forbidden<>("the task has ended (" + ended.how() + "): stop and tell the user", decision);
            case Refusal.Reason other -> new Reply.Forbidden<>(other.code(), decision);
        };
    }
}
