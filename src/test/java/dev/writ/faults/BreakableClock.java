package dev.writ.faults;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The system's clock, whose n-th reading after arming fails. */
final class BreakableClock implements InstantSource {
    private final AtomicLong readings = new AtomicLong();
    private volatile long failing = Long.MAX_VALUE;

    void arm(long nth) {
        readings.set(0);
        failing = nth;
    }

    long readings() {
        return readings.get();
    }

    @Override
    public Instant instant() {
        if (readings.incrementAndGet() == failing) throw new IllegalStateException("the clock cannot be read");
        return InstantSource.system().instant();
    }
}
