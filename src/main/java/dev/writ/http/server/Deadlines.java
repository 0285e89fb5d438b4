package dev.writ.http.server;

import java.time.Duration;
import java.util.stream.Stream;

/** The server's monotonic time and the pace of its sweep, which ends what has waited too long. */
final class Deadlines {
    static final long NONE = Long.MAX_VALUE;

    private final long origin = System.nanoTime();

    long in(Duration wait) {
        return now() + wait.toNanos();
    }

    boolean passed(long deadline) {
        return deadline != NONE && now() >= deadline;
    }

    /** A quarter of the shortest limit, so that none is overrun by more. */
    static Duration sweep(Limits limits) {
        long shortest = Stream.of(limits.head(), limits.body(), limits.idle(), limits.write())
                .mapToLong(Duration::toMillis)
                .min()
                .orElseThrow();
        return Duration.ofMillis(Math.clamp(shortest / 4, 5, 500));
    }

    private long now() {
        return System.nanoTime() - origin;
    }
}
