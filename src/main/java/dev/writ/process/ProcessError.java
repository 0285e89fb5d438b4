package dev.writ.process;

/** A child that cannot be started or spoken to. */
public final class ProcessError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Code {
        NOT_STARTED,
        /** Its input is closed, or it has ended. */
        ENDED,
        /** It did not take its input in time. */
        STALLED,
        /** A line beyond the limit, or not UTF-8. */
        MALFORMED
    }

    private final Code code;

    ProcessError(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
