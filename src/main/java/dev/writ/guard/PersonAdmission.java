package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.policy.Decision;
import dev.writ.policy.Question;
import dev.writ.registry.Group;
import dev.writ.registry.Server;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Admits or refuses what people attempt: administration by policy, evidence by role, approvals by membership. */
final class PersonAdmission {
    private final Standings standings;
    private final Policies policies;
    private final Recorder recorder;
    private final Evidence evidence;
    private final Refusals refusals;
    private final Ids ids;
    private final InstantSource clock;

    PersonAdmission(
            Standings standings,
            Policies policies,
            Recorder recorder,
            Evidence evidence,
            Refusals refusals,
            Ids ids,
            InstantSource clock) {
        this.standings = standings;
        this.policies = policies;
        this.recorder = recorder;
        this.evidence = evidence;
        this.refusals = refusals;
        this.ids = ids;
        this.clock = clock;
    }

    /** What was decided, before it is recorded. */
    private sealed interface Ruling {
        record Yes(Evidence.Judged judged) implements Ruling {}

        record No(Evidence.Judged judged, Refusal.Reason reason) implements Ruling {}
    }

    Verdict admit(Caller.OfPerson caller, Attempt attempt) {
        return admit(caller, attempt, true);
    }

    /** As {@link #admit}, but the record of a yes is not waited for: taking authority away does not wait for a disk. */
    Verdict admitAtOnce(Caller.OfPerson caller, Attempt attempt) {
        return admit(caller, attempt, false);
    }

    private Verdict admit(Caller.OfPerson caller, Attempt attempt, boolean wait) {
        var now = clock.instant();
        var world = standings.world(caller.tenant());
        var decision = ids.next("dec");
        var target = target(attempt.action(), world);
        var payload = Payload.of(attempt.action());
        var digest = ActionDigests.of(caller, attempt.action(), payload, target);
        var question = question(caller, attempt.action(), now, world);
        var ruling = rule(caller, attempt.action(), question, world);
        return switch (ruling) {
            case Ruling.Yes(var judged) -> {
                var matter = matter(decision, now, attempt, payload, digest, question, judged);
                var intent = evidence.intent(matter, Optional.empty(), java.util.Set.of());
                if (wait && !recorder.durable(intent))
                    yield new Refusal(
                            decision, new Refusal.Unavailable("the ledger cannot be written"), Optional.empty());
                if (!wait) recorder.begin(intent);
                yield new Permit(
                        decision,
                        intent.id(),
                        attempt,
                        payload.digest(),
                        now.plus(AgentAdmission.PERMIT_LIFETIME),
                        target,
                        Optional.empty());
            }
            case Ruling.No(var judged, var reason) -> {
                var matter = matter(decision, now, attempt, payload, digest, question, judged);
                yield refusals.refuse(matter, reason, Optional.empty());
            }
        };
    }

    Refusal refuse(Caller.OfPerson caller, Attempt attempt, Instant now, Refusal.Reason reason) {
        var decision = ids.next("dec");
        var payload = Payload.of(attempt.action());
        var digest = ActionDigests.of(caller, attempt.action(), payload, Optional.empty());
        var matter = matter(decision, now, attempt, payload, digest, Optional.empty(), Evidence.Judged.NOT);
        return refusals.refuse(matter, reason, Optional.empty());
    }

