package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Something that a server asks of the client: sampling, elicitation, roots. It is answered once. An answer takes the
 * permit under which the client was asked; without one there is only a refusal, which tells the server nothing.
 */
public final class ServerRequest {
    /** A request that the user refused (MCP 2025-11-25, client/sampling, error handling). */
    static final int REFUSED = -1;

    private final Guard guard;
    private final Wire wire;
    private final Json id;
    private final String method;
    private final Json.Obj params;
    private final Runnable onAnswered;
    private final Cancellation cancellation = new Cancellation();
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean withdrawn;

    ServerRequest(Guard guard, Wire wire, Json id, String method, Json.Obj params, Runnable onAnswered) {
        this.guard = guard;
        this.wire = wire;
        this.id = id;
        this.method = method;
        this.params = params;
        this.onAnswered = onAnswered;
    }

    public String method() {
        return method;
    }

    public Json.Obj params() {
        return params;
    }

    /** The server takes it back, and hears nothing more of it (MCP basic/utilities/cancellation). */
    void withdraw() {
        withdrawn = true;
        cancellation.cancel();
        var _ = reply(Json.Obj.EMPTY);
    }

    /** What is judged: the request as the server made it. */
    public Json.Obj payload() {
        return Json.object().put("method", method).put("params", params).build();
    }

    /** Ends the request when the server takes it back, or its call or session is over. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /** Uses the permit, before the client is asked; the reason when it is no longer good. */
    public Optional<Refusal.Reason> use(Permit permit) {
        if (!Digest.of(Canonical.bytes(payload())).equals(permit.payload()))
            throw new IllegalArgumentException("this is not the permitted request");
        if (!(guard.use(permit) instanceof Guard.Use.Stop(var reason))) return Optional.empty();
        guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, wire.peer(), 0, reason.code()));
        return Optional.of(reason);
    }

    /**
     * Passes the client's answer on.
     *
     * @param body holds {@code result} or {@code error}
     */
    public void answer(Permit permit, Json.Obj body) {
        var bytes = Canonical.bytes(body);
        boolean sent = reply(body);
        guard.settle(
                permit,
                sent
                        ? new Outcome(
                                body.get("error").isPresent() ? Outcome.Status.ERROR : Outcome.Status.DONE,
                                wire.peer(),
                                bytes.length,
                                Optional.of(Digest.of(bytes)),
                                bytes.length,
                                "")
                        : Outcome.without(Outcome.Status.NOT_SENT, wire.peer(), 0, "the server no longer waits"));
    }

    /** Tells the server that there is no answer, after the client was asked. */
    public void unanswered(Permit permit, String why) {
        refuse("no answer");
        guard.settle(permit, Outcome.without(Outcome.Status.CUT, wire.peer(), 0, why));
    }

    /** Tells the server no. */
    public void refuse(String message) {
        reply(Json.object()
                .put(
                        "error",
                        Json.object()
                                .put("code", REFUSED)
                                .put("message", message)
                                .build())
                .build());
    }

    /** Whether it could be sent; a server that took its request back hears nothing more of it. */
    private boolean reply(Json.Obj body) {
        if (!answered.compareAndSet(false, true)) return false;
        onAnswered.run();
        if (withdrawn) return false;
        try {
            wire.send(Canonical.bytes(body.with("jsonrpc", Json.of("2.0")).with("id", id)));
            return true;
        } catch (UpstreamError e) {
            return false;
        }
    }
}
