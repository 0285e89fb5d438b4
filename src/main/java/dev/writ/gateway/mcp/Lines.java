package dev.writ.gateway.mcp;

import dev.writ.http.server.EventSink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The lines of one session. Those that are over are kept a while for a client that did not hear the end. */
final class Lines {
    static final int OVER_MAX = 16;
    static final int LISTENING_MAX = 4;
    static final Duration OVER_KEPT = Duration.ofSeconds(60);
    private static final Pattern EVENT_ID = Pattern.compile("([1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})");

    private record Entry(Line line, boolean listening, Optional<Instant> over) {}

    private final boolean resumable;
    private final Kept kept;
    private final InstantSource clock;
    private final Map<Long, Entry> lines = new LinkedHashMap<>();
    private long names;
    private boolean closed;

    /** @param resumable whether the client's revision knows how to take a stream up again (2025-11-25) */
    Lines(boolean resumable, Kept kept, InstantSource clock) {
        this.resumable = resumable;
        this.kept = kept;
        this.clock = clock;
    }

    /** A line for one request. */
    synchronized Line open(Runnable abandoned) {
        return add(false, abandoned);
    }

    /** The request of a line has its answer. */
    synchronized void ended(Line line) {
        for (var entry : lines.entrySet())
            if (entry.getValue().line().equals(line))
                entry.setValue(new Entry(line, entry.getValue().listening(), Optional.of(clock.instant())));
        // What was said before the client could hear it is still due.
        if (closed || line.silent() || (!resumable && line.attached())) forget(line);
        expire();
    }

    /** The stream that a client opens to hear what belongs to no request; the oldest one gives way. */
    void listen(EventSink sink) {
        listening().attach(sink, 0);
    }

    private synchronized Line listening() {
        var listening = lines.values().stream()
                .filter(Entry::listening)
                .map(Entry::line)
                .toList();
        if (listening.size() >= LISTENING_MAX) forget(listening.getFirst());
        long name = names + 1;
        return add(true, () -> gone(name));
    }

    /** Where a client wants to go on. */
    sealed interface Place {
        record At(Line line, long after) implements Place {}

        /** No event of this session, or one whose successors are no longer known. */
        record Nowhere() implements Place {}
    }

    synchronized Place place(String eventId) {
        expire();
        var parts = EVENT_ID.matcher(eventId);
        if (!resumable || !parts.matches()) return new Place.Nowhere();
        var entry = lines.get(Long.parseLong(parts.group(1)));
        long after = Long.parseLong(parts.group(2));
        return entry == null || !entry.line().remembers(after)
                ? new Place.Nowhere()
                : new Place.At(entry.line(), after);
    }

    /** The line for what belongs to no request: one that is heard now, or else the newest that may be taken up again. */
    synchronized Optional<Line> unasked() {
        var listening = lines.values().stream()
                .filter(Entry::listening)
                .map(Entry::line)
                .toList();
        var heard = listening.stream().filter(Line::heard).reduce((_, newer) -> newer);
        return heard.isPresent() ? heard : listening.stream().reduce((_, newer) -> newer);
    }

    synchronized boolean heard() {
        return lines.values().stream().anyMatch(entry -> entry.line().heard());
    }

    /** Ends every stream on which nothing of a request is due, and forgets what was answered: authority has ended. */
    synchronized void cut() {
        for (var entry : List.copyOf(lines.values()))
            if (entry.listening() || entry.over().isPresent()) forget(entry.line());
    }

    /** The session is over: requests that are under way are cancelled by it and still say so. */
    synchronized void close() {
        closed = true;
        cut();
    }

    synchronized void expire() {
        var before = clock.instant().minus(OVER_KEPT);
        var over = lines.values().stream()
                .filter(entry -> entry.over().isPresent())
                .toList();
        for (int i = 0; i < over.size(); i++)
            if (i < over.size() - OVER_MAX || over.get(i).over().get().isBefore(before))
                forget(over.get(i).line());
    }

    private synchronized void gone(long name) {
        var entry = lines.get(name);
        if (entry != null) forget(entry.line());
    }

    private Line add(boolean listening, Runnable abandoned) {
        var line = new Line(++names, resumable, kept, abandoned);
        lines.put(names, new Entry(line, listening, Optional.empty()));
        return line;
    }

    private void forget(Line line) {
        lines.values().removeIf(entry -> entry.line().equals(line));
        line.close();
        line.forget();
    }
}
