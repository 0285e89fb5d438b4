package dev.writ.upstream;

import dev.writ.base.Json;
import java.time.Duration;
import java.util.function.Consumer;

/** One connection to one server, for one client session: carries JSON-RPC messages and nothing else. */
interface Wire extends AutoCloseable {
    /**
     * Sends a request and waits for the answer with its id. Messages that arrive meanwhile go to {@code meanwhile}.
     *
     * @param showing what the server is shown of the caller; from then on also with what belongs to no request
     *
     * @throws UpstreamError when there is no answer
     */
    default Json.Obj exchange(
            long id, byte[] message, Showing showing, Meanwhile meanwhile, Cancellation cancellation) {
        return Coming.awaited(then -> begin(id, message, showing, meanwhile, cancellation, then), cancellation);
    }

    /**
     * As exchange, without waiting where it {@link #begins}.
     *
     * @param then told once, on the thread on which this was called or on the connection's event loop
     */
    void begin(
            long id,
            byte[] message,
            Showing showing,
            Meanwhile meanwhile,
            Cancellation cancellation,
            Consumer<Coming<Json.Obj>> then);

    /** Whether requests can be begun on a thread that never waits. */
    boolean begins();

    /** Sends a notification or an answer to a server's request. */
    void send(byte[] message);

    /** The server's name for people: an address or a command. */
    String peer();

    /** Whether the server has ended this session by itself: its process is gone, or it no longer knows us. */
    boolean lost();

    /** Called once after the handshake, with the agreed revision; from then on unasked messages may arrive. */
    void ready(String protocolVersion, Meanwhile unasked);

    @Override
    void close();

    /** Takes a message that is not the awaited answer. */
    @FunctionalInterface
    interface Meanwhile {
        void message(Json.Obj message);

        /** The server let go of the stream and is asked for the rest of it after this time. */
        default void paused(Duration retry) {}

        /** Whether the server waits for the client, so that its silence is no fault. */
        default boolean waiting() {
            return false;
        }
    }
}
