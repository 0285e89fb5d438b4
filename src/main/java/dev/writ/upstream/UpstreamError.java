package dev.writ.upstream;

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
}
