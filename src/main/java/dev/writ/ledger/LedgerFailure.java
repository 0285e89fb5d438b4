package dev.writ.ledger;

import dev.writ.ledger.token.TokenFailure;
import dev.writ.ledger.verify.EvidenceFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

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
        /** The log holds less than others have vouched for, or something else: an old or another state was put back. */
        ROLLBACK,
        /** The token that holds a signing key does not sign, or the key is in another one. */
        TOKEN,
        /** The file system refused: full, read-only, gone. */
        DISK
    }

    private final Code code;

    public LedgerFailure(Code code, String message) {
        super(message);
        this.code = code;
    }

    public LedgerFailure(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What a broken surrounding means for the caller. */
    static LedgerFailure of(Throwable cause, String what) {
        return switch (cause) {
            case LedgerFailure known -> known;
            case TokenFailure e -> new LedgerFailure(Code.TOKEN, what + ": " + e.getMessage(), e);
            case EvidenceFailure e -> new LedgerFailure(Code.DAMAGED, what + ": " + e.getMessage(), e);
            case UncheckedIOException e -> new LedgerFailure(Code.DISK, what + ": " + reason(e.getCause()), e);
            case IOException e -> new LedgerFailure(Code.DISK, what + ": " + reason(e), e);
            default -> new LedgerFailure(Code.DISK, what + ": " + cause, cause);
        };
    }

    private static String reason(@Nullable IOException e) {
        return switch (e) {
            case null -> "the disk failed";
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileSystemException named -> named.getMessage() + "";
            default -> e.getMessage() + "";
        };
    }

    public final Code code() {
        return code;
    }
}
