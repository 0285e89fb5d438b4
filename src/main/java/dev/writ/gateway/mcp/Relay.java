package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.upstream.Incoming;
import dev.writ.upstream.ServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes on what a server says unasked; before the session exists there is nobody to tell.
 *
 * <p>It is told on the server's own reader, which must go on reading: when tools have changed, the comparison asks the
 * server and waits for what that very reader brings. So it runs on a thread of its own, one at a time, and a server that
 * cries change without end is compared once a second.
 */
final class Relay implements Incoming {
    private static final Duration COMPARED_EVERY = Duration.ofSeconds(1);

    private final Calls calls;
    private final AtomicBoolean comparing = new AtomicBoolean();
    private volatile boolean again;
    private volatile Optional<Session> session = Optional.empty();

    private final Offer offer;

    /** @param offer what the client may be asked */
    Relay(Calls calls, Offer offer) {
        this.calls = calls;
        this.offer = offer;
    }

    @Override
    public Json.Obj capabilities() {
        return offer.capabilities();
    }

    @Override
    public void request(ServerRequest request) {
        // Before the session is there nobody can be asked.
        session.ifPresent(to -> to.asks().ask(request, to.lines().unasked()));
    }

    void to(Session to) {
        session = Optional.of(to);
    }

    @Override
    public void notification(String method, Json.Obj params) {
        session.ifPresent(to -> {
            if (method.equals("notifications/tools/list_changed")) {
                // At once: no call goes out before the comparison, whoever makes it.
                to.definitions().stale();
                again = true;
                compareSoon(to);
            }
            to.tell(method, params);
        });
    }

    private void compareSoon(Session to) {
        if (!comparing.compareAndSet(false, true)) return;
        Thread.ofVirtual().name("mcp-compare").start(() -> {
            try {
                while (again && !to.over()) {
                    again = false;
                    var _ = calls.refreshDefinitions(to.hop(), to.whileOpen());
                    if (again) LockSupport.parkNanos(COMPARED_EVERY.toNanos());
                }
            } finally {
                comparing.set(false);
            }
            // Told in the moment between the last look and the line above.
            if (again && !to.over()) compareSoon(to);
        });
    }
}
