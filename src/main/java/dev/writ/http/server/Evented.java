package dev.writ.http.server;

/**
 * Answers the requests of a route on the connection's event loop, for calls that need memory and the network alone. It
 * must not block: a thousand connections wait for it. What it throws becomes a 500 that tells the client nothing.
 */
@FunctionalInterface
public interface Evented {
    /** Sees to it that the reply is given once, now or later, from any thread. */
    void begin(Request request, Reply reply);

    /** How a route holds one. */
    record OnLoop(Evented evented) implements Handler {
        @Override
        public Answer handle(Request request) {
            throw new IllegalStateException("a route on the event loop has no blocking form");
        }
    }
}
