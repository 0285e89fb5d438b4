package dev.writ.base;

/** A text that is not the JSON we accept; {@code offset} counts bytes from its start. Never quotes the text itself. */
public final class JsonError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final int offset;

    public JsonError(String reason, int offset) {
        super("invalid JSON at byte " + offset + ": " + reason);
        this.reason = reason;
        this.offset = offset;
    }

    public String reason() {
        return reason;
    }

    public int offset() {
        return offset;
    }
}
