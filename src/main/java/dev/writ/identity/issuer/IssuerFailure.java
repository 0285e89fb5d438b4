package dev.writ.identity.issuer;

/** The keys of our tokens cannot be read, written or used; the message says what to do. */
public final class IssuerFailure extends RuntimeException {
    IssuerFailure(String message) {
        super(message);
    }

    IssuerFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
