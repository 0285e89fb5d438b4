package dev.writ.guard;

import dev.writ.authority.Authority;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.policy.Decision;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * Admits or refuses that an agent passes a part of its task on to another agent. What a task cannot give is refused
 * before policy is asked; policy says who may pass on to whom at all.
 */
final class DelegationAdmission {
    private final Standings standings;
    private final Policies policies;
    private final Authority authority;
    private final Recorder recorder;
    private final Evidence evidence;
    private final Refusals refusals;
    private final Ids ids;
    private final InstantSource clock;

    DelegationAdmission(
            Standings standings,
            Policies policies,
            Authority authority,
            Recorder recorder,
            Evidence evidence,
            Refusals refusals,
            Ids ids,
            InstantSource clock) {
        this.standings = standings;
        this.policies = policies;
        this.authority = authority;
        this.recorder = recorder;
        this.evidence = evidence;
        this.refusals = refusals;
        this.ids = ids;
        this.clock = clock;
    }

    static boolean decides(Action action) {
        return action instanceof Action.Delegate || action instanceof Action.EndTask;
    }

    Verdict admit(Caller.OfAgent caller, Attempt attempt) {
        var now = clock.instant();
        return switch (standings.under(caller, now)) {
            case Standings.Acting.No(var reason, var brief) -> {
                var payload = Payload.of(attempt.action());
                var digest = ActionDigests.ofUnknownStanding(caller, attempt.action(), payload);
                yield refusals.refuse(
                        matter(ids.next("dec"), now, attempt, payload, digest, Optional.empty(), Optional.empty(), NOT),
                        reason,
                        brief);
            }
            case Standings.Acting.Yes(var under) ->
                attempt.action() instanceof Action.Delegate wanted
                        ? admit(under, attempt, wanted)
                        : ending(under, attempt);
        };
    }

    /** What an agent passed on it may take back, whatever the policies say; everybody else's task is not there. */
    private Verdict ending(Under under, Attempt attempt) {
        var payload = Payload.of(attempt.action());
        var digest = ActionDigests.of(under, attempt.action(), payload);
        var matter = matter(
                ids.next("dec"), under.now(), attempt, payload, digest, Optional.of(under), Optional.empty(), NOT);
        return attempt.action() instanceof Action.EndTask wanted && below(under, wanted)
                ? permitted(matter, under)
                : refusals.refuse(matter, new Refusal.Absent(), Optional.of(under.brief()));
    }

    private boolean below(Under under, Action.EndTask wanted) {
        var given = authority.snapshot(under.caller().tenant());
        var own = under.task().id();
        return wanted.above().equals(own)
                && !wanted.below().equals(own.text())
                && given.tasks().values().stream()
                        .filter(task -> task.id().text().equals(wanted.below()))
                        .anyMatch(task -> given.chain(task).stream()
                                .anyMatch(above -> above.id().equals(own)));
    }

    private static final Evidence.Judged NOT = Evidence.Judged.NOT;

    private Verdict admit(Under under, Attempt attempt, Action.Delegate wanted) {
        var payload = Payload.of(wanted);
        var digest = ActionDigests.of(under, wanted, payload);
        var decision = ids.next("dec");
        var obstacle = obstacle(under, wanted);
        if (obstacle.isPresent())
            return refusals.refuse(
                    matter(decision, under.now(), attempt, payload, digest, Optional.of(under), Optional.empty(), NOT),
                    obstacle.get(),
                    Optional.of(under.brief()));
        var live = policies.current(under.caller().tenant());
        var question = Questions.delegate(under, wanted);
        var asked = Optional.of(Asked.of(question));
        if (live.isEmpty())
            return refusals.refuse(
                    matter(decision, under.now(), attempt, payload, digest, Optional.of(under), asked, NOT),
                    new Refusal.Unavailable("no policy set is in force"),
                    Optional.of(under.brief()));
        var answer = live.get().set().decide(question);
        var judged = new Evidence.Judged(live.get().bundle().toString(), answer.determining(), answer.errors());
        var matter = matter(decision, under.now(), attempt, payload, digest, Optional.of(under), asked, judged);
        return switch (answer) {
            case Decision.Allow _ -> permitted(matter, under);
            case Decision.Deny deny ->
                refusals.refuse(
                        matter,
                        new Refusal.ByPolicy(deny.determining(), deny.reason().text()),
                        Optional.of(under.brief()));
            case Decision.Ask _ ->
                refusals.refuse(
                        matter,
                        new Refusal.NotAllowed("passing a task on cannot wait for an approval"),
                        Optional.of(under.brief()));
        };
    }

    private Verdict permitted(Evidence.Matter matter, Under under) {
        var intent = evidence.intent(matter, Optional.empty(), Set.of());
        if (!recorder.durable(intent))
            return new Refusal(
                    matter.decision(),
                    new Refusal.Unavailable("the ledger cannot be written"),
                    Optional.of(under.brief()));
        return new Permit(
                matter.decision(),
                intent.id(),
                matter.attempt(),
                matter.payload().digest(),
                matter.now().plus(AgentAdmission.PERMIT_LIFETIME),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<Refusal.Reason> obstacle(Under under, Action.Delegate wanted) {
        if (!wanted.task().equals(under.task().id())) return Optional.of(new Refusal.Absent());
        var to = under.world().registry().agent(wanted.part().agent());
        boolean acts = to.filter(agent -> agent.mayAct(under.now()))
                .flatMap(agent -> under.world().registry().person(agent.owner()))
                .filter(owner -> owner.active())
                .isPresent();
        if (!acts) return Optional.of(new Refusal.NotPassedOn("agent", "there is no such agent that may act"));
        Task child;
        try {
            child = wanted.part().of(under.task(), wanted.child(), under.task().openedBy(), under.now());
        } catch (IllegalArgumentException e) {
            return Optional.of(new Refusal.BadArguments(String.valueOf(e.getMessage())));
        }
        return authority
                .delegations()
                .fault(under.caller().tenant(), child)
                .map(refused -> new Refusal.NotPassedOn(refused.fault().code(), refused.why()));
    }

    private static Evidence.Matter matter(
            Id decision,
            Instant now,
            Attempt attempt,
            Payload payload,
            ActionDigest digest,
            Optional<Ground> ground,
            Optional<Asked> asked,
            Evidence.Judged judged) {
        return new Evidence.Matter(decision, now, attempt, payload, digest, ground, asked, judged);
    }
}
