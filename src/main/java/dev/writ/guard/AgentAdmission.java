package dev.writ.guard;

import dev.writ.authority.Answer;
import dev.writ.authority.Approval;
import dev.writ.authority.Asking;
import dev.writ.authority.Authority;
import dev.writ.authority.Consumption;
import dev.writ.authority.GroupRule;
import dev.writ.authority.Reservation;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.policy.Arguments;
import dev.writ.policy.Decision;
import dev.writ.policy.Question;
import dev.writ.policy.Value;
import dev.writ.store.StoreError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
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
    private final Endings endings;
    private final Refusals refusals;
    private final Charging charging;
    private final Covered covered;
    private final Ids ids;
    private final InstantSource clock;
    final ListedResources listed = new ListedResources();

    AgentAdmission(
            Standings standings,
            Policies policies,
            Authority authority,
            Recorder recorder,
            Evidence evidence,
            Refusals refusals,
            Covered covered,
            Ids ids,
            InstantSource clock) {
        this.standings = standings;
        this.policies = policies;
        this.authority = authority;
        this.recorder = recorder;
        this.evidence = evidence;
        this.endings = new Endings(ids);
        this.refusals = refusals;
        this.charging = new Charging(authority, standings, clock);
        this.covered = covered;
        this.ids = ids;
        this.clock = clock;
    }

    /** How often it was decided already, and whether whoever asks may wait for store and disk. */
    private record Turn(int round, boolean mayWait) {
        Turn next() {
            return new Turn(round + 1, mayWait);
        }
    }

    Verdict admit(Caller.OfAgent caller, Attempt attempt) {
        return finished(step(caller, attempt, true));
    }

    /** As admit; false, and nothing has happened, when that takes more than memory and the ledger's next commit. */
    boolean admitSoon(Caller.OfAgent caller, Attempt attempt, Executor on, Consumer<Verdict> then) {
        return switch (step(caller, attempt, false)) {
            // A refusal may wait for the record that it is counted onto.
            case Step.Blocking _, Step.Refused _ -> false;
            case Step.Ending ending -> {
                recorder.durable(
                        ending.draft(), on, durable -> then.accept(durable ? ending.verdict() : unrecorded(ending)));
                yield true;
            }
        };
    }

    private Verdict finished(Step step) {
        return switch (step) {
            case Step.Ending ending -> recorder.durable(ending.draft()) ? ending.verdict() : unrecorded(ending);
            case Step.Refused(var matter, var reason, var brief) -> refusals.refuse(matter, reason, brief);
            case Step.Blocking _ ->
                throw new IllegalStateException("whoever may wait is never told that it takes long");
        };
    }

    private Refusal unrecorded(Step.Ending ending) {
        if (ending.verdict() instanceof Permit permit) charging.giveBack(permit.reservation());
        return ending.unrecorded();
    }

    private Step step(Caller.OfAgent caller, Attempt attempt, boolean mayWait) {
        var now = clock.instant();
        var turn = new Turn(1, mayWait);
        // Passing a task on takes the store; DelegationAdmission decides it.
        if (!(attempt.action() instanceof Action.OnServer action))
            return endings.refusal(
                    caller, attempt, now, new Refusal.NotAllowed("agents do not administer"), Optional.empty());
        return switch (standings.of(caller, action.server(), now)) {
            case Standings.Found.No(var reason, var brief) -> endings.refusal(caller, attempt, now, reason, brief);
            case Standings.Found.Yes(var standing) ->
                switch (action) {
                    case Action.CallTool call -> call(standing, attempt, call, turn);
                    case Action.ReadResource(var _, var uri, var _)
                    when listed.doubt(standing, uri).isPresent() ->
                        refuse(standing, attempt, listed.doubt(standing, uri).get());
                    default -> judge(open(standing, attempt, Questions.other(standing, action)), turn);
                };
        };
    }

    private Step call(Standing standing, Attempt attempt, Action.CallTool call, Turn turn) {
        var found = standing.world().callable(call.server(), call.tool());
        if (found.isEmpty() || !visible(standing, found.get())) return refuse(standing, attempt, new Refusal.Absent());
        var callable = found.get();
        switch (callable.tool().state()) {
            case QUARANTINED -> {
                return refuse(standing, attempt, new Refusal.Quarantined());
            }
            case PENDING, GONE -> {
                return refuse(standing, attempt, new Refusal.Absent());
            }
            case APPROVED -> {}
        }
        var schema = callable.schema();
        boolean fits = (turn.mayWait() || schema.quick()) && schema.fits(call.input());
        if (!fits && !turn.mayWait()) return new Step.Blocking();
        var violation = fits ? Optional.<String>empty() : schema.violation(call.input());
        if (violation.isPresent()) return refuse(standing, attempt, new Refusal.BadArguments(violation.get()));
        return switch (callable.action().arguments(call.input())) {
            case Arguments.Refused(var argument, var reason) ->
                refuse(standing, attempt, new Refusal.BadArguments("argument " + argument + ": " + reason));
            case Arguments.Typed(var input, var forward) ->
                judge(open(standing, attempt.with(call.forwarding(forward)), callable, input), turn);
        };
    }

    /** Whether the task's scope holds the tool and some arguments could make its call permitted. */
    boolean visible(Standing standing, World.Callable callable) {
        var tool = callable.tool();
        return standing.task().scope().allowsTool(tool.server(), tool.name().text())
                && policies.current(standing.tenant())
                        .map(live -> standing.dossier().tool(standing, callable).mayPermit(live.set(), standing))
                        .orElse(false);
    }

    /** Whether policy could permit something that has no arguments of its own. */
    boolean visible(Standing standing, Question question) {
        return policies.current(standing.tenant())
                .map(live -> live.set().mayPermit(question))
                .orElse(false);
    }

    private Step judge(Case about, Turn turn) {
        var live = policies.current(about.tenant());
        if (live.isEmpty())
            return refuse(about, Evidence.Judged.NOT, new Refusal.Unavailable("no policy set is in force"));
        var decision = live.get().set().decide(about.question());
        var judged = judged(live.get(), decision);
        return switch (decision) {
            case Decision.Allow _ -> permit(about, judged, Optional.empty(), turn);
            case Decision.Deny(var determining, var _, var reason) -> deny(about, judged, determining, reason);
            case Decision.Ask ask -> ask(about, live.get(), judged, ask, turn);
        };
    }

    private Step deny(Case about, Evidence.Judged judged, List<String> determining, Decision.Reason reason) {
        // A tool is known to its caller from the list; a server, resource or prompt that policy denies is not there.
        boolean known = about.callable().isPresent() || about.attempt().action() instanceof Action.AnswerServer;
        return refuse(about, judged, known ? new Refusal.ByPolicy(determining, reason.text()) : new Refusal.Absent());
    }

    private Step ask(Case about, Policies.Live live, Evidence.Judged judged, Decision.Ask ask, Turn turn) {
        if (!turn.mayWait()) return new Step.Blocking();
        var digest = about.digest().digest();
        return switch (authority.approvals().answerTo(about.tenant(), about.task(), digest)) {
            case Answer.Approved(var approval, var satisfied) -> approved(about, live, ask, approval, satisfied, turn);
            case Answer.Refused(var approval) ->
                refuse(
                        about,
                        judged,
                        Asks.refused(approval, about.standing().world().registry()));
            case Answer.Waiting(var approval, var _) -> hold(about, judged, ask, approval);
            case Answer.None _ -> askPeople(about, judged, ask, turn);
        };
    }

    /** People said yes to exactly this: decide again with what they said, and use it up. */
    private Step approved(
            Case about, Policies.Live live, Decision.Ask ask, Approval approval, Set<Name> satisfied, Turn turn) {
        var groups = new TreeSet<>(satisfied);
        boolean consented = groups.remove(Asks.TASK_PERSON)
                || about.callable().map(about.standing()::consented).orElseGet(about.standing()::consented);
        var question = Questions.with(about.question(), groups, consented);
        var decision = live.set().decide(question);
        var judged = judged(live, decision);
        if (!(decision instanceof Decision.Allow)) return askPeople(about, judged, ask, turn);
        var decided = new Case(
                about.decision(),
                about.now(),
                about.attempt(),
                about.standing(),
                about.callable(),
                Asked.of(question),
                about.payload(),
                about.digest());
        return permit(decided, judged, Optional.of(approval), turn);
    }

    private Step askPeople(Case about, Evidence.Judged judged, Decision.Ask ask, Turn turn) {
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
        return switch (authority
                .approvals()
                .request(about.tenant(), approval, covered.cover(about.tenant(), approval.id(), shown.get()))) {
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
            case Asking.LabelsGrew _, Asking.TaskOver _ -> again(about, judged, turn);
        };
    }

    /** Something changed while we decided: decide anew on the newest facts, a bounded number of times. */
    private Step again(Case about, Evidence.Judged judged, Turn turn) {
        if (turn.round() >= JUDGED_AGAIN_MAX)
            return refuse(about, judged, new Refusal.Unavailable("the task changes faster than it can be decided"));
        var caller = about.standing().caller();
        return switch (standings.of(caller, about.standing().server().name(), clock.instant())) {
            case Standings.Found.No(var reason, var _) -> refuse(about, judged, reason);
            case Standings.Found.Yes(var standing) ->
                about.attempt().action() instanceof Action.CallTool call
                        ? call(standing, about.attempt(), call, turn.next())
                        : refuse(about, judged, new Refusal.Unavailable("the task changed while it was decided"));
        };
    }

    private Step permit(Case about, Evidence.Judged judged, Optional<Approval> approval, Turn turn) {
        var labels = about.labels();
        boolean labelled = about.standing().task().labels().containsAll(labels);
        if (!turn.mayWait() && !labelled) return new Step.Blocking();
        try {
            return switch (charging.charge(about, turn.mayWait())) {
                case Charging.Charge.Later _ -> new Step.Blocking();
                case Charging.Charge.No(var reason) -> refuse(about, judged, reason);
                case Charging.Charge.Yes(var reservation) -> {
                    var step = approval.isEmpty()
                            ? charged(about, judged, approval, reservation)
                            : recorder.changing(about.tenant(), () -> charged(about, judged, approval, reservation));
                    boolean used = step instanceof Step.Ending(var _, var verdict, var _)
                            && verdict instanceof Permit permit
                            && permit.reservation().equals(reservation);
                    if (!used) charging.giveBack(reservation);
                    yield step;
                }
            };
        } catch (StoreError e) {
            return refuse(about, judged, new Refusal.Unavailable("the store cannot be written"));
        }
    }

    private Step charged(
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
                return again(about, judged, new Turn(JUDGED_AGAIN_MAX - 1, true));
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
        // What the answer will bring is on the task before the first byte of it comes back.
        var labels = about.labels();
        if (!about.standing().task().labels().containsAll(labels))
            authority.label(about.tenant(), about.task(), labels);
        var intent = evidence.intent(about.matter(judged), used, labels);
        var permit = new Permit(
                about.decision(),
                intent.id(),
                about.attempt(),
                about.payload().digest(),
                about.now().plus(PERMIT_LIFETIME),
                Optional.of(about.standing().dossier().target()),
                reservation);
        return new Step.Ending(intent, permit, Optional.of(about.standing().brief()));
    }

    private Step hold(Case about, Evidence.Judged judged, Decision.Ask ask, Approval approval) {
        if (!refusals.roomForHold(about.standing().caller(), about.payload().bytes().length))
            return refuse(
                    about,
                    judged,
                    new Refusal.Unavailable("asked too often; wait for approval "
                            + approval.id().brief()));
        var draft = evidence.hold(about.matter(judged), approval.id());
        var brief = about.standing().brief();
        var held = new Held(
                about.decision(),
                approval.id(),
                Asks.of(approval),
                approval.expiresAt(),
                ask.determining(),
                brief,
                Asks.misfit(
                        authority.snapshot(about.tenant()),
                        about.task(),
                        about.digest().digest(),
                        about.now()));
        return new Step.Ending(draft, held, Optional.of(brief));
    }

    private Step refuse(Case about, Evidence.Judged judged, Refusal.Reason reason) {
        return endings.refusal(about, judged, reason);
    }

    private Step refuse(Standing standing, Attempt attempt, Refusal.Reason reason) {
        return endings.refusal(standing, attempt, reason);
    }

    /** Refuses, and records, where no standing could be found out. */
    Refusal refuse(
            Caller.OfAgent caller, Attempt attempt, Instant now, Refusal.Reason reason, Optional<TaskBrief> brief) {
        var refused = endings.refusal(caller, attempt, now, reason, brief);
        return refusals.refuse(refused.matter(), reason, brief);
    }

    private Case open(Standing standing, Attempt attempt, Question question) {
        return open(standing, attempt, Optional.empty(), Asked.of(question));
    }

    private Case open(Standing standing, Attempt attempt, World.Callable callable, Value.Record input) {
        var ofTool = standing.dossier().tool(standing, callable);
        var question = Questions.call(standing, callable, ofTool.consented(), input);
        // Arguments are no entities, and nobody has approved yet: but for them and the time it is the same at every
        // call.
        var asked = new Asked(question, Optional.of(ofTool.form()));
        return open(standing, attempt, Optional.of(callable), asked);
    }

    private Case open(Standing standing, Attempt attempt, Optional<World.Callable> callable, Asked asked) {
        var payload = Payload.of(attempt.action());
        var digest = ActionDigests.of(standing, attempt.action(), payload, callable);
        return new Case(ids.next("dec"), standing.now(), attempt, standing, callable, asked, payload, digest);
    }

    private static Evidence.Judged judged(Policies.Live live, Decision decision) {
        return new Evidence.Judged(live.bundle().toString(), decision.determining(), decision.errors());
    }
}
