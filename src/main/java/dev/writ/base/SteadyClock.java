package dev.writ.base;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that never goes back: while the one below it is behind a moment that was told already, it stands still there.
 * What has expired therefore stays expired, whatever somebody does to the machine's clock. Thread-safe.
 */
public final class SteadyClock implements InstantSource {
    private final InstantSource below;
    private final AtomicReference<Instant> latest = new AtomicReference<>(Instant.MIN);

    public SteadyClock(InstantSource below) {
        this.below = below;
    }

    @Override
    public Instant instant() {
        var now = below.instant();
        // One volatile read on the usual way; two threads that overtake each other differ by nanoseconds.
        return latest.accumulateAndGet(now, SteadyClock::later);
    }

    /** Never tells a moment before this one again. */
    public void atLeast(Instant moment) {
        latest.accumulateAndGet(moment, SteadyClock::later);
    }

    /** How far the clock below is behind what was told already; zero when it is not. */
    public Duration behind() {
        var gap = Duration.between(below.instant(), latest.get());
        return latest.get().equals(Instant.MIN) || gap.isNegative() ? Duration.ZERO : gap;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
