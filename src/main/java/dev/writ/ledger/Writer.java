package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.base.NeverWaits;
import dev.writ.base.Turns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The group commit: one platform thread takes everything that waits, writes it with one write and one sync, and only
 * then tells the indexes. While it syncs the next batch gathers, so no delay is needed to make batches. What nobody waits
 * for wakes nobody: it rides the next commit, or one of its own after 2 ms. The first failure ends it for good: everyone
 * who waits and everyone who comes later is refused.
 *
 * <p>Handing over is one compare-and-set on a stack. Whoever pushes looks afterwards whether the writer has ended, and
 * then empties the stack itself: between the two nothing is left behind.
 */
final class Writer {
    /** Bytes of records that may wait; beyond them new ones are refused. */
    static final long WAITING_BYTES_MAX = 32L << 20;

    private static final int BATCH_BYTES_MAX = 1 << 20;
    private static final long RIDE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(2);

    private static final int AWAKE = 0;
    /** Waits for anything. */
    private static final int SLEEPING = 1;
    /** Something rides, and the writer waits for somebody who waits. */
    private static final int NAPPING = 2;

    /** The same object always, so that one turn wakes once. */
    private final Runnable awake = this::awake;

    private final WriteAhead wal;
    private final Integrator integrator;
    private final Thread thread;
    private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicInteger state = new AtomicInteger(AWAKE);
    private final AtomicReference<@Nullable LedgerClosed> closed = new AtomicReference<>();
    private volatile boolean awaited;
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile long batchInHand;
    private long batches;

