package dev.writ.upstream;

import dev.writ.http.client.ClientError;
import dev.writ.upstream.oauth.Challenge;
import java.util.Optional;

/** A server that cannot be reached, or does not speak MCP. The message is for people and quotes nothing of the server. */
public final class UpstreamError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final boolean sent;
    private final String why;
    private final transient Optional<Challenge> challenge;
    private final transient Optional<String> link;

    UpstreamError(boolean sent, String message) {
        super(message);
        this.sent = sent;
        this.why = message;
        this.challenge = Optional.empty();
        this.link = Optional.empty();
    }

    private UpstreamError(String message, String link) {
        super(message);
        this.sent = false;
        this.why = message;
        this.challenge = Optional.empty();
        this.link = Optional.of(link);
    }

    /** A server that only its person can connect, at an address of ours. */
    static UpstreamError unconnected(String link) {
        return new UpstreamError("a person must connect the server first: " + link, link);
    }

    /** A server that turned our credential away, before it did anything with the request. */
    UpstreamError(Challenge challenge) {
        super("the server refuses our credential (HTTP " + challenge.status() + ")");
        this.sent = true;
        this.why = "the server refuses our credential (HTTP " + challenge.status() + ")";
        this.challenge = Optional.of(challenge);
        this.link = Optional.empty();
    }

    UpstreamError(boolean sent, String message, Throwable cause) {
        super(message, cause);
        this.sent = sent;
        this.why = message;
        this.challenge = Optional.empty();
        this.link = Optional.empty();
    }

    /** One sentence for people. */
    public String why() {
        return why;
    }

    /** What the server said when it turned our credential away. */
    Optional<Challenge> challenge() {
        return challenge;
    }

    /** Where a person connects the server, if that is what is missing. */
    Optional<String> link() {
        return link;
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
