package dev.writ.guard;

import dev.writ.ledger.Draft;
import java.util.Optional;

/** What deciding an attempt came to. */
sealed interface Step {
    /**
     * A verdict that counts once its record is on disk; when that fails it is a refusal instead.
     *
     * @param brief about the task, for that refusal
     */
    record Ending(Draft draft, Verdict verdict, Optional<TaskBrief> brief) implements Step {
        Refusal unrecorded() {
            return new Refusal(verdict.decision(), new Refusal.Unavailable("the ledger cannot be written"), brief);
        }
    }

    /** A refusal, which is recorded or counted onto one that was. */
    record Refused(Evidence.Matter matter, Refusal.Reason reason, Optional<TaskBrief> brief) implements Step {}

    /** It takes the store or people, and whoever asked must not wait: nothing has happened. */
    record Blocking() implements Step {}
}
