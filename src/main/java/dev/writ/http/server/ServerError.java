package dev.writ.http.server;

/** Broken surroundings of the server; {@link #code} says which. */
public final class ServerError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Code {
        /** The address to listen on is in use or not ours. */
        ADDRESS_UNAVAILABLE,
        /** A file of the listener's TLS is not there or cannot be read. */
        TLS_MISSING,
        /** A file of the listener's TLS is not what it should be. */
        TLS_MALFORMED,
        /** The listener's key is readable by others than its owner. */
        TLS_EXPOSED,
        /** The listener's key is not that of its certificate. */
        TLS_MISFIT,
        /** The listener's certificate is over, or not yet good. */
        TLS_EXPIRED,
        /** The stream ended: the client left, or the sink was closed from another thread. */
        GONE,
        /** The client did not read for so long that its connection was cut. */
        STALLED
    }

    private final Code code;

    ServerError(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
