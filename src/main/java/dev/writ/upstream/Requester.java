package dev.writ.upstream;

import dev.writ.base.Json;
import java.util.Optional;

/**
 * The client of one request, as far as its server has to do with it.
 *
 * @param progress whether it wants to hear of progress
 * @param returns whether it repeats a request with what the server asks for (2026-07-28, basic/patterns/mrtr)
 * @param capabilities what the server may ask of it while it answers: elicitation, sampling, roots
 * @param logLevel from which level on it wants the server's log of this request
 * @param told takes what the server says of this request before its answer; must be short
 */
public record Requester(
        boolean progress, boolean returns, Json.Obj capabilities, Optional<String> logLevel, Incoming told) {
    /** One that waits for the answer alone. */
    public static final Requester SILENT =
            new Requester(false, false, Json.Obj.EMPTY, Optional.empty(), Incoming.NOBODY);

    /** One that wants to hear of progress and offers nothing. */
    public static Requester ofProgress(Incoming told) {
        return new Requester(true, false, Json.Obj.EMPTY, Optional.empty(), told);
    }
}
