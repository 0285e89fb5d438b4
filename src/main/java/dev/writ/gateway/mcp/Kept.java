package dev.writ.gateway.mcp;

import java.util.concurrent.atomic.AtomicLong;

/** How much of what was said may be kept for clients that lost their connection, over all sessions. */
final class Kept {
    static final long BYTES_MAX = 32L << 20;

    private final AtomicLong left = new AtomicLong(BYTES_MAX);

    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) return true;
        left.addAndGet(bytes);
        return false;
    }

    void give(long bytes) {
        left.addAndGet(bytes);
    }

    /** How much is kept now. */
    long bytes() {
        return BYTES_MAX - left.get();
    }
}
