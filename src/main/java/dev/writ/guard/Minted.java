package dev.writ.guard;

import dev.writ.base.Secret;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What came of asking for a token. */
public sealed interface Minted {
    /**
     * @param access the token, for the only time
     * @param bound it takes a proof of possession at each use (RFC 9449 §5)
     */
    record Token(Secret access, Optional<Secret> refresh, Duration lasts, boolean bound) implements Minted {}

    /** @param why a sentence for whoever builds the client, without anything that it does not know already */
    record No(Code error, String why) implements Minted {}

    /** The error codes of RFC 6749 §5.2, RFC 8707 §2 and RFC 9449 §5. */
    enum Code {
        INVALID_REQUEST,
        INVALID_CLIENT,
        INVALID_GRANT,
        INVALID_TARGET,
        UNAUTHORIZED_CLIENT,
        UNSUPPORTED_GRANT_TYPE,
        INVALID_DPOP_PROOF,
        USE_DPOP_NONCE,
        TEMPORARILY_UNAVAILABLE;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static No no(Code error, String why) {
        return new No(error, why);
    }
}
