package dev.writ.upstream;

import dev.writ.base.Json;

/** Takes what a server says unasked: notifications outside a call. Runs on the session's reader; must be short. */
@FunctionalInterface
public interface Incoming {
    Incoming NOBODY = (_, _) -> {};

    void notification(String method, Json.Obj params);
}