    private Ruling rule(Caller.OfPerson caller, Action action, Optional<Question> question, World world) {
        boolean active =
                world.registry().person(caller.person()).filter(p -> p.active()).isPresent();
        if (!active) return no("this person is not active");
        return switch (action) {
            // What somebody gave, that person may take back, whatever the policies say.
            case Action.Administer own
            when standings.gave(caller, own.operation(), own.target()) -> new Ruling.Yes(Evidence.Judged.NOT);
            case Action.Administer _ -> administer(caller.tenant(), question.orElseThrow());
            // Who may approve what is a matter of the approval itself, checked with each vote.
            case Action.Approve _ -> new Ruling.Yes(Evidence.Judged.NOT);
            // Who it is was found out before; being active is all it takes.
            case Action.SignIn _ -> new Ruling.Yes(Evidence.Judged.NOT);
            case Action.ReadEvidence _ ->
                member(world, caller.person(), Group.ADMIN) || member(world, caller.person(), Group.AUDITOR)
                        ? new Ruling.Yes(Evidence.Judged.NOT)
                        : no("reading evidence takes the role auditor or admin");
            // Whatever a person's role: what is obtained is the person's own, and nobody else's can be.
            case Action.UseCredential(var server, var _, var _) -> own(server, world);
            case Action.FetchServerMetadata(var server, var _, var _) -> own(server, world);
            // Whoever may sign a client in may look at what the client says of itself.
            case Action.RedeemCode _ -> new Ruling.Yes(Evidence.Judged.NOT);
            case Action.FetchMetadata _ -> new Ruling.Yes(Evidence.Judged.NOT);
            case Action.OnServer _, Action.Delegate _, Action.EndTask _, Action.Unmapped _ ->
                no("people act through agents and their tasks");
        };
    }

    private static Ruling own(Name server, World world) {
        return reachable(server, world).isPresent()
                ? new Ruling.Yes(Evidence.Judged.NOT)
                : new Ruling.No(Evidence.Judged.NOT, new Refusal.Absent());
    }

    private static Optional<Server> reachable(Name server, World world) {
        return world.registry().server(server).filter(known -> known.status() != Server.Status.DISABLED);
    }

    private Ruling administer(Name tenant, Question question) {
        var live = policies.current(tenant);
        if (live.isEmpty())
            return new Ruling.No(Evidence.Judged.NOT, new Refusal.Unavailable("no policy set is in force"));
        var decision = live.get().set().decide(question);
        var judged = new Evidence.Judged(live.get().bundle().toString(), decision.determining(), decision.errors());
        return switch (decision) {
            case Decision.Allow _ -> new Ruling.Yes(judged);
            case Decision.Deny deny ->
                new Ruling.No(
                        judged,
                        new Refusal.ByPolicy(deny.determining(), deny.reason().text()));
            case Decision.Ask ask ->
                new Ruling.No(
                        judged, new Refusal.ByPolicy(ask.determining(), "changes cannot be approved one by one yet"));
        };
    }

    private static Optional<Question> question(Caller.OfPerson caller, Action action, Instant now, World world) {
        return action instanceof Action.Administer(var operation, var _, var _)
                ? Optional.of(Questions.administer(World.Uids.person(caller.person()), operation, now, world))
                : Optional.empty();
    }

    /** To look at a server before it is approved, an administrator reaches it like any agent would. */
    private static Optional<Permit.Target> target(Action action, World world) {
        return switch (action) {
            case Action.Administer(var operation, var name, var _)
            when operation.equals(Guard.INSPECT) ->
                world.registry().server(new Name(name)).map(ActionDigests::target);
            case Action.UseCredential(var server, var _, var _) ->
                reachable(server, world).map(ActionDigests::target);
            case Action.FetchServerMetadata(var server, var _, var _) ->
                reachable(server, world).map(ActionDigests::target);
            case Action.Administer _,
                    Action.OnServer _,
                    Action.Unmapped _,
                    Action.Approve _,
                    Action.FetchMetadata _,
                    Action.RedeemCode _,
                    Action.SignIn _,
                    Action.Delegate _,
                    Action.EndTask _,
                    Action.ReadEvidence _ -> Optional.empty();
        };
    }

    private static Evidence.Matter matter(
            Id decision,
            Instant now,
            Attempt attempt,
            Payload payload,
            ActionDigest digest,
            Optional<Question> question,
            Evidence.Judged judged) {
        return new Evidence.Matter(
                decision, now, attempt, payload, digest, Optional.empty(), question.map(Asked::of), judged);
    }

    private static boolean member(World world, Id person, Name group) {
        return world.registry().activeMember(group, person);
    }

    private static Ruling no(String why) {
        return new Ruling.No(Evidence.Judged.NOT, new Refusal.NotAllowed(why));
    }
}
