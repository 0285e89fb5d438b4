package dev.writ.http.client;

/** A call under way that was begun without waiting for it. */
public final class Begun {
    private final Attempt attempt;

    Begun(Attempt attempt) {
        this.attempt = attempt;
    }

    /**
     * Ends the call at once, from any thread: the connection is cut when the answer is not complete, and the receiver
     * gets {@code ABORTED}, unless it has got something else already. Also ends an event stream that has opened.
     */
    public void cancel() {
        attempt.cancel();
    }
}
