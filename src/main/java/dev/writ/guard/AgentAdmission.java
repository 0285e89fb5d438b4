package dev.writ.guard;

import dev.writ.authority.Answer;
import dev.writ.authority.Approval;
import dev.writ.authority.Asking;
import dev.writ.authority.Authority;
import dev.writ.authority.Consumption;
import dev.writ.authority.GroupRule;
import dev.writ.authority.Reservation;
import dev.writ.authority.Reserving;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.policy.Arguments;
import dev.writ.policy.Decision;
import dev.writ.policy.Question;
import dev.writ.store.StoreError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Admits or refuses what agents attempt. The order is fixed: standing, the tool's state, its own schema, policy, budget,
 * approval, labels, intent on disk. Whatever fails on the way refuses, and the refusal is recorded.
 */
final class AgentAdmission {
    /** How long a permit waits to be used. */
    static final Duration PERMIT_LIFETIME = Duration.ofSeconds(30);

    private static final int JUDGED_AGAIN_MAX = 3;

    private final Standings standings;
    private final Policies policies;
    private final Authority authority;
    private final Recorder recorder;
    private final Evidence evidence;
    private final Refusals refusals;
    private final Ids ids;
    private final InstantSource clock;

    AgentAdmission(
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

    /** One attempt on its way to a verdict. */
    private record Case(
            Id decision,
            Instant now,
            Attempt attempt,
            Standing standing,
            Optional<World.Callable> callable,
            Question question,
            ActionDigest digest) {
        Name tenant() {
            return standing.tenant();
        }

        Id task() {
            return standing.task().id();
        }

        Evidence.Matter matter(Evidence.Judged judged) {
            return new Evidence.Matter(
                    decision, now, attempt, digest, Optional.of(standing), Optional.of(question), judged);
        }
    }

    Verdict admit(Caller.OfAgent caller, Attempt attempt) {
        var now = clock.instant();
        if (!(attempt.action() instanceof Action.OnServer action))
            return refuse(caller, attempt, now, new Refusal.NotAllowed("agents do not administer"), Optional.empty());
        return switch (standings.of(caller, action.server(), now)) {
            case Standings.Found.No(var reason, var brief) -> refuse(caller, attempt, now, reason, brief);
            case Standings.Found.Yes(var standing) ->
                switch (action) {
                    case Action.CallTool call -> call(standing, attempt, call, 1);
                    case Action.ReadResource read ->
                        judge(open(standing, attempt, Questions.resource(standing, read.uri())), 1);
                    case Action.GetPrompt get ->
                        judge(open(standing, attempt, Questions.prompt(standing, get.prompt())), 1);
                    case Action.Complete complete ->
                        judge(
                                open(
                                        standing,
                                        attempt,
                                        complete.ofPrompt()
                                                ? Questions.prompt(standing, complete.ref())
                                                : Questions.resource(standing, complete.ref())),
                                1);
                    case Action.DiscoverServer _, Action.ListItems _, Action.SetLogLevel _ ->
                        judge(open(standing, attempt, Questions.server(standing)), 1);
                };
        };
    }

    private Verdict call(Standing standing, Attempt attempt, Action.CallTool call, int round) {
        var callable = standing.world().callable(call.server(), call.tool());
        if (callable.isEmpty() || !visible(standing, callable.get()))
            return refuse(standing, attempt, new Refusal.Absent());
        switch (callable.get().tool().state()) {
            case QUARANTINED -> {
                return refuse(standing, attempt, new Refusal.Quarantined());
            }
            case PENDING, GONE -> {
                return refuse(standing, attempt, new Refusal.Absent());
            }
            case APPROVED -> {}
        }
        var violation = callable.get().schema().violation(call.input());
        if (violation.isPresent()) return refuse(standing, attempt, new Refusal.BadArguments(violation.get()));
        return switch (callable.get().action().arguments(call.input())) {
            case Arguments.Refused(var argument, var reason) ->
                refuse(standing, attempt, new Refusal.BadArguments("argument " + argument + ": " + reason));
            case Arguments.Typed(var input, var forward) -> {
                var question = Questions.call(standing, callable.get(), input);
                yield judge(open(standing, attempt.with(call.forwarding(forward)), callable, question), round);
            }
        };
    }

    /** Whether the task's scope holds the tool and some arguments could make its call permitted. */
    boolean visible(Standing standing, World.Callable callable) {
        var tool = callable.tool();
        return standing.task().scope().allowsTool(tool.server(), tool.name().text())
                && policies.current(standing.tenant())
                        .map(live -> live.set().mayPermit(Questions.anyCall(standing, callable)))
                        .orElse(false);
    }

    /** Whether policy could permit something that has no arguments of its own. */
    boolean visible(Standing standing, Question question) {
        return policies.current(standing.tenant())
                .map(live -> live.set().mayPermit(question))
                .orElse(false);
    }

    private Verdict judge(Case about, int round) {
        var live = policies.current(about.tenant());
        if (live.isEmpty())
            return refuse(about, Evidence.Judged.NOT, new Refusal.Unavailable("no policy set is in force"));
        var decision = live.get().set().decide(about.question());
        var judged = judged(live.get(), decision);
        return switch (decision) {
            case Decision.Allow _ -> permit(about, judged, Optional.empty());
            case Decision.Deny(var determining, var _, var reason) -> deny(about, judged, determining, reason);
            case Decision.Ask ask -> ask(about, live.get(), judged, ask, round);
        };
    }

    private Verdict deny(Case about, Evidence.Judged judged, List<String> determining, Decision.Reason reason) {
        // A tool is known to its caller from the list; a server, resource or prompt that policy denies is not there.
        boolean known = about.callable().isPresent();
        return refuse(about, judged, known ? new Refusal.ByPolicy(determining, reason.text()) : new Refusal.Absent());
    }

    private Verdict ask(Case about, Policies.Live live, Evidence.Judged judged, Decision.Ask ask, int round) {
        var digest = about.digest().digest();
        return switch (authority.approvals().answerTo(about.tenant(), about.task(), digest)) {
            case Answer.Approved(var approval, var satisfied) -> approved(about, live, ask, approval, satisfied, round);
            case Answer.Refused(var approval) ->
                refuse(
                        about,
                        judged,
                        Asks.refused(approval, about.standing().world().registry()));
            case Answer.Waiting(var approval, var _) -> hold(about, judged, ask, approval);
            case Answer.None _ -> askPeople(about, judged, ask, round);
        };
    }

    /** People said yes to exactly this: decide again with what they said, and use it up. */
    private Verdict approved(
            Case about, Policies.Live live, Decision.Ask ask, Approval approval, Set<Name> satisfied, int round) {
        var groups = new TreeSet<>(satisfied);
        boolean consented = groups.remove(Asks.TASK_PERSON)
                || about.callable().map(about.standing()::consented).orElseGet(about.standing()::consented);
        var question = Questions.with(about.question(), groups, consented);
        var decision = live.set().decide(question);
        var judged = judged(live, decision);
        if (!(decision instanceof Decision.Allow)) return askPeople(about, judged, ask, round);
        var decided = new Case(
                about.decision(),
                about.now(),
                about.attempt(),
                about.standing(),
                about.callable(),
                question,
                about.digest());
        return permit(decided, judged, Optional.of(approval));
    }

    private Verdict askPeople(Case about, Evidence.Judged judged, Decision.Ask ask, int round) {
        var alternatives = Asks.alternatives(ask);
        var rules = Asks.rules(alternatives, about.standing().world().registry());
        var askable = alternatives.stream()
                .filter(set -> rules.stream()
                        .map(GroupRule::name)
                        .collect(Collectors.toSet())
                        .containsAll(set))
                .collect(Collectors.toSet());
        if (askable.isEmpty())
            return refuse(about, judged, new Refusal.ByPolicy(ask.determining(), "nobody exists who could approve it"));
        var approval = Approval.asking(
                ids.next("apr"),
                about.digest().digest(),
                about.standing().task(),
                rules,
                askable,
                about.standing().parties(),
                about.now());
        var shown = Asks.shown(about.standing(), about.attempt().action(), about.digest(), about.decision());
        if (shown.isEmpty())
            return refuse(about, judged, new Refusal.BadArguments("too large to be shown to a person for approval"));
        return switch (authority.approvals().request(about.tenant(), approval, shown.get())) {
            case Asking.Asked(var asked) -> {
                recorder.begin(
                        about.tenant(),
                        evidence.transition(
                                "approval",
                                "requested",
                                about.tenant(),
                                about.now(),
                                Asks.requested(asked, about.decision())));
                yield hold(about, judged, ask, asked);
            }
            case Asking.AlreadyAsked(var asked) -> hold(about, judged, ask, asked);
            case Asking.AlreadyRefused(var refused) ->
                refuse(
                        about,
                        judged,
                        Asks.refused(refused, about.standing().world().registry()));
            case Asking.TooMany _ ->
                refuse(about, judged, new Refusal.NotAllowed("too many approvals of this agent wait already"));
            case Asking.LabelsGrew _, Asking.TaskOver _ -> again(about, judged, round);
        };
    }

    /** Something changed while we decided: decide anew on the newest facts, a bounded number of times. */
    private Verdict again(Case about, Evidence.Judged judged, int round) {
        if (round >= JUDGED_AGAIN_MAX)
            return refuse(about, judged, new Refusal.Unavailable("the task changes faster than it can be decided"));
        var caller = about.standing().caller();
        return switch (standings.of(caller, about.standing().server().name(), clock.instant())) {
            case Standings.Found.No(var reason, var _) -> refuse(about, judged, reason);
            case Standings.Found.Yes(var standing) ->
                about.attempt().action() instanceof Action.CallTool call
                        ? call(standing, about.attempt(), call, round + 1)
                        : refuse(about, judged, new Refusal.Unavailable("the task changed while it was decided"));
        };
    }

    private Verdict permit(Case about, Evidence.Judged judged, Optional<Approval> approval) {
        try {
            return switch (charge(about)) {
                case Charge.No(var reason) -> refuse(about, judged, reason);
                case Charge.Yes(var reservation) -> {
                    var verdict = charged(about, judged, approval, reservation);
                    if (!(verdict instanceof Permit))
                        reservation.ifPresent(r -> authority.budgets().settle(r, false));
                    yield verdict;
                }
            };
        } catch (StoreError e) {
            return refuse(about, judged, new Refusal.Unavailable("the store cannot be written"));
        }
    }

    private Verdict charged(
            Case about, Evidence.Judged judged, Optional<Approval> approval, Optional<Reservation> reservation) {
        var used = Optional.<Evidence.Used>empty();
        if (approval.isPresent()) {
            var given = recorder.given(about.tenant(), approval.get().id());
            if (given.isEmpty())
                return refuse(about, judged, new Refusal.Unavailable("the ledger does not show the approval"));
            // Before the intent: a crash in between leaves it used, never usable twice.
            var consumption = authority
                    .approvals()
                    .consume(
                            about.tenant(),
                            approval.get().id(),
                            about.task(),
                            about.digest().digest());
            if (!(consumption instanceof Consumption.Consumed(var consumed, var groups)))
                return again(about, judged, JUDGED_AGAIN_MAX - 1);
            used = Optional.of(Asks.used(consumed, given.get(), groups));
            recorder.begin(
                    about.tenant(),
                    evidence.transition(
                            "approval",
                            "consumed",
                            about.tenant(),
                            about.now(),
                            Asks.consumed(consumed, about.decision())));
        }
        label(about);
        var intent = evidence.intent(about.matter(judged), used);
        if (!recorder.durable(about.tenant(), intent)) return noEvidence(about.decision(), about.standing());
        return new Permit(
                about.decision(),
                intent.id(),
                about.attempt(),
                Digest.of(about.attempt().action().payloadBytes()),
                about.now().plus(PERMIT_LIFETIME),
                Optional.of(ActionDigests.target(about.standing().server())),
                reservation);
    }

    private sealed interface Charge {
        record Yes(Optional<Reservation> reservation) implements Charge {}

        record No(Refusal.Reason reason) implements Charge {}
    }

    /** Charges the task's budget for what has an effect or brings data; lists and handshakes are free. */
    private Charge charge(Case about) {
        boolean free =
                switch (about.attempt().action()) {
                    case Action.CallTool _, Action.ReadResource _, Action.GetPrompt _ -> false;
                    default -> true;
                };
        if (free) return new Charge.Yes(Optional.empty());
        return switch (authority.budgets().reserve(about.tenant(), about.task())) {
            case Reserving.Reserved(var reservation) -> new Charge.Yes(Optional.of(reservation));
            case Reserving.Exhausted _ ->
                new Charge.No(new Refusal.BudgetSpent(about.standing().task().callBudget()));
            case Reserving.TaskOver _, Reserving.NotFound _ -> new Charge.No(over(about));
        };
    }

    /** Why a task that was open when we began is over now. */
    private Refusal.Reason over(Case about) {
        return standings.of(about.standing().caller(), about.standing().server().name(), clock.instant())
                        instanceof Standings.Found.No(var reason, var _)
                ? reason
                : new Refusal.TaskEnded("ended", Optional.empty(), about.now(), "");
    }

    /** What the answer will bring is on the task before the first byte of it comes back. */
    private void label(Case about) {
        var labels = new HashSet<Name>();
        switch (about.attempt().action()) {
            case Action.CallTool _ ->
                about.callable()
                        .ifPresent(tool ->
                                labels.addAll(tool.pin().classification().labels()));
            // Nobody has declared what a resource or prompt carries.
            case Action.ReadResource _, Action.GetPrompt _ -> labels.add(dev.writ.registry.Classification.UNTRUSTED);
            default -> {}
        }
        if (!about.standing().task().labels().containsAll(labels))
            authority.label(about.tenant(), about.task(), labels);
    }

    private Verdict hold(Case about, Evidence.Judged judged, Decision.Ask ask, Approval approval) {
        if (!refusals.roomForHold(
                about.standing().caller(), about.attempt().action().payloadBytes().length))
            return refuse(
                    about,
                    judged,
                    new Refusal.Unavailable("asked too often; wait for approval "
                            + approval.id().brief()));
        var draft = evidence.hold(about.matter(judged), approval.id());
        if (!recorder.durable(about.tenant(), draft)) return noEvidence(about.decision(), about.standing());
        return new Held(
                about.decision(),
                approval.id(),
                Asks.of(approval),
                approval.expiresAt(),
                ask.determining(),
                about.standing().brief(),
                Asks.misfit(
                        authority.snapshot(about.tenant()),
                        about.task(),
                        about.digest().digest(),
                        about.now()));
    }

    private Refusal refuse(Case about, Evidence.Judged judged, Refusal.Reason reason) {
        return refusals.refuse(
                about.matter(judged), reason, Optional.of(about.standing().brief()));
    }

    private Refusal refuse(Standing standing, Attempt attempt, Refusal.Reason reason) {
        var digest = ActionDigests.of(standing, attempt.action(), Optional.empty());
        return refusals.refuse(
                new Evidence.Matter(
                        ids.next("dec"),
                        standing.now(),
                        attempt,
                        digest,
                        Optional.of(standing),
                        Optional.empty(),
                        Evidence.Judged.NOT),
                reason,
                Optional.of(standing.brief()));
    }

    Refusal refuse(
            Caller.OfAgent caller, Attempt attempt, Instant now, Refusal.Reason reason, Optional<TaskBrief> brief) {
        var digest = ActionDigests.ofUnknownStanding(caller, attempt.action());
        return refusals.refuse(
                new Evidence.Matter(
                        ids.next("dec"), now, attempt, digest, Optional.empty(), Optional.empty(), Evidence.Judged.NOT),
                reason,
                brief);
    }

    private static Refusal noEvidence(Id decision, Standing standing) {
        return new Refusal(
                decision, new Refusal.Unavailable("the ledger cannot be written"), Optional.of(standing.brief()));
    }

    private Case open(Standing standing, Attempt attempt, Question question) {
        return open(standing, attempt, Optional.empty(), question);
    }

    private Case open(Standing standing, Attempt attempt, Optional<World.Callable> callable, Question question) {
        var digest = ActionDigests.of(standing, attempt.action(), callable.map(World.Callable::pin));
        return new Case(ids.next("dec"), standing.now(), attempt, standing, callable, question, digest);
    }

    private static Evidence.Judged judged(Policies.Live live, Decision decision) {
        return new Evidence.Judged(live.bundle().toString(), decision.determining(), decision.errors());
    }
}
