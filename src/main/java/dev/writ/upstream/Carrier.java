package dev.writ.upstream;

import dev.writ.base.Json;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** How requests of the era without sessions reach a server: each a POST of its own, or a line to a process. */
sealed interface Carrier extends AutoCloseable permits HttpCarrier, StdioCarrier {
    /**
     * A request on its way.
     *
     * @param message with {@code id}, and {@code _meta} as the revision wants it
     * @param headers what repeats members of the message
     * @param showing what the server is shown of the caller
     */
    record Letter(long id, Json.Obj message, Map<String, String> headers, Showing showing) {}

    /**
     * Sends a request and waits for the answer with its id.
     *
     * @throws UpstreamError when there is no answer
     */
    default Json.Obj exchange(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        return Coming.awaited(then -> begin(letter, meanwhile, cancellation, then), cancellation);
    }

    /** As exchange; without waiting where it {@link #begins}. */
    void begin(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation, Consumer<Coming<Json.Obj>> then);

    /** Whether requests can be begun on a thread that never waits. */
    boolean begins();

    /**
     * Sends a request for a subscription and stays until it ends.
     *
     * @return the answer that ended it; empty when the connection ended without one
     */
    Optional<Json.Obj> listen(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation);

    /** Whether arguments of tools are to be repeated in headers. */
    boolean mirrors();

    boolean lost();

    String peer();

    @Override
    void close();
}
