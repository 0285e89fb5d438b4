package dev.writ.policy.publish;

/** The surroundings of publishing are broken: a folder, the store, the way a child process is started. */
public final class PublishException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;

    public enum Code {
        /** The policy folder cannot be read. */
        FOLDER,
        /** The store of bundles cannot be read or written. */
        STORE,
        /** A stored bundle is missing, altered, or of a version that this program does not know. */
        BUNDLE,
        /** A resource of the program itself is missing. */
        RESOURCE
    }

    public PublishException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public PublishException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
