package dev.writ.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the ledger cannot write: it takes no more records, or one batch has been on its way to the disk for too
 * long. Then nothing new is admitted, and what is still open is cut: what happens on it could not be proved.
 */
final class LedgerWatch {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final BooleanSupplier closed;
    private final LongSupplier batch;
    private final Runnable cut;
    private long seen;
    private @Nullable Instant since;
    private boolean wasCut;
    private volatile boolean stuck;

    /**
     * @param closed whether the ledger takes no more records
     * @param batch the number of the batch that is being written; 0 for none
     */
    LedgerWatch(BooleanSupplier closed, LongSupplier batch, Runnable cut) {
        this.closed = closed;
        this.batch = batch;
        this.cut = cut;
    }

    /** Whether a record would wait for a disk that does not answer. */
    boolean stuck() {
        return stuck;
    }

    /** Looks; to be called every second or so. */
    synchronized void look(Instant now) {
        long writing = closed.getAsBoolean() ? -1 : batch.getAsLong();
        if (writing == 0 || writing != seen) {
            seen = writing;
            since = writing == 0 ? null : now;
            stuck = false;
            wasCut = false;
            return;
        }
        if (since == null || Duration.between(since, now).compareTo(PATIENCE) < 0) return;
        stuck = true;
        if (wasCut) return;
        wasCut = true;
        cut.run();
    }
}
