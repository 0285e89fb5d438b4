package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Action;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.upstream.StatelessLink.Heard;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * One subscription with a server and the permits under which it is asked for. They are settled when the server
 * acknowledges: from then on it lasts.
 */
final class Subscription {
    private final Guard guard;
    private final String peer;
    private final List<Permit> permits;
    private final Incoming told;
    private final AtomicBoolean acknowledged = new AtomicBoolean();

    Subscription(Guard guard, String peer, List<Permit> permits, Incoming told) {
        this.guard = guard;
        this.peer = peer;
        this.permits = List.copyOf(permits);
        this.told = told;
    }

    /** Uses all permits, or none is worth anything. */
    Guard.Use use() {
        Guard.Use used = new Guard.Use.Stop(new Refusal.NotAllowed("no permit"));
        for (var permit : permits) {
            switch (guard.use(permit)) {
                case Guard.Use.Go go -> used = go;
                case Guard.Use.Stop stop -> {
                    settle(Outcome.Status.NOT_SENT, stop.reason().code());
                    return stop;
                }
            }
        }
        return used;
    }

    Heard heard(Supplier<Optional<Json.Obj>> carrying) {
        try {
            var answer = carrying.get();
            if (acknowledged.get())
                return new Heard.Ended(
                        answer.filter(a -> a.get("result").isPresent()).isPresent());
            settle(Outcome.Status.ERROR, "not acknowledged");
            return new Heard.NotTaken("the server does not take the subscription");
        } catch (UpstreamError e) {
            if (acknowledged.get()) return new Heard.Ended(false);
            settle(e.sent() ? Outcome.Status.INDETERMINATE : Outcome.Status.NOT_SENT, e.why());
            return new Heard.NotTaken(e.why());
        } finally {
            settle(Outcome.Status.INDETERMINATE, "the subscription ended unexpectedly");
        }
    }

    /** Nothing counts before the acknowledgement (basic/patterns/subscriptions, acknowledgment). */
    void message(Json.Obj message) {
        var method = message.string("method").orElse("");
        var params = message.object("params").orElse(Json.Obj.EMPTY);
        if (method.equals(Revision.ACKNOWLEDGED)) {
            if (!acknowledged.compareAndSet(false, true)) return;
            var honoured = params.object("notifications").orElse(Json.Obj.EMPTY).strings("resourceSubscriptions");
            for (var permit : permits)
                if (!(permit.action() instanceof Action.ReadResource read) || honoured.contains(read.uri()))
                    guard.settle(permit, Outcome.without(Outcome.Status.DONE, peer, 0, "subscribed"));
            settle(Outcome.Status.ERROR, "not honoured by the server");
        } else if (!acknowledged.get()) return;
        told.notification(method, params);
    }

    /** What is settled already stays as it is. */
    private void settle(Outcome.Status status, String why) {
        for (var permit : permits) guard.settle(permit, Outcome.without(status, peer, 0, why));
    }
}
