package dev.writ.ledger.verify;

import java.nio.file.Path;

/** A file of evidence that cannot be used; the message names it. */
public final class EvidenceFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whether the evidence is bad or merely out of reach. */
    public enum Code {
        /** The file is missing, cut short or not what its place says it is. */
        DAMAGED,
        /** The file system did not let us read it. */
        UNREADABLE
    }

    private final Code code;

    public EvidenceFailure(Code code, Path file, String why) {
        super(file + ": " + why);
        this.code = code;
    }

    public EvidenceFailure(Code code, Path file, String why, Throwable cause) {
        super(file + ": " + why, cause);
        this.code = code;
    }

    static EvidenceFailure damaged(Path file, String why) {
        return new EvidenceFailure(Code.DAMAGED, file, why);
    }

    public Code code() {
        return code;
    }
}
