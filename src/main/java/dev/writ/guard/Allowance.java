package dev.writ.guard;

import java.time.Duration;
import java.time.Instant;

/** What is left of a quota: so many records, refilled steadily, and so many bytes until the day (UTC) is over. */
final class Allowance {
    private final double perSecond;
    private final double burst;
    private final long bytesPerDay;
    private double records;
    private Instant filled;
    private long day;
    private long bytes;

    Allowance(double perSecond, long bytesPerDay, Instant now) {
        this.perSecond = perSecond;
        this.burst = Math.max(1, perSecond * RefusalQuota.BURST_SECONDS);
        this.bytesPerDay = bytesPerDay;
        this.records = burst;
        this.filled = now;
    }

    /** Whether one more record of about that size is within it. */
    synchronized boolean covers(long size, Instant now) {
        fill(now);
        return records >= 1 && bytes + size <= bytesPerDay;
    }

    synchronized void take(long size) {
        records--;
        bytes += size;
    }

    /** Whether nothing would be lost by forgetting it. */
    synchronized boolean untouched(Instant now) {
        fill(now);
        return records >= burst && bytes == 0;
    }

    private void fill(Instant now) {
        // A clock that was set back refills nothing; one that was set forward refills at most the burst.
        var passed = Duration.between(filled, now);
        if (passed.isPositive()) records = Math.min(burst, records + passed.toMillis() / 1000.0 * perSecond);
        if (!passed.isZero()) filled = now;
        long today = Math.floorDiv(now.getEpochSecond(), 86_400L);
        if (today > day) bytes = 0;
        day = Math.max(day, today);
    }
}
