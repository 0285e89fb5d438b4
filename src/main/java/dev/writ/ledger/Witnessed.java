package dev.writ.ledger;

import dev.writ.ledger.verify.Checkpoint;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far others vouch for a log: the last checkpoint that enough witnesses cosigned, since when later records wait for
 * that, and whether a witness contradicts us. Readers look at two volatile fields; changes come a few times a second.
 */
final class Witnessed {
    private static final long NOTHING_WAITS = Long.MAX_VALUE;
    /** Beyond these, later checkpoints are not noted one by one: what waits longest counts. */
    private static final int NOTED_MAX = 4_096;

    private record Seen(long size, long millis) {}

    private final WitnessRule rule;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Seen> waiting = new ArrayDeque<>();
    private volatile @Nullable Checkpoint last;
    private volatile long since = NOTHING_WAITS;
    private volatile @Nullable String contradiction;
    private final ConcurrentSkipListMap<String, Heard> heard = new ConcurrentSkipListMap<>();

    Witnessed(WitnessRule rule, Optional<Checkpoint> last) {
        this.rule = rule;
        this.last = last.orElse(null);
    }

    /** Notes that the log was checkpointed. */
    void checkpointed(long size, long nowMillis) {
        if (!rule.asked()) return;
        lock.lock();
        try {
            if (size <= size() || waiting.size() >= NOTED_MAX) return;
            waiting.addLast(new Seen(size, nowMillis));
            since = waiting.getFirst().millis;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a checkpoint with these signatures is witnessed, and further than what was. */
    boolean isAdvance(Checkpoint cosigned) {
        return rule.asked()
                && cosigned.size() > size()
                && rule.witnesses().of(cosigned).enough();
    }

    void advance(Checkpoint cosigned) {
        lock.lock();
        try {
            last = cosigned;
            while (!waiting.isEmpty() && waiting.getFirst().size <= cosigned.size()) waiting.removeFirst();
            since = waiting.isEmpty() ? NOTHING_WAITS : waiting.getFirst().millis;
        } finally {
            lock.unlock();
        }
    }

    /** A witness has proof of another history of this log; this is never taken back. True when it is the first. */
    boolean contradicted(String why) {
        lock.lock();
        try {
            boolean first = contradiction == null;
            if (first) contradiction = why;
            return first;
        } finally {
            lock.unlock();
        }
    }

    Optional<String> contradiction() {
        return Optional.ofNullable(contradiction);
    }

    Optional<Checkpoint> last() {
        return Optional.ofNullable(last);
    }

    void heard(Heard from) {
        heard.put(from.witness(), from);
    }

    List<Heard> heard() {
        return List.copyOf(heard.values());
    }

    /** Up to which record others vouch. */
    long size() {
        var known = last;
        return known == null ? 0 : known.size();
    }

    /** Why no new action may rest on this log now, if that is so. */
    Optional<String> objection(long durable, long nowMillis) {
        var against = contradiction;
        if (against != null) return Optional.of(against);
        if (!rule.asked()) return Optional.empty();
        if (rule.lagRecords() > 0 && durable - size() > rule.lagRecords())
            return Optional.of("more than " + rule.lagRecords() + " records wait for a witness");
        long from = since;
        if (rule.lag().isPositive()
                && from != NOTHING_WAITS
                && nowMillis - from > rule.lag().toMillis())
            return Optional.of(
                    "records wait for a witness longer than " + rule.lag().toSeconds() + " s");
        return Optional.empty();
    }
}
