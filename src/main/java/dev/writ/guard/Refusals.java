package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.Draft;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Puts refusals into the ledger, and keeps whoever is refused from filling the disk. The first refusal of a kind is a
 * record of its own, on disk before the answer. The same one again within a window is counted, and the count becomes one
 * record when the window ends, when it is large and at shutdown; a crash loses at most the counts of open windows. The same
 * is: same caller, same action digest, same reason under the same policies. Where a caller's or tenant's {@link RefusalQuota}
 * is used up, same caller, kind of action and kind of reason is enough. Permits and transitions never come here.
 */
final class Refusals implements AutoCloseable {
    /** Folded refusals that become a record without waiting for the end of the window. */
    static final long COUNT_MAX = 10_000;

    private static final int WINDOWS_MAX = 4_000;
    private static final long RECORD_BYTES = 4 << 10;

    private final Recorder recorder;
    private final Evidence evidence;
    private final RefusalQuota quota;
    private final Ids ids;
    private final InstantSource clock;
    private final Map<Same, Window> windows = new ConcurrentHashMap<>();
    private final Map<Name, Allowance> tenants = new ConcurrentHashMap<>();
    private final Map<Who, Allowance> callers = new ConcurrentHashMap<>();
    private final Map<Name, LongAdder> folded = new ConcurrentHashMap<>();

    Refusals(Recorder recorder, Evidence evidence, RefusalQuota quota, Ids ids, InstantSource clock) {
        this.recorder = recorder;
        this.evidence = evidence;
        this.quota = quota;
        this.ids = ids;
        this.clock = clock;
    }

    /** What became of a refusal: the decision that tells of it in the ledger, and whether that record is on disk. */
    record Kept(Id decision, boolean durable) {}

    private record Who(Name tenant, String text) {
        static Who of(Caller caller) {
            return new Who(
                    caller.tenant(),
                    switch (caller) {
                        case Caller.OfAgent agent -> agent.agent() + " " + agent.task() + " " + agent.key();
                        case Caller.OfPerson person -> person.person().text();
                    });
        }
    }

    private sealed interface Same {}

    private record Exactly(Who who, Digest action, Refusal.Reason reason, String bundle) implements Same {}

    private record Roughly(Who who, String action, String reason) implements Same {}

    /** Refuses, with a record or a count; where neither is possible, for want of a ledger. */
    Refusal refuse(Evidence.Matter matter, Refusal.Reason reason, Optional<TaskBrief> brief) {
        var kept = keep(matter, reason);
        return new Refusal(
                kept.decision(),
                kept.durable() ? reason : new Refusal.Unavailable("the ledger cannot be written"),
                brief);
    }

    Kept keep(Evidence.Matter matter, Refusal.Reason reason) {
        var who = Who.of(matter.attempt().caller());
        var exactly = new Exactly(
                who, matter.digest().digest(), reason, matter.judged().bundle());
        var known = windows.get(exactly);
        if (known != null && known.fold(matter.now())) return known.kept();
        long size = RECORD_BYTES + 3L * matter.payload().bytes().length;
        boolean within = windows.size() < WINDOWS_MAX && covered(who, size, matter.now());
        return keep(
                within ? exactly : new Roughly(who, matter.attempt().action().kind(), reason.code()), matter, reason);
    }

    /** Whether a hold may still be recorded: one that is asked for again and again is paid from the same quota. */
    boolean roomForHold(Caller caller, long payloadBytes) {
        return covered(Who.of(caller), RECORD_BYTES + 3L * payloadBytes, clock.instant());
    }

    /** A tenant's refusals that were counted instead of recorded, since the start. */
    long folded(Name tenant) {
        var counted = folded.get(tenant);
        return counted == null ? 0 : counted.sum();
    }

    /** Writes the counts of windows that are over. */
    void flush() {
        var now = clock.instant();
        var over = new ArrayList<Window>();
        windows.values().removeIf(window -> window.over(now) && over.add(window));
        over.forEach(Window::end);
        callers.values().removeIf(allowance -> allowance.untouched(now));
    }

