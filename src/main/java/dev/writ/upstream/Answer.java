package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Refusal;

/** What came of sending a permitted request. Guard has its outcome already. */
public sealed interface Answer {
    /** The server's result, unchanged. */
    record Result(Json.Obj result) implements Answer {}

    /** The server's JSON-RPC error, unchanged. */
    record ServerError(Json.Obj error) implements Answer {}

    /** The permit was no longer good when the first byte was due: nothing was sent. */
    record Stopped(Refusal.Reason reason) implements Answer {}

    /**
     * No answer.
     *
     * @param sent whether the request may have reached the server; if not, nothing happened there
     * @param why one sentence for people, without the server's own words
     */
    record Failed(boolean sent, String why) implements Answer {}

    /** The server wants a token, which only its person can get: at this address of ours. Nothing was done there. */
    record Unconnected(String link) implements Answer {}

    /** Revocation, or the client itself, cut the call; what the server did is not known. */
    record Cut() implements Answer {}
}
