package dev.writ.ledger;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** Keeps a few of something that is dear to make and used by one thread at a time; never waits, makes another one instead. */
final class Pool<T> {
    private static final int KEPT = 8;

    private final AtomicReferenceArray<T> kept = new AtomicReferenceArray<>(KEPT);
    private final Supplier<T> maker;

    Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    T take() {
        int from = start();
        for (int i = 0; i < KEPT; i++) {
            int at = (from + i) & (KEPT - 1);
            if (kept.getPlain(at) == null) continue;
            var found = kept.getAndSet(at, null);
            if (found != null) return found;
        }
        return maker.get();
    }

    void give(T used) {
        int from = start();
        for (int i = 0; i < KEPT; i++) if (kept.compareAndSet((from + i) & (KEPT - 1), null, used)) return;
    }

    private static int start() {
        return (int) Thread.currentThread().threadId() & (KEPT - 1);
    }
}
