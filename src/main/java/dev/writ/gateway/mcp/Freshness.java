package dev.writ.gateway.mcp;

import java.time.Duration;
import java.time.Instant;

/** When a server's tools were last compared with the pins, for one caller and its way to the server. */
final class Freshness {
    /** Definitions older than this are compared with the pins again before the next call. */
    static final Duration DEFINITIONS_FRESH = Duration.ofSeconds(60);

    private Instant listed = Instant.MIN;
    private long changes;

    synchronized boolean fresh(Instant now) {
        return now.isBefore(listed.plus(DEFINITIONS_FRESH));
    }

    /** To be asked before a list is requested, and given back when it has come. */
    synchronized long asked() {
        return changes;
    }

    /** A list that was requested before the server's last change may be older than the change: it refreshes nothing. */
    synchronized void seen(long asked, Instant now) {
        if (asked == changes) listed = now;
    }

    /** The server says that its tools changed: nothing is called before they were compared again. */
    synchronized void stale() {
        changes++;
        listed = Instant.MIN;
    }
}
