package dev.writ.http.server;

/**
 * Answers the requests of a route, in blocking style on a virtual thread of its own. Whatever it throws becomes a 500
 * that tells the client nothing.
 */
@FunctionalInterface
public interface Handler {
    Answer handle(Request request);
}
