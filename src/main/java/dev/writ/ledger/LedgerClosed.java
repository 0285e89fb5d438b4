package dev.writ.ledger;

/**
 * The ledger takes no more records. After a failed write or sync the state of the disk is unknown, so nothing is
 * retried: only opening the ledger again, which reads what is really there, makes it writable.
 */
public final class LedgerClosed extends LedgerFailure {
    private static final long serialVersionUID = 1;

    public LedgerClosed(String message) {
        super(Code.CLOSED, message);
    }

    public LedgerClosed(String message, Throwable cause) {
        super(Code.CLOSED, message, cause);
    }
}
