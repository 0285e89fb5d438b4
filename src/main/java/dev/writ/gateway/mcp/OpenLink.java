package dev.writ.gateway.mcp;

import dev.writ.upstream.McpLink;
import java.time.Instant;
import java.time.InstantSource;

/** A link that is kept for one caller, and counts who uses it: ended, it closes when the last one has gone. */
final class OpenLink {
    private final Hop hop;
    private final McpLink upstream;
    private final Changes changes;
    private final InstantSource clock;
    private int users;
    private boolean over;
    private boolean closed;
    private Instant lastUsed;
    private Runnable unwatch = () -> {};

    OpenLink(Hop hop, McpLink upstream, Changes changes, InstantSource clock) {
        this.hop = hop;
        this.upstream = upstream;
        this.changes = changes;
        this.clock = clock;
        this.lastUsed = clock.instant();
    }

    Hop hop() {
        return hop;
    }

    McpLink upstream() {
        return upstream;
    }

    /** What the server says unasked. */
    Changes changes() {
        return changes;
    }

    boolean lost() {
        return upstream.lost();
    }

    /** Counts a user in; false when the link is over. */
    synchronized boolean take() {
        if (over) return false;
        users++;
        lastUsed = clock.instant();
        return true;
    }

    void giveBack() {
        boolean last;
        synchronized (this) {
            users--;
            lastUsed = clock.instant();
            last = over && users == 0 && !closed;
            closed |= last;
        }
        if (last) close();
    }

    synchronized boolean idle() {
        return users == 0;
    }

    synchronized boolean idleSince(Instant since) {
        return users == 0 && lastUsed.isBefore(since);
    }

    synchronized boolean over() {
        return over;
    }

    synchronized Instant lastUsed() {
        return lastUsed;
    }

    void watchedBy(Runnable taken) {
        boolean late;
        synchronized (this) {
            unwatch = taken;
            late = over;
        }
        if (late) taken.run();
    }

    /** Takes no more users. Calls that are under way have watches of their own; whoever revokes does not wait. */
    void end() {
        boolean now;
        Runnable taken;
        synchronized (this) {
            now = !over && users == 0;
            over = true;
            closed |= now;
            taken = unwatch;
        }
        taken.run();
        if (now) close();
    }

    private void close() {
        Thread.ofVirtual().name("mcp-link-end").start(upstream::close);
    }
}
