package dev.writ.guard.replay;

import org.jspecify.annotations.Nullable;

/** Database and ledger cannot be brought together; the start is refused. The message is one sentence for people. */
public final class ReplayFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is in the way, for programs. */
    public enum Code {
        /** The database knows of records that the ledger does not have: an older ledger was put back, or its end is gone. */
        LEDGER_BEHIND,
        /** The ledger is not the one that the database was written with. */
        OTHER_LEDGER,
        /** There is a ledger and no database that knows it. */
        DATABASE_LOST,
        /** A record takes authority away, or may, and cannot be made true. */
        RECORD,
        /** The policies in force are not those that the ledger says were published last. */
        POLICIES
    }

    private final Code code;

    ReplayFailure(Code code, String message) {
        this(code, message, null);
    }

    ReplayFailure(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
