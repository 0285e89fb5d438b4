package dev.writ.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few platform threads with one connection each and a bounded queue in front of them. */
final class Lane implements AutoCloseable {
    private static final ScopedValue<Boolean> INSIDE = ScopedValue.newInstance();

    private final ThreadPoolExecutor threads;
    private final ArrayBlockingQueue<Connection> connections;
    private final String begin;

    Lane(String name, String begin, List<Connection> connections, int waitingMax) {
        this.begin = begin;
        this.connections = new ArrayBlockingQueue<>(connections.size(), false, connections);
        this.threads = new ThreadPoolExecutor(
                connections.size(),
                connections.size(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waitingMax),
                Thread.ofPlatform().name(name + "-", 0).daemon().factory());
    }

    /** Runs the work on one of the threads and waits for it, also when interrupted: half-known outcomes help nobody. */
    <T> T run(Transaction<T> work) {
        if (INSIDE.isBound()) throw new IllegalStateException("a transaction must not start another one");
        var answer = new CompletableFuture<T>();
        try {
            threads.execute(() -> complete(answer, work));
        } catch (RejectedExecutionException e) {
            throw refused(e);
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    private <T> void complete(CompletableFuture<T> answer, Transaction<T> work) {
        try {
            var connection = connections.take();
            try {
                answer.complete(
                        ScopedValue.where(INSIDE, true).call(() -> Store.inTransaction(connection, begin, work)));
            } finally {
                connections.add(connection);
            }
        } catch (SQLException e) {
            answer.completeExceptionally(Sqlite.error(e));
        } catch (InterruptedException e) {
            answer.completeExceptionally(new StoreError(StoreError.Code.CLOSED, "the store is closing", e));
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
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
        Connection connection;
        while ((connection = connections.poll()) != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw Sqlite.error(e);
            }
        }
    }
}
