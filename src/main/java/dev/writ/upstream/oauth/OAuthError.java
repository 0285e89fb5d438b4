package dev.writ.upstream.oauth;

import java.util.Optional;

/** Why a token cannot be had. The message is for people and repeats nothing of what the other side wrote. */
public final class OAuthError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Optional<String> code;

    OAuthError(String why) {
        this(Optional.empty(), why);
    }

    /** @param code of the token endpoint's answer, one that we know */
    OAuthError(Optional<String> code, String why) {
        super(why);
        this.code = code;
    }

    public String why() {
        return String.valueOf(getMessage());
    }

    /** Whether what was shown to the token endpoint is no longer good there (RFC 6749 §5.2). */
    boolean grantRefused() {
        return code.filter("invalid_grant"::equals).isPresent();
    }

    /** Whether there is no such server for whoever asks. */
    boolean absent() {
        return code.filter("absent"::equals).isPresent();
    }

    /** Whether the token endpoint does not know us (any more). */
    boolean clientRefused() {
        return code.filter(c -> c.equals("invalid_client") || c.equals("unauthorized_client"))
                .isPresent();
    }
}
