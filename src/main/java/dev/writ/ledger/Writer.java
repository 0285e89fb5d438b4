package dev.writ.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The group commit: one platform thread takes everything that waits, writes it with one write and one sync, and only
 * then tells the indexes. While it syncs the next batch gathers, so no delay is needed to make batches. The first
 * failure ends it for good: everyone who waits and everyone who comes later is refused.
 */
final class Writer {
    /** Bytes of records that may wait; beyond them new ones are refused. */
    static final long WAITING_BYTES_MAX = 32L << 20;

    private static final int BATCH_BYTES_MAX = 1 << 20;

    private record Request(TenantLog log, Sealed sealed, CompletableFuture<Appended> done) {}

    /** What {@link #take} found. */
    private record Batch(List<Request> requests, List<CompletableFuture<Boolean>> rotations) {
        boolean isEmpty() {
            return requests.isEmpty() && rotations.isEmpty();
        }
    }

    private final WriteAhead wal;
    private final Integrator integrator;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private List<Request> queue = new ArrayList<>();
    private List<CompletableFuture<Boolean>> rotations = new ArrayList<>();
    private long queuedBytes;
    private volatile long batchInHand;
    private long batches;
    private boolean idle;
    private boolean closing;
    private @Nullable LedgerClosed closed;

    Writer(WriteAhead wal, Integrator integrator) {
        this.wal = wal;
        this.integrator = integrator;
        this.thread = Thread.ofPlatform().name("ledger-writer").daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    CompletableFuture<Appended> offer(TenantLog log, Sealed sealed) {
        var done = new CompletableFuture<Appended>();
        lock.lock();
        try {
            if (closed != null) throw new LedgerClosed(closed.getMessage() + "", closed);
            if (closing) throw new LedgerClosed("the ledger is closed");
            if (queuedBytes > WAITING_BYTES_MAX)
                throw new LedgerFailure(
                        LedgerFailure.Code.BUSY, "the disk does not keep up with the ledger; try again in a moment");
            queue.add(new Request(log, sealed, done));
            queuedBytes += sealed.weight();
            if (idle) work.signal();
        } finally {
            lock.unlock();
        }
        return done;
    }

    /** Goes on in a fresh segment; true once that is so, false when the ledger is closed. */
    CompletableFuture<Boolean> rotate() {
        var done = new CompletableFuture<Boolean>();
        lock.lock();
        try {
            if (closed != null || closing) return CompletableFuture.completedFuture(false);
            rotations.add(done);
            work.signal();
        } finally {
            lock.unlock();
        }
        return done;
    }

    /** Why nothing more is taken, once that is so. */
    @Nullable
    LedgerClosed closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** The number of the batch on its way to the disk; 0 while there is none. */
    long batchInHand() {
        return batchInHand;
    }

    private void run() {
        for (var batch = take(); !batch.isEmpty(); batch = take()) {
            batchInHand = ++batches;
            try {
                integrator.awaitRoom();
                commit(batch.requests);
                for (var rotation : batch.rotations) {
                    wal.rotate(0);
                    rotation.complete(true);
                }
            } catch (Throwable e) { // an error, too, must leave nobody waiting
                fail(e);
                refuse(batch);
            }
        }
    }

    /** Tells those of a batch who have not heard yet. */
    private void refuse(Batch batch) {
        for (var request : batch.requests) request.done.completeExceptionally(refusal());
        for (var rotation : batch.rotations) rotation.complete(false);
    }

    /** Everything that waits, or nothing once the ledger is closed. */
    private Batch take() {
        lock.lock();
        try {
            while (queue.isEmpty() && rotations.isEmpty() && !closing && closed == null) {
                batchInHand = 0;
                idle = true;
                work.awaitUninterruptibly();
                idle = false;
            }
            var batch = new Batch(queue, rotations);
            queue = new ArrayList<>(queue.size());
            rotations = new ArrayList<>();
            queuedBytes = 0;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void commit(List<Request> batch) throws IOException {
        var failed = closed();
        if (failed != null) throw failed;
        var indexes = new long[batch.size()];
        int told = 0;
        long bytes = 0;
        for (int i = 0; i < batch.size(); i++) {
            var request = batch.get(i);
            int frame = Frame.size(request.log.tenant(), request.sealed);
            boolean rotate = !wal.fits(frame);
            if (rotate || bytes + frame > BATCH_BYTES_MAX) {
                told = tell(batch, indexes, told, i);
                bytes = 0;
            }
            if (rotate) wal.rotate(frame);
            indexes[i] = request.log.assign();
            wal.put(request.log.tenant(), indexes[i], request.sealed, frame);
            bytes += frame;
        }
        tell(batch, indexes, told, batch.size());
    }

    private int tell(List<Request> batch, long[] indexes, int from, int to) throws IOException {
        if (from == to) return to;
        wal.commit();
        long bytes = 0;
        for (int i = from; i < to; i++) {
            var request = batch.get(i);
            request.log.accept(indexes[i], request.sealed);
            bytes += request.sealed.weight();
        }
        integrator.added(bytes);
        for (int i = from; i < to; i++) {
            var request = batch.get(i);
            var leaf = dev.writ.base.Digest.ofBytes(request.sealed.hash());
            request.done.complete(new Appended(request.log.tenant(), indexes[i], leaf));
        }
        return to;
    }

    /** Takes no more records. Never retried: after a failed sync nobody knows what the disk holds. */
    void fail(Throwable cause) {
        Batch waiting;
        lock.lock();
        try {
            if (closed == null)
                closed = new LedgerClosed(
                        LedgerFailure.of(cause, "the ledger takes no more records until Writ starts again")
                                        .getMessage() + "",
                        cause);
            waiting = new Batch(queue, rotations);
            queue = new ArrayList<>();
            rotations = new ArrayList<>();
            work.signalAll();
        } finally {
            lock.unlock();
        }
        refuse(waiting);
        integrator.stop();
    }

    private LedgerClosed refusal() {
        var first = closed();
        return first == null
                ? new LedgerClosed("the ledger is closed")
                : new LedgerClosed(first.getMessage() + "", first);
    }

    /** Writes what waits and ends the thread. */
    void close() {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
