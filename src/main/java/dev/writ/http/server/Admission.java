package dev.writ.http.server;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the calls, body bytes and streams in flight, and says no at the caps of {@link Limits}. Whoever calls may have so much
 * as a fixed multiple of what is free (dynamic thresholds, Choudhury and Hahne 1998): alone at most the share that is set,
 * together with others less, and whoever comes next finds a part of what is free.
 */
final class Admission {
    private final int callsMax;
    private final long bytesMax;
    private final int streamsMax;
    private final double multiple;
    private final Counts all = new Counts();
    private final Map<String, Counts> each = new ConcurrentHashMap<>();

    private static final class Counts {
        final AtomicInteger calls = new AtomicInteger();
        final AtomicLong bytes = new AtomicLong();
        final AtomicInteger streams = new AtomicInteger();
    }

    /** @param sharePercent the largest part that one may have; 100 for no bound but the caps */
    Admission(Limits limits, int sharePercent) {
        this.callsMax = limits.callsMax();
        this.streamsMax = limits.connectionsMax();
        this.bytesMax = limits.bodyBytesInFlightMax();
        this.multiple = sharePercent == 100 ? Double.POSITIVE_INFINITY : sharePercent / (100.0 - sharePercent);
    }

    /** A call's place; giving it back twice counts once. The event loop makes it grow, before the handler has it. */
    final class Slot {
        private final Counts own;
        private final AtomicBoolean held = new AtomicBoolean(true);
        private long reserved;

        private Slot(Counts own) {
            this.own = own;
        }

        /** Takes room for more bytes of the body; false when there is none. */
        boolean grow(long more) {
            if (!roomForBytes(own, more)) return false;
            reserved += more;
            return true;
        }

        /** A place for a stream that stays when the call's own is given back; empty when there are too many. */
        Optional<Runnable> stream() {
            int before = all.streams.getAndIncrement();
            int mine = own.streams.getAndIncrement();
            Runnable end = () -> {
                all.streams.decrementAndGet();
                own.streams.decrementAndGet();
            };
            if (fits(mine, 1, before, streamsMax)) return Optional.of(end);
            end.run();
            return Optional.empty();
        }

        void release() {
            if (!held.getAndSet(false)) return;
            if (reserved > 0) {
                all.bytes.addAndGet(-reserved);
                own.bytes.addAndGet(-reserved);
            }
            all.calls.decrementAndGet();
            own.calls.decrementAndGet();
        }
    }

    /**
     * A place, without room for bytes yet.
     *
     * @param who in whose share it counts
     * @param bodyBytes what is to come: more than is free now is refused before it is read
     */
    Optional<Slot> enter(String who, long bodyBytes) {
        var own = each.computeIfAbsent(who, _ -> new Counts());
        if (bodyBytes > 0 && !fits(own.bytes.get(), bodyBytes, all.bytes.get(), bytesMax)) return Optional.empty();
        int before = all.calls.getAndIncrement();
        int mine = own.calls.getAndIncrement();
        if (fits(mine, 1, before, callsMax)) return Optional.of(new Slot(own));
        all.calls.decrementAndGet();
        own.calls.decrementAndGet();
        return Optional.empty();
    }

    int callsInFlight() {
        return all.calls.get();
    }

    int streamsOpen() {
        return all.streams.get();
    }

    long bytesInFlight() {
        return all.bytes.get();
    }

    private boolean roomForBytes(Counts own, long more) {
        long before = all.bytes.getAndAdd(more);
        long mine = own.bytes.getAndAdd(more);
        if (fits(mine, more, before, bytesMax)) return true;
        all.bytes.addAndGet(-more);
        own.bytes.addAndGet(-more);
        return false;
    }

    private boolean fits(long mine, long more, long taken, long max) {
        return taken + more <= max && (mine == 0 || mine < multiple * (max - taken));
    }
}
