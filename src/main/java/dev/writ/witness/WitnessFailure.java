package dev.writ.witness;

import org.jspecify.annotations.Nullable;

/** A witness, or the way to one, cannot work; the message is for people. */
public final class WitnessFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong, for programs. */
    public enum Code {
        /** The file of known logs cannot be read or does not name verifier keys. */
        LOGS,
        /** The folder cannot be written to, or another process has it. */
        FOLDER,
        /** What the folder remembers of a log is not what was put there. */
        STATE,
        /** A witness proves another history of a log of ours, or more of it than we have. */
        CONTRADICTED
    }

    private final Code code;

    WitnessFailure(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
