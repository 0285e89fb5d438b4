package dev.writ.http.server;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the calls and body bytes in flight, and says no at the caps of {@link Limits}. */
final class Admission {
    private final int callsMax;
    private final long bytesMax;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    Admission(Limits limits) {
        this.callsMax = limits.callsMax();
        this.bytesMax = limits.bodyBytesInFlightMax();
    }

    /** A call's share; giving it back twice counts once. */
    final class Slot {
        private final long reserved;
        private final AtomicBoolean held = new AtomicBoolean(true);

        private Slot(long reserved) {
            this.reserved = reserved;
        }

        void release() {
            if (!held.getAndSet(false)) return;
            bytes.addAndGet(-reserved);
            calls.decrementAndGet();
        }
    }

    Optional<Slot> enter(long bodyBytes) {
        if (calls.incrementAndGet() > callsMax) {
            calls.decrementAndGet();
            return Optional.empty();
        }
        if (bytes.addAndGet(bodyBytes) > bytesMax) {
            bytes.addAndGet(-bodyBytes);
            calls.decrementAndGet();
            return Optional.empty();
        }
        return Optional.of(new Slot(bodyBytes));
    }

    int callsInFlight() {
        return calls.get();
    }
}
