package dev.writ.policy;

import dev.writ.base.Json;

/** What became of a call's arguments on their way into a question. */
public sealed interface Arguments {
    /**
     * @param input what policies see as {@code context.input}
     * @param forward the arguments with their paths normalised: what is judged is what must be digested and sent
     */
    record Typed(Value.Record input, Json.Obj forward) implements Arguments {}

    /** An argument that was declared as a path tries to be something else. */
    record Refused(String argument, String reason) implements Arguments {}
}
