package dev.writ.guard;

import dev.writ.base.Ids;
import java.time.Instant;
import java.util.Optional;

/** Refusals with what their record tells, by how much is known of whoever is refused. */
final class Endings {
    private final Ids ids;

    Endings(Ids ids) {
        this.ids = ids;
    }

    /** After policy was asked, or on the way there. */
    Step.Refused refusal(Case about, Evidence.Judged judged, Refusal.Reason reason) {
        return refused(
                about.matter(judged), reason, Optional.of(about.standing().brief()));
    }

    /** Before there was a question to ask. */
    Step.Refused refusal(Standing standing, Attempt attempt, Refusal.Reason reason) {
        var payload = Payload.of(attempt.action());
        var digest = ActionDigests.of(standing, attempt.action(), payload, Optional.empty());
        var known = Optional.of(standing);
        return refused(matter(standing.now(), attempt, payload, digest, known), reason, Optional.of(standing.brief()));
    }

    /** Where no standing could be found out. */
    Step.Refused refusal(
            Caller.OfAgent caller, Attempt attempt, Instant now, Refusal.Reason reason, Optional<TaskBrief> brief) {
        var payload = Payload.of(attempt.action());
        var digest = ActionDigests.ofUnknownStanding(caller, attempt.action(), payload);
        return refused(matter(now, attempt, payload, digest, Optional.empty()), reason, brief);
    }

    private Evidence.Matter matter(
            Instant now, Attempt attempt, Payload payload, ActionDigest digest, Optional<Standing> standing) {
        return new Evidence.Matter(
                ids.next("dec"), now, attempt, payload, digest, standing, Optional.empty(), Evidence.Judged.NOT);
    }

    private Step.Refused refused(Evidence.Matter matter, Refusal.Reason reason, Optional<TaskBrief> brief) {
        return new Step.Refused(matter, reason, brief);
    }
}
