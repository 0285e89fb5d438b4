package dev.writ.upstream;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Ends something from outside, at once and from any thread; what is registered later runs at once as well. What was
 * registered first runs first: whoever waits may take back the rest as soon as it is released.
 */
public final class Cancellation {
    private final Queue<Registration> registrations = new ConcurrentLinkedQueue<>();
    private volatile boolean cancelled;

    /** Something to run on cancellation; closing it takes it back. */
    public final class Registration implements AutoCloseable {
        private final Runnable action;

        private Registration(Runnable action) {
            this.action = action;
        }

        @Override
        public void close() {
            registrations.remove(this);
        }
    }

    /** Runs the action once when cancelled, or now when that has happened already. */
    public Registration then(Runnable action) {
        var registration = new Registration(action);
        registrations.add(registration);
        // Whoever removes it runs it: a cancellation that came in between may have seen it or not.
        if (cancelled && registrations.remove(registration)) action.run();
        return registration;
    }

    public void cancel() {
        cancelled = true;
        for (var registration : List.copyOf(registrations))
            if (registrations.remove(registration)) registration.action.run();
    }

    public boolean cancelled() {
        return cancelled;
    }
}
