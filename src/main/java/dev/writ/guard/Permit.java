package dev.writ.guard;

import dev.writ.authority.Reservation;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Yes, to exactly this action, until then, once. Only guard makes permits: the constructor is package-private, and the
 * record of the intent was durable before it ran. A permit is used by {@link Guard#use} and closed by
 * {@link Guard#settle}; neither happens twice.
 */
public final class Permit implements Verdict {
    private enum State {
        FRESH,
        USED,
        SETTLED
    }

    private final Id decision;
    private final Id intent;
    private final Attempt attempt;
    private final Digest payload;
    private final Instant until;
    private final Optional<Target> target;
    private final Optional<Reservation> reservation;
    private final AtomicReference<State> state = new AtomicReference<>(State.FRESH);

    Permit(
            Id decision,
            Id intent,
            Attempt attempt,
            Digest payload,
            Instant until,
            Optional<Target> target,
            Optional<Reservation> reservation) {
        this.decision = decision;
        this.intent = intent;
        this.attempt = attempt;
        this.payload = payload;
        this.until = until;
        this.target = target;
        this.reservation = reservation;
    }

    /**
     * Where a permitted action goes.
     *
     * @param endpoint the server's transport as its registration has it, {@code kind} http or stdio
     * @param endpointDigest names the endpoint as approvals and records do
     */
    public record Target(Name server, Json.Obj endpoint, Digest endpointDigest) {}

    @Override
    public Id decision() {
        return decision;
    }

    public Attempt attempt() {
        return attempt;
    }

    public Action action() {
        return attempt.action();
    }

    /** Digest of the canonical payload that was judged; nothing else may be sent under this permit. */
    public Digest payload() {
        return payload;
    }

    public Instant until() {
        return until;
    }

    public Optional<Target> target() {
        return target;
    }

    /** The id of the intent's record. */
    Id intent() {
        return intent;
    }

    /** What was charged to the task's budget for it. */
    Optional<Reservation> reservation() {
        return reservation;
    }

    boolean markUsed() {
        return state.compareAndSet(State.FRESH, State.USED);
    }

    boolean inUse() {
        return state.get() == State.USED;
    }

    boolean markSettled() {
        return state.getAndSet(State.SETTLED) != State.SETTLED;
    }
}
