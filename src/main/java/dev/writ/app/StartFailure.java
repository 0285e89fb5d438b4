package dev.writ.app;

import org.jspecify.annotations.Nullable;

/** Writ cannot start: what is in the way, and what to do about it. */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String next;

    StartFailure(String what, String next, @Nullable Throwable cause) {
        super(what, cause);
        this.next = next;
    }

    /** What to do about it. */
    public String next() {
        return next;
    }
}
