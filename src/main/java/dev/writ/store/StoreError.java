package dev.writ.store;

/** The database cannot do what it was asked; the message names the cause and the next step, never a value. */
public final class StoreError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong, for programs. */
    public enum Code {
        /** Another process, or another store in this one, holds the database. */
        LOCKED,
        /** Folder or file cannot be written. */
        READ_ONLY,
        DISK_FULL,
        /** More transactions wait than the queue holds; the caller may try again. */
        OVERLOADED,
        /** The database was written by a newer version, or its migrations differ from ours. */
        WRONG_SCHEMA,
        /** The file is damaged or is no database. */
        CORRUPT,
        /** Memory and database disagree about a row, or a constraint was violated. */
        CONFLICT,
        CLOSED,
        FAILED
    }

    private final Code code;

    public StoreError(Code code, String message) {
        super(message);
        this.code = code;
    }

    public StoreError(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
