package dev.writ.ledger;

/** The ledger cannot do what was asked. Whoever needed the evidence must refuse the action. */
public sealed class LedgerFailure extends RuntimeException permits LedgerClosed {
    private static final long serialVersionUID = 1;

    /** What went wrong, for programs; the message is for people. */
    public enum Code {
        /** The record or its side values do not have the required form or size; nothing was written. */
        RECORD,
        /** Too much waits to be written; nothing was written, trying again later is safe. */
        BUSY,
        /** No further record is accepted: an earlier write failed or the ledger was closed. */
        CLOSED,
        /** Another process has the data folder. */
        LOCKED,
        /** A file of the data folder is not what the ledger left there. */
        DAMAGED,
        /** The file system refused: full, read-only, gone. */
        DISK
    }

    private final Code code;

    public LedgerFailure(Code code, String message) {
        super(message);
        this.code = code;
    }

    public LedgerFailure(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public final Code code() {
        return code;
    }
}
