package dev.writ.guard;

import dev.writ.authority.Approval;
import dev.writ.authority.Authority;
import dev.writ.authority.Vote;
import dev.writ.authority.Voting;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Casts a person's vote: its record first, then the vote itself. */
final class Votes {
    private final Standings standings;
    private final Authority authority;
    private final Recorder recorder;
    private final Evidence evidence;
    private final Waiting waiting;
    private final InstantSource clock;

    Votes(
            Standings standings,
            Authority authority,
            Recorder recorder,
            Evidence evidence,
            Waiting waiting,
            InstantSource clock) {
        this.standings = standings;
        this.authority = authority;
        this.recorder = recorder;
        this.evidence = evidence;
        this.waiting = waiting;
        this.clock = clock;
    }

    /** The record of the attempt comes first; then the vote counts. */
    Voted vote(Guard guard, Caller.OfPerson caller, Id approval, boolean approve, String reason) {
        var payload = Json.object()
                .put("approval", approval.text())
                .put("decision", approve ? "approve" : "refuse")
                .put("reason", reason)
                .build();
        return switch (guard.admit(new Attempt(caller, new Action.Approve(approval.text(), payload)))) {
            case Refusal refusal -> new Voted.Refused(refusal);
            case Held _ -> new Voted.NotCounted("a vote cannot be held");
            case Permit permit -> {
                var voted = guard.changing(caller.tenant(), () -> cast(caller, approval, approve, reason));
                boolean counted = voted instanceof Voted.Counted;
                guard.settle(
                        permit,
                        Outcome.without(
                                counted ? Outcome.Status.DONE : Outcome.Status.NOT_SENT,
                                "authority",
                                0,
                                counted ? "" : "not counted"));
                yield voted;
            }
        };
    }

    private Voted cast(Caller.OfPerson caller, Id id, boolean approve, String reason) {
        var tenant = caller.tenant();
        var found = authority.snapshot(tenant).approval(id);
        if (found.isEmpty()) return new Voted.NotCounted("there is no such approval");
        var vote = new Vote(
                caller.person(),
                approve ? Vote.Choice.APPROVE : Vote.Choice.REFUSE,
                groupsOf(caller, found.get()),
                Proof.valueOf(caller.proof().toUpperCase(Locale.ROOT)),
                reason,
                clock.instant());
        var ineligible = ineligible(found.get(), vote);
        if (ineligible.isPresent()) return new Voted.NotCounted(ineligible.get());
        var event = approve ? "approved" : "refused";
        var record =
                evidence.transition("approval", event, tenant, clock.instant(), Asks.voted(found.get(), vote, approve));
        if (!recorder.durable(tenant, record)) return new Voted.NotCounted("the ledger cannot be written");
        var counted = authority.approvals().vote(tenant, id, vote);
        if (counted instanceof Voting.Counted) waiting.voted(tenant, id);
        else
            recorder.begin(
                    tenant,
                    evidence.transition(
                            "approval", "not-counted", tenant, clock.instant(), Asks.voted(found.get(), vote, false)));
        return switch (counted) {
            case Voting.Counted(var approval) ->
                new Voted.Counted(approval.state().name().toLowerCase(Locale.ROOT));
            case Voting.AlreadyVoted _ -> new Voted.NotCounted("you have voted on this already");
            case Voting.Closed(var state) ->
                new Voted.NotCounted("it is no longer open: " + state.name().toLowerCase(Locale.ROOT));
            case Voting.NotEligible _ -> new Voted.NotCounted(NOT_ELIGIBLE);
            case Voting.NotFound _ -> new Voted.NotCounted("there is no such approval");
        };
    }

    /** The groups that a person's vote may count for: the person's own, and the task's person for its task. */
    private Set<Name> groupsOf(Caller.OfPerson caller, Approval approval) {
        var registry = standings.world(caller.tenant()).registry();
        var groups = new TreeSet<Name>();
        for (var group : registry.groupsOf(caller.person()))
            if (registry.activeMember(group, caller.person())) groups.add(group);
        authority
                .snapshot(caller.tenant())
                .task(approval.task())
                .filter(task -> task.person().equals(caller.person()))
                .ifPresent(_ -> groups.add(Asks.TASK_PERSON));
        return groups;
    }

    private static final String NOT_ELIGIBLE =
            "your vote would count for none of the groups that are asked: not a member, a weaker proof than asked for, or a"
                    + " party to the action";

    /** Why a vote will not count, before anything is recorded of it; the authority checks the same again. */
    private Optional<String> ineligible(Approval approval, Vote vote) {
        if (approval.state(clock.instant()) != Approval.State.PENDING)
            return Optional.of("it is no longer open: "
                    + approval.state(clock.instant()).name().toLowerCase(Locale.ROOT));
        return approval.eligible(vote) ? Optional.empty() : Optional.of(NOT_ELIGIBLE);
    }
}
