package dev.writ.vault;

/** The vault cannot be opened or a secret cannot be read; the message names cause and next step, never a secret. */
public final class VaultError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong, for programs. */
    public enum Code {
        MASTER_KEY_MISSING,
        /** The file holds another key than the one that wrapped the secrets. */
        MASTER_KEY_WRONG,
        MASTER_KEY_MALFORMED,
        /** Others than its owner may read the file. */
        MASTER_KEY_EXPOSED,
        UNREADABLE,
        /** A secret was changed outside of Writ, or moved from another place. */
        TAMPERED
    }

    private final Code code;

    VaultError(Code code, String message) {
        super(message);
        this.code = code;
    }

    VaultError(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
