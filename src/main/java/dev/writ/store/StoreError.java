package dev.writ.store;

/** The database cannot do what it was asked; the message names the cause and the next step, never a value. */
public class StoreError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong, for programs. */
    public enum Code {
        /** Another process, or another store in this one, holds the database, or has held it since we were cut off. */
        LOCKED,
        /** The folder, the file or the whole server cannot be written. */
        READ_ONLY,
        DISK_FULL,
        /** The database server cannot be reached, or the connection to it was lost before anything was changed. */
        UNREACHABLE,
        /** The database did not answer in time; nothing was changed. */
        STALLED,
        /** The database does not let our role in, or does not let it do what we need. */
        DENIED,
        /** It is not known whether the change was saved; it shows once the database answers again. */
        IN_DOUBT,
        /** More transactions wait than the queue holds; the caller may try again. */
        OVERLOADED,
        /** The database was written by a newer version, or its migrations differ from ours. */
        WRONG_SCHEMA,
        /** The database is damaged, is none, or has lost what it had confirmed. */
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
