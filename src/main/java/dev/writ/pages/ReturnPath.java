package dev.writ.pages;

import java.util.Optional;

/** Where to go back to after a detour: a path of ours and nothing else, whatever a browser would make of it. */
public final class ReturnPath {
    private static final int CHARS_MAX = 6_000;

    private ReturnPath() {}

    /** The wanted path if it is one of ours. */
    public static Optional<String> of(Optional<String> wanted) {
        return wanted.filter(ReturnPath::safe);
    }

    /**
     * Whether a text is a path with perhaps a query, on our own origin: {@code //host}, {@code /\host} and everything with
     * a scheme lead elsewhere, and browsers drop tabs and line breaks before they look.
     */
    public static boolean safe(String path) {
        if (path.length() > CHARS_MAX || !path.startsWith("/")) return false;
        if (path.startsWith("//") || path.startsWith("/\\")) return false;
        return path.chars().allMatch(c -> c > ' ' && c < 0x7f && "\\\"<>^`{|}#".indexOf(c) < 0);
    }
}
