package dev.writ.ledger.token;

import org.jspecify.annotations.Nullable;

/** The token cannot do what was asked. What needed its signature is not signed. */
public final class TokenFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong, for programs; the message is for people and never holds a PIN. */
    public enum Code {
        /** The library is not there or is none for PKCS#11. */
        LIBRARY,
        /** The token is not there, is not the only one of its name, or has no EdDSA. */
        TOKEN,
        /** The token refused the PIN, or would lock itself if this one were wrong too. */
        PIN,
        /** The key is not there, is another one, or could be taken out. */
        KEY,
        /** The token answered with an error. */
        REFUSED,
        /** The token did not answer in time. */
        SLOW
    }

    private final Code code;
    private final long returned;

    TokenFailure(Code code, String message) {
        this(code, message, Returned.OK, null);
    }

    TokenFailure(Code code, String message, @Nullable Throwable cause) {
        this(code, message, Returned.OK, cause);
    }

    TokenFailure(Code code, String message, long returned, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.returned = returned;
    }

    public Code code() {
        return code;
    }

    /** Whether a new session may help. */
    boolean lost() {
        return Returned.isLoss(returned);
    }
}