    Writer(WriteAhead wal, Integrator integrator) {
        this.wal = wal;
        this.integrator = integrator;
        this.thread = Thread.ofPlatform().name("ledger-writer").daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Hands over a record; throws when none are taken. */
    void offer(Waiting.Append append) {
        var failed = closed.get();
        if (failed != null) throw new LedgerClosed(failed.getMessage() + "", failed);
        if (closing) throw new LedgerClosed("the ledger is closed");
        if (waitingBytes.get() > WAITING_BYTES_MAX)
            throw new LedgerFailure(
                    LedgerFailure.Code.BUSY, "the disk does not keep up with the ledger; try again in a moment");
        waitingBytes.addAndGet(append.sealed.weight());
        switch (append) {
            case Waiting.Awaited _ -> push(append, true);
            case Waiting.Riding _ -> push(append, false);
            case Waiting.Told told
            when told.on instanceof Turns turns -> {
                put(append);
                turns.atEnd(awake);
            }
            case Waiting.Told _ -> push(append, true);
        }
    }

    private void awake() {
        awaited = true;
        wake(true);
        refuseIfOver();
    }

    /** Goes on in a fresh segment; true once that is so, false when the ledger is closed. */
    CompletableFuture<Boolean> rotate() {
        return barrier(new Waiting.Barrier(true));
    }

    /** True once everything that was offered before is on disk, false when the ledger is closed. */
    CompletableFuture<Boolean> flush() {
        return barrier(new Waiting.Barrier(false));
    }

    private CompletableFuture<Boolean> barrier(Waiting.Barrier barrier) {
        NeverWaits.refuse("what was begun before");
        if (closed.get() != null || closing) return CompletableFuture.completedFuture(false);
        push(barrier, true);
        return barrier.done;
    }

    private void push(Waiting one, boolean wakes) {
        put(one);
        if (wakes) awaited = true;
        wake(wakes);
        refuseIfOver();
    }

    private void put(Waiting one) {
        Waiting top;
        do {
            top = waiting.get();
            one.next = top;
        } while (!waiting.compareAndSet(top, one));
    }

    private void refuseIfOver() {
        if (ended || closed.get() != null) refuse(Waiting.inOrder(waiting.getAndSet(null)));
    }

    /** @param fromNap also when it waits for somebody who waits */
    private void wake(boolean fromNap) {
        int now = state.get();
        if ((now == SLEEPING || (now == NAPPING && fromNap)) && state.compareAndSet(now, AWAKE))
            LockSupport.unpark(thread);
    }

    /** Why nothing more is taken, once that is so. */
    @Nullable
    LedgerClosed closed() {
        return closed.get();
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
                write(batch);
            } catch (Throwable e) { // an error, too, must leave nobody waiting
                fail(e);
                refuse(batch);
            }
        }
        ended = true;
        refuse(Waiting.inOrder(waiting.getAndSet(null)));
    }

    /** Everything that waits, oldest first, or nothing once the ledger is closed. */
    private List<Waiting> take() {
        batchInHand = 0;
        while (waiting.get() == null) {
            if (closing || closed.get() != null) return List.of();
            state.set(SLEEPING);
            if (waiting.get() == null && !closing && closed.get() == null) LockSupport.park(this);
            state.set(AWAKE);
        }
        if (!awaited) nap();
        awaited = false;
        var all = Waiting.inOrder(waiting.getAndSet(null));
        long bytes = 0;
        for (var one : all) if (one instanceof Waiting.Append append) bytes += append.sealed.weight();
        waitingBytes.addAndGet(-bytes);
        return all;
    }

    private void nap() {
        long until = System.nanoTime() + RIDE_NANOS_MAX;
        for (long left = RIDE_NANOS_MAX; left > 0; left = until - System.nanoTime()) {
            state.set(NAPPING);
            if (!awaited && !closing && closed.get() == null) LockSupport.parkNanos(this, left);
            state.set(AWAKE);
            if (awaited || closing || closed.get() != null) return;
        }
    }

    private void write(List<Waiting> batch) throws IOException {
        var failed = closed.get();
        if (failed != null) throw failed;
        var appends = new ArrayList<Waiting.Append>(batch.size());
        for (var one : batch) if (one instanceof Waiting.Append append) appends.add(append);
        commit(appends);
        for (var one : batch) {
            if (!(one instanceof Waiting.Barrier barrier)) continue;
            if (barrier.rotate) wal.rotate(0);
            barrier.done.complete(true);
        }
    }

    private void commit(List<Waiting.Append> batch) throws IOException {
        var indexes = new long[batch.size()];
        int told = 0;
        long bytes = 0;
        for (int i = 0; i < batch.size(); i++) {
            var append = batch.get(i);
            int frame = Frame.size(append.log.tenant(), append.sealed);
            boolean rotate = !wal.fits(frame);
            if (rotate || bytes + frame > BATCH_BYTES_MAX) {
                told = tell(batch, indexes, told, i);
                bytes = 0;
            }
            if (rotate) wal.rotate(frame);
            indexes[i] = append.log.assign();
            wal.put(append.log.tenant(), indexes[i], append.sealed, frame);
            bytes += frame;
        }
        tell(batch, indexes, told, batch.size());
    }

    private int tell(List<Waiting.Append> batch, long[] indexes, int from, int to) throws IOException {
        if (from == to) return to;
        wal.commit();
        long bytes = 0;
        for (int i = from; i < to; i++) {
            var append = batch.get(i);
            append.log.accept(indexes[i], append.sealed);
            bytes += append.sealed.weight();
        }
        integrator.added(bytes);
        var tellings = new Tellings(true);
        for (int i = from; i < to; i++) {
            switch (batch.get(i)) {
                case Waiting.Awaited one ->
                    one.done.complete(new Appended(one.log.tenant(), indexes[i], Digest.ofBytes(one.sealed.hash())));
                case Waiting.Told one -> {
                    one.written = true;
                    tellings.add(one);
                }
                case Waiting.Riding _ -> {}
            }
        }
        tellings.tell();
        return to;
    }

    /** Takes no more records. Never retried: after a failed sync nobody knows what the disk holds. */
    void fail(Throwable cause) {
        var failure = LedgerFailure.of(cause, "the ledger takes no more records until Writ starts again");
        closed.compareAndSet(null, new LedgerClosed(failure.getMessage() + "", cause));
        LockSupport.unpark(thread);
        refuse(Waiting.inOrder(waiting.getAndSet(null)));
        integrator.stop();
    }

    /** Tells those who have not heard yet. */
    private void refuse(List<Waiting> these) {
        if (these.isEmpty()) return;
        var tellings = new Tellings(false);
        for (var one : these) {
            switch (one) {
                case Waiting.Awaited awaits -> awaits.done.completeExceptionally(refusal());
                case Waiting.Told told -> {
                    if (!told.written) tellings.add(told);
                }
                case Waiting.Barrier barrier -> barrier.done.complete(false);
                case Waiting.Riding _ -> {}
            }
        }
        tellings.tell();
    }

    /** What those are told who come too late. */
    LedgerClosed refusal() {
        var first = closed.get();
        return first == null
                ? new LedgerClosed("the ledger is closed")
                : new LedgerClosed(first.getMessage() + "", first);
    }

    /** Writes what waits and ends the thread. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
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
