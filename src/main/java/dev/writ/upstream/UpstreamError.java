package dev.writ.upstream;

import dev.writ.http.client.ClientError;

/** A server that cannot be reached, or does not speak MCP. The message is for people and quotes nothing of the server. */
public final class UpstreamError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final boolean sent;
    private final String why;

    UpstreamError(boolean sent, String message) {
        super(message);
        this.sent = sent;
        this.why = message;
    }

    UpstreamError(boolean sent, String message, Throwable cause) {
        super(message, cause);
        this.sent = sent;
        this.why = message;
    }

    /** One sentence for people. */
    public String why() {
        return why;
    }

    /** Whether something may have reached the server. */
    public boolean sent() {
        return sent;
    }

    /** What the connection to a server came to; an answer that is not accepted came from a server that was reached. */
    static UpstreamError of(ClientError error) {
        var what =
                switch (error.code()) {
                    case MALFORMED, TOO_LARGE -> "the server's answer is not accepted: ";
                    case EXHAUSTED -> "too much is asked of servers at once: ";
                    case FORBIDDEN, UNKNOWN_HOST, CONNECT_FAILED, TLS_FAILED, TIMED_OUT, PEER_CLOSED, ABORTED ->
                        "the server cannot be reached: ";
                };
        return new UpstreamError(error.sent(), what + error.getMessage(), error);
    }
}
