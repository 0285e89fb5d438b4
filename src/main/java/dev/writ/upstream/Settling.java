package dev.writ.upstream;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import java.util.Optional;

/** Tells guard what came of a permit that was used, on every way out. */
final class Settling {
    private final Guard guard;

    Settling(Guard guard) {
        this.guard = guard;
    }

    @FunctionalInterface
    interface Sending {
        /** @return the JSON-RPC answer, with {@code result} or {@code error} */
        Json.Obj answer();
    }

    /** For a permit that is not used, because the server could not be shown who calls. */
    Answer unprepared(Permit permit, String peer, String why) {
        guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, peer, 0, why));
        return new Answer.Failed(false, why);
    }

    /** For a permit that was no longer good. */
    Answer stopped(Permit permit, String peer, Refusal.Reason reason) {
        guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, peer, 0, reason.code()));
        return new Answer.Stopped(reason);
    }

    /** Sends, and settles whatever happens. */
    Answer settled(Permit permit, String peer, long bytes, Cancellation cancellation, Sending sending) {
        var outcome = Outcome.without(Outcome.Status.INDETERMINATE, peer, bytes, "the call ended unexpectedly");
        try {
            var answer = sending.answer();
            var error = answer.object("error");
            var text = answer.bytes();
            outcome = new Outcome(
                    error.isPresent() ? Outcome.Status.ERROR : Outcome.Status.DONE,
                    peer,
                    bytes,
                    Optional.of(Digest.of(text)),
                    text.length,
                    "");
            if (error.isPresent()) return new Answer.ServerError(error.get());
            return answer.object("result")
                    .<Answer>map(Answer.Result::new)
                    .orElseGet(() -> new Answer.Failed(true, "the server's answer has no result"));
        } catch (UpstreamError e) {
            if (e.link().isPresent()) {
                outcome = Outcome.without(Outcome.Status.NOT_SENT, peer, 0, "the person has not connected the server");
                return new Answer.Unconnected(e.link().get());
            }
            if (cancellation.cancelled()) {
                outcome = e.sent()
                        ? Outcome.without(Outcome.Status.CUT, peer, bytes, "cut before the answer")
                        : Outcome.without(Outcome.Status.NOT_SENT, peer, 0, "cut before it was sent");
                return new Answer.Cut();
            }
            outcome = Outcome.without(
                    e.sent() ? Outcome.Status.INDETERMINATE : Outcome.Status.NOT_SENT, peer, bytes, e.why());
            return new Answer.Failed(e.sent(), e.why());
        } finally {
            guard.settle(permit, outcome);
        }
    }
}
