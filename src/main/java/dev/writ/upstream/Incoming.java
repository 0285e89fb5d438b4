package dev.writ.upstream;

import dev.writ.base.Json;
import java.time.Duration;

/** Takes what a server says before or without an answer. Runs on the session's reader; must be short. */
@FunctionalInterface
public interface Incoming {
    Incoming NOBODY = (_, _) -> {};

    void notification(String method, Json.Obj params);

    /** A request of the server's own: must be answered or refused. Runs on a thread of its own and may wait. */
    default void request(ServerRequest request) {
        request.refuse("not offered");
    }

    /** What the server may ask of the client, declared to it when a session opens. */
    default Json.Obj capabilities() {
        return Json.Obj.EMPTY;
    }

    /** The server let go of a call's stream, and is asked for the rest of it after this time. */
    default void paused(Duration retry) {}
}
