package dev.writ.app;

import dev.writ.store.StoreError;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Does small work again and again in the background; work that fails is told and done again the next time. */
final class Ticker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Ticker.class.getName());

    private final List<Runnable> work;
    private final ScheduledExecutorService thread;

    Ticker(Duration every, List<Runnable> work) {
        this.work = List.copyOf(work);
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("writ-tick").factory());
        var _ = thread.scheduleWithFixedDelay(this::tick, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Everything once, now; what fails does not keep the rest from being done. */
    void tick() {
        for (var each : work) {
            try {
                each.run();
            } catch (StoreError e) {
                // The database is down for a while: one line each time says it all.
                LOG.log(System.Logger.Level.WARNING, "background work waits: " + e.getMessage());
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "background work failed; it is tried again", e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) thread.shutdownNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
