package dev.writ.guard;

import java.time.Duration;

/**
 * How much evidence refused attempts may cause in a tenant; beyond it they are counted together. One caller has a quarter
 * of it, so that a single agent cannot make everyone's refusals coarse.
 *
 * @param recordsPerSecond on average; ten seconds' worth at once
 * @param bytesPerDay records and the values they commit to, estimated
 * @param window how long the same refusal is counted instead of recorded again
 */
public record RefusalQuota(int recordsPerSecond, long bytesPerDay, Duration window) {
    public static final RefusalQuota DEFAULT = new RefusalQuota(20, 256L << 20, Duration.ofSeconds(60));

    static final int BURST_SECONDS = 10;
    static final int CALLER_PART = 4;

    public RefusalQuota {
        if (recordsPerSecond < 1 || recordsPerSecond > 10_000)
            throw new IllegalArgumentException("1 to 10000 refusals a second are recorded");
        if (bytesPerDay < 1 << 20) throw new IllegalArgumentException("refusals need at least a megabyte a day");
        if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(Duration.ofHours(1)) > 0)
            throw new IllegalArgumentException("refusals are counted over 1 to 3600 seconds");
    }
}
