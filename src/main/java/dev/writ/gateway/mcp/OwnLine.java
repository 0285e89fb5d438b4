package dev.writ.gateway.mcp;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The line of one request: opened when there is something to say on it, since most requests have nothing but an answer. */
final class OwnLine {
    private final Lines lines;
    private final Runnable abandoned;
    private @Nullable Line opened;

    /** @param abandoned as with {@link Lines#open} */
    OwnLine(Lines lines, Runnable abandoned) {
        this.lines = lines;
        this.abandoned = abandoned;
    }

    synchronized Line line() {
        var line = opened == null ? lines.open(abandoned) : opened;
        opened = line;
        return line;
    }

    synchronized Optional<Line> opened() {
        return Optional.ofNullable(opened);
    }
}
