package dev.writ.upstream;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells guard what came of a permit that was used, on every way out. */
final class Settling {
    private final Guard guard;

    Settling(Guard guard) {
        this.guard = guard;
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

    /**
     * Takes what the server answers, and settles whatever happens.
     *
     * @param sending gives the JSON-RPC answer, with {@code result} or {@code error}
     */
    Answer settled(Permit permit, String peer, long bytes, Cancellation cancellation, Supplier<Json.Obj> sending) {
        var outcome = Outcome.without(Outcome.Status.INDETERMINATE, peer, bytes, "the call ended unexpectedly");
        try {
            var answer = sending.get();
            outcome = answered(answer, peer, bytes);
            var error = answer.object("error");
            if (error.isPresent()) return new Answer.ServerError(error.get());
            return answer.object("result")
                    .<Answer>map(Answer.Result::new)
                    .orElseGet(() -> new Answer.Failed(true, "the server's answer has no result"));
        } catch (UpstreamError e) {
            if (e.link().isPresent()) {
                outcome = Outcome.without(Outcome.Status.NOT_SENT, peer, 0, "the person has not connected the server");
                return new Answer.Unconnected(e.link().get());
            }
            boolean cut = cancellation.cancelled();
            outcome = cut ? cut(e, peer, bytes) : failed(e, peer, bytes);
            return cut ? new Answer.Cut() : new Answer.Failed(e.sent(), e.why());
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /** Begins to send; what goes wrong before anything is on its way settles too. */
    void begun(Permit permit, String peer, long bytes, Runnable begin) {
        boolean begun = false;
        try {
            begin.run();
            begun = true;
        } finally {
            if (!begun)
                guard.settle(
                        permit,
                        Outcome.without(Outcome.Status.INDETERMINATE, peer, bytes, "the call ended unexpectedly"));
        }
    }

    private static Outcome answered(Json.Obj answer, String peer, long bytes) {
        var text = answer.bytes();
        return new Outcome(
                answer.object("error").isPresent() ? Outcome.Status.ERROR : Outcome.Status.DONE,
                peer,
                bytes,
                Optional.of(Digest.of(text)),
                text.length,
                "");
    }

    private static Outcome cut(UpstreamError e, String peer, long bytes) {
        return e.sent()
                ? Outcome.without(Outcome.Status.CUT, peer, bytes, "cut before the answer")
                : Outcome.without(Outcome.Status.NOT_SENT, peer, 0, "cut before it was sent");
    }

    private static Outcome failed(UpstreamError e, String peer, long bytes) {
        var status = e.sent() ? Outcome.Status.INDETERMINATE : Outcome.Status.NOT_SENT;
        return Outcome.without(status, peer, bytes, e.why());
    }
}
