package dev.writ.store;

import dev.writ.base.NeverWaits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A few platform threads with one connection each, a bounded queue in front of them, and a bound on every wait. */
final class Lane implements AutoCloseable {
    private static final ScopedValue<Boolean> INSIDE = ScopedValue.newInstance();

    private final ThreadPoolExecutor threads;
    private final ArrayBlockingQueue<Link> links;
    private final Duration patience;

    Lane(String name, List<? extends Link> links, int waitingMax, Duration patience) {
        this.links = new ArrayBlockingQueue<>(links.size(), false, List.copyOf(links));
        this.patience = patience;
        this.threads = new ThreadPoolExecutor(
                links.size(),
                links.size(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waitingMax),
                Thread.ofPlatform().name(name + "-", 0).daemon().factory());
    }

    /**
     * Runs the work on one of the threads and waits for it, also when interrupted: half-known outcomes help nobody.
     * After the lane's patience work that has not begun is given up, and work that has begun is in doubt.
     */
    <T> T run(Transaction<T> work) {
        NeverWaits.refuse("the database");
        if (INSIDE.isBound()) throw new IllegalStateException("a transaction must not start another one");
        var job = new Job<>(work);
        try {
            threads.execute(job);
        } catch (RejectedExecutionException e) {
            throw refused(e);
        }
        return job.await();
    }

    private enum State {
        WAITING,
        BEGUN,
        GIVEN_UP
    }

    /** Work in the queue or on a thread. */
    private final class Job<T> implements Runnable {
        private final Transaction<T> work;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        Job(Transaction<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            if (!state.compareAndSet(State.WAITING, State.BEGUN)) return;
            try {
                var link = links.take();
                try {
                    answer.complete(ScopedValue.where(INSIDE, true).call(() -> link.run(work)));
                } finally {
                    links.add(link);
                }
            } catch (InterruptedException e) {
                answer.completeExceptionally(new StoreError(StoreError.Code.CLOSED, "the store is closing", e));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        }

        T await() {
            long until = System.nanoTime() + patience.toNanos();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return answer.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    } catch (TimeoutException e) {
                        throw tooLong(e);
                    } catch (ExecutionException e) {
                        if (e.getCause() instanceof RuntimeException cause) throw cause;
                        if (e.getCause() instanceof Error cause) throw cause;
                        throw new IllegalStateException(e);
                    }
                }
            } finally {
                if (interrupted) Thread.currentThread().interrupt();
            }
        }

        private StoreError tooLong(TimeoutException e) {
            if (state.compareAndSet(State.WAITING, State.GIVEN_UP)) return stalled(e);
            var committed = new CompletableFuture<Boolean>();
            var _ = answer.whenComplete((_, failure) -> found(committed, failure));
            return new InDoubt(committed, e);
        }
    }

    private static void found(CompletableFuture<Boolean> committed, @Nullable Throwable failure) {
        if (failure instanceof InDoubt doubt) {
            var _ = doubt.committed().thenAccept(committed::complete);
        } else {
            committed.complete(failure == null);
        }
    }

    static StoreError stalled(Exception e) {
        return new StoreError(
                StoreError.Code.STALLED, "the database does not answer; nothing was changed, try again in a moment", e);
    }

    private StoreError refused(RejectedExecutionException e) {
        if (threads.isShutdown()) return new StoreError(StoreError.Code.CLOSED, "the store is closed", e);
        return new StoreError(
                StoreError.Code.OVERLOADED,
                threads.getQueue().size() + " transactions wait already; try again in a moment",
                e);
    }

    @Override
    public void close() {
        threads.close();
        Link link;
        while ((link = links.poll()) != null) link.close();
    }
}
