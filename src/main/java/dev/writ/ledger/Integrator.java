package dev.writ.ledger;

import dev.writ.base.NeverWaits;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The thread behind the writer: moves durable records into tiles and side store, signs checkpoints (at most one a
 * second for each log, and on request), gives segments back. All changes to a log's folders happen on it. A failure
 * closes the ledger: the write-ahead file still holds everything, and the next start completes the work.
 */
final class Integrator {
    private static final long CHECKPOINT_MILLIS = 1_000;
    /** Bytes in memory at which whole bundles are moved into tiles ahead of the next checkpoint. */
    private static final long EAGER_BYTES = 4L << 20;
    /** Bytes in memory at which the writer waits. */
    private static final long HELD_BYTES_MAX = 48L << 20;

    private final ConcurrentHashMap<dev.writ.base.Name, TenantLog> logs;
    private final WriteAhead wal;
    private final InstantSource clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ledger-integrator").daemon(true).factory());
    private final AtomicBoolean eager = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private volatile Consumer<Throwable> onFailure = _ -> {};
    private long held;
    private boolean stopped;

    Integrator(ConcurrentHashMap<dev.writ.base.Name, TenantLog> logs, WriteAhead wal, InstantSource clock) {
        this.logs = logs;
        this.wal = wal;
        this.clock = clock;
    }

    void start(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        var _ = thread.scheduleWithFixedDelay(
                () -> guarded(this::checkpointAll), CHECKPOINT_MILLIS, CHECKPOINT_MILLIS, TimeUnit.MILLISECONDS);
        thread.execute(() -> guarded(wal::prepare));
    }

    /** Something to be done on this thread. */
    interface Work {
        void run() throws IOException;
    }

    private void guarded(Work work) {
        try {
            lock.lock();
            try {
                if (stopped) return;
            } finally {
                lock.unlock();
            }
            work.run();
        } catch (Throwable e) { // an error, too, must close the ledger
            onFailure.accept(e);
        }
    }

    /** Runs something on this thread and waits for it. */
    <T> T call(Callable<T> work) {
        NeverWaits.refuse("the integrator");
        var done = new CompletableFuture<T>();
        try {
            thread.execute(() -> {
                try {
                    done.complete(work.call());
                } catch (Throwable e) { // handed to whoever waits
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new LedgerClosed("the ledger is closed", e);
        }
        try {
            return done.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw LedgerFailure.of(e.getCause() == null ? e : e.getCause(), "the ledger could not do this");
        }
    }

    /** As call, for what has no answer. */
    void run(Work work) {
        var _ = call(() -> {
            work.run();
            return true;
        });
    }

    /** Notes records that were handed to a log; starts work early when they are many. */
    void added(long bytes) {
        lock.lock();
        try {
            held += bytes;
            if (held < EAGER_BYTES || stopped) return;
        } finally {
            lock.unlock();
        }
        if (eager.compareAndSet(false, true))
            thread.execute(() -> {
                eager.set(false);
                guarded(this::integrateBundles);
            });
    }

    /** Lets the writer wait while memory holds too much that is not in tiles. */
    void awaitRoom() {
        lock.lock();
        try {
            while (held > HELD_BYTES_MAX && !stopped) room.awaitUninterruptibly();
        } finally {
            lock.unlock();
        }
    }

    private void freed(long bytes) {
        lock.lock();
        try {
            held -= bytes;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void integrateBundles() throws IOException {
        for (var log : logs.values()) freed(log.integrateBundles());
    }

    private void checkpointAll() throws IOException {
        for (var log : logs.values()) freed(log.checkpointNow(clock));
        releaseSegments();
        wal.prepare();
    }

    private void releaseSegments() throws IOException {
        wal.release(tenant -> {
            var log = logs.get(tenant);
            return log == null ? 0 : log.checkpoint().size();
        });
    }

    /** Checkpoints one log now. Runs on this thread. */
    void checkpoint(TenantLog log) {
        guarded(() -> freed(log.checkpointNow(clock)));
    }

    /** Changes a log's keys; a failure half way closes the ledger, and the next start completes it. Runs on this thread. */
    long rotate(TenantLog log, long record) throws IOException {
        try {
            log.rotate(record);
            return log.rotation().last().orElseThrow().size();
        } catch (IOException | RuntimeException e) {
            onFailure.accept(e);
            throw e;
        }
    }

    /** Checkpoints every log, gives back and overwrites all segments but the current one. Runs on this thread. */
    void scrub() {
        guarded(() -> {
            checkpointAll();
            wal.scrub();
        });
    }

    /** Leaves everything as it is from now on. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Checkpoints all logs a last time, unless stopped, and ends the thread. */
    void close() {
        thread.execute(() -> guarded(() -> {
            checkpointAll();
            for (var log : logs.values()) log.saveIntents();
        }));
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                var _ = thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
