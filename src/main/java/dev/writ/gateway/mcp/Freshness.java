package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** When a server's tools were last compared with the pins, for one caller and its way to the server. */
final class Freshness {
    /** Definitions older than this are compared with the pins again before the next call. */
    static final Duration DEFINITIONS_FRESH = Duration.ofSeconds(60);

    private Instant listed = Instant.MIN;
    private long changes;
    private volatile Set<String> shown = Set.of();

    synchronized boolean fresh(Instant now) {
        return now.isBefore(listed.plus(DEFINITIONS_FRESH));
    }

    /** To be asked before a list is requested, and given back when it has come. */
    synchronized long asked() {
        return changes;
    }

    /**
     * A list that was requested before the server's last change may be older than the change: it refreshes nothing.
     *
     * @param tools what the caller may see of it: as approved
     */
    synchronized void seen(long asked, Instant now, List<Json> tools) {
        var names = new HashSet<String>();
        for (var tool : tools)
            if (tool instanceof Json.Obj object) object.string("name").ifPresent(names::add);
        shown = Set.copyOf(names);
        if (asked == changes) listed = now;
    }

    /** Whether the newest list held this tool as it was approved. */
    boolean showed(String tool) {
        return shown.contains(tool);
    }

    /** The server says that its tools changed: nothing is called before they were compared again. */
    synchronized void stale() {
        changes++;
        listed = Instant.MIN;
    }
}