    /** Writes all counts. */
    @Override
    public void close() {
        var open = new ArrayList<Window>();
        windows.values().removeIf(open::add);
        open.forEach(Window::end);
    }

    private Kept keep(Same same, Evidence.Matter matter, Refusal.Reason reason) {
        var window = new Window(matter.attempt().caller().tenant(), matter.decision(), matter.now());
        while (true) {
            var known = windows.putIfAbsent(same, window);
            if (known == null) return begin(same, window, matter, reason);
            if (known.fold(matter.now())) return known.kept();
            if (windows.remove(same, known)) known.end();
        }
    }

    private Kept begin(Same same, Window window, Evidence.Matter matter, Refusal.Reason reason) {
        Draft draft;
        try {
            draft = evidence.refusal(matter, reason);
        } catch (RuntimeException e) {
            windows.remove(same, window);
            window.durable.complete(false);
            throw e;
        }
        return window.begin(same, draft);
    }

    private boolean covered(Who who, long size, Instant now) {
        var tenant = tenants.computeIfAbsent(
                who.tenant(), _ -> new Allowance(quota.recordsPerSecond(), quota.bytesPerDay(), now));
        var caller = callers.computeIfAbsent(
                who,
                _ -> new Allowance(
                        (double) quota.recordsPerSecond() / RefusalQuota.CALLER_PART,
                        quota.bytesPerDay() / RefusalQuota.CALLER_PART,
                        now));
        if (!caller.covers(size, now) || !tenant.covers(size, now)) return false;
        caller.take(size);
        tenant.take(size);
        return true;
    }

    /** A refusal that has a record, and those like it that came after. */
    private final class Window {
        private final Name tenant;
        private final Id decision;
        private final Instant start;
        private final CompletableFuture<Boolean> durable = new CompletableFuture<>();
        // Without the payload, which may be large: windows are many.
        private Json.Obj first = Json.Obj.EMPTY;
        private long count;
        private Instant from;
        private Instant to;
        private boolean ended;

        Window(Name tenant, Id decision, Instant start) {
            this.tenant = tenant;
            this.decision = decision;
            this.start = start;
            this.from = start;
            this.to = start;
        }

        /** Records the first one. Whoever folds meanwhile waits for it: nothing is counted onto a record that is not there. */
        Kept begin(Same same, Draft draft) {
            boolean written = false;
            try {
                first = draft.record();
                written = recorder.durable(draft);
            } finally {
                if (!written) windows.remove(same, this);
                durable.complete(written);
            }
            return kept();
        }

        /** Counts one more; false when the window is over. */
        boolean fold(Instant now) {
            if (!durable.join()) return false;
            var due = new ArrayList<Evidence.Told>(1);
            synchronized (this) {
                if (ended || over(now)) return false;
                if (count == 0) from = now;
                to = now;
                count++;
                folded.computeIfAbsent(tenant, _ -> new LongAdder()).increment();
                if (count >= COUNT_MAX) due.add(counted());
            }
            due.forEach(this::write);
            return true;
        }

        Kept kept() {
            return new Kept(decision, durable.join());
        }

        /** A clock that is set back ends it as well: no window may last longer than it should. */
        boolean over(Instant now) {
            return !now.isBefore(start.plus(quota.window())) || now.isBefore(start.minus(quota.window()));
        }

        void end() {
            if (!durable.join()) return;
            var due = new ArrayList<Evidence.Told>(1);
            synchronized (this) {
                ended = true;
                if (count > 0) due.add(counted());
            }
            due.forEach(this::write);
        }

        private Evidence.Told counted() {
            var draft = evidence.refusals(first, ids.next("dec"), clock.instant(), count, from, to);
            count = 0;
            return draft;
        }

        private void write(Evidence.Told draft) {
            recorder.begin(tenant, draft);
        }
    }
}
