package dev.writ.http.client;

/**
 * A call that did not come to its end. {@link #sent} tells whether a byte of the request may have reached the peer:
 * when it is false, nothing happened there; when it is true, nobody knows.
 */
public final class ClientError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Code {
        /** The destination is not one that may be dialled. */
        FORBIDDEN,
        UNKNOWN_HOST,
        CONNECT_FAILED,
        TLS_FAILED,
        /** As many connections are open as may be. */
        EXHAUSTED,
        TIMED_OUT,
        /** The peer closed or reset the connection before the answer was complete. */
        PEER_CLOSED,
        /** The answer is not HTTP, or not the events it claims to be. */
        MALFORMED,
        TOO_LARGE,
        /** We ourselves gave up: closed, interrupted, shut down. */
        ABORTED
    }

    private final Code code;
    private final boolean sent;

    ClientError(Code code, boolean sent, String message) {
        super(message);
        this.code = code;
        this.sent = sent;
    }

    public Code code() {
        return code;
    }

    public boolean sent() {
        return sent;
    }
}
