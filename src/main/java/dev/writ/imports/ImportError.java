package dev.writ.imports;

import dev.writ.base.Visible;

/** A file that cannot be imported: where the trouble stands, what it is and what to do. Nothing of the file is taken. */
public final class ImportError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int TEXT_CHARS_MAX = 400;

    public enum Code {
        /** Not JSON or YAML that can be read in one way only. */
        MALFORMED,
        /** Readable, but of no format that we know, or of two at once. */
        UNKNOWN_FORMAT,
        /** Larger, deeper or longer than we take. */
        TOO_LARGE,
        /** A value is missing, of another type than its format says, or contradicts another one. */
        WRONG_VALUE,
        /** Text with characters that a reader would not see. */
        HIDDEN_TEXT
    }

    private final Code code;
    private final String place;
    private final String next;

    ImportError(Code code, String place, String why, String next) {
        super(Visible.text(place + ": " + why, TEXT_CHARS_MAX));
        this.code = code;
        this.place = Visible.text(place, TEXT_CHARS_MAX);
        this.next = Visible.text(next, TEXT_CHARS_MAX);
    }

    public Code code() {
        return code;
    }

    /** File and JSON path or line. */
    public String place() {
        return place;
    }

    /** What to do about it. */
    public String next() {
        return next;
    }
}
