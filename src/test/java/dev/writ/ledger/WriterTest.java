package dev.writ.ledger;

import static dev.writ.ledger.Sample.NODE;
import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Id;
import dev.writ.base.Turns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handing records over: nothing is lost, told twice or told too early, whoever hands over and whenever it ends. */
class WriterTest {
    @TempDir
    Path data;

    private static Draft draft() {
        return new RecordWriter("outcome", Sample.IDS.next("rec"), Sample.CLOCK.instant(), TENANT, NODE)
                .string("detail", "x".repeat(100))
                .side("answer", new byte[32])
                .draft();
    }

    @Test
    void everyRecordOfManyThreadsIsThereOnceAndToldOnce() throws Exception {
        var begun = ConcurrentHashMap.<Id>newKeySet();
        var told = new AtomicInteger();
        int threads = 12;
        int each = 300;
        try (var ledger = Sample.open(data)) {
            var loop = new LinkedBlockingQueue<Runnable>();
            var running = new ArrayList<Thread>();
            for (int t = 0; t < threads; t++) {
                int way = t % 3;
                running.add(Thread.startVirtualThread(() -> {
                    for (int i = 0; i < each; i++) {
                        var draft = draft();
                        begun.add(draft.id());
                        switch (way) {
                            case 0 -> ledger.append(draft);
                            case 1 ->
                                ledger.begin(draft, loop::add, durable -> {
                                    if (durable) told.incrementAndGet();
                                });
                            default -> ledger.ride(draft);
                        }
                    }
                }));
            }
            for (var thread : running) thread.join();
            ledger.checkpoint(TENANT);
            for (var turn = loop.poll(10, TimeUnit.SECONDS); turn != null; turn = loop.poll()) turn.run();
            assertThat(told).hasValue(threads / 3 * each);
            var found = new HashSet<Id>();
            ledger.scan(TENANT, 0, entry -> {
                assertThat(found.add(entry.id())).isTrue();
                return true;
            });
            assertThat(found).isEqualTo(begun);
        }
    }

    @Test
    void whatRidesIsOnDiskWithTheNextCommitAndAfterACheckpoint() {
        try (var ledger = Sample.open(data)) {
            ledger.ride(draft());
            ledger.append(draft());
            assertThat(ledger.size(TENANT)).isEqualTo(2);
            ledger.ride(TENANT, Sample.note("rides"), Map.of());
            assertThat(ledger.checkpoint(TENANT).size()).isEqualTo(3);
        }
    }

    @Test
    void whatRidesAloneIsOnDiskBeforeLongWithoutAnybodyWaiting() throws InterruptedException {
        var written = new CountDownLatch(1);
        var steps = new Disk((step, file, bytes) -> {
            if (step == Disk.Step.FORCE && file.toString().endsWith(".wal")) written.countDown();
            return bytes;
        });
        try (var ledger = Ledger.open(Sample.settings(data), Sample.CLOCK, Sample.RANDOM, steps)) {
            ledger.ride(draft());
            assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingWritesWhatRidesAndRefusesWhatComesLater() {
        var late = draft();
        var ledger = Sample.open(data);
        for (int i = 0; i < 50; i++) ledger.ride(draft());
        ledger.close();
        assertThatThrownBy(() -> ledger.ride(late)).isInstanceOf(LedgerClosed.class);
        assertThatThrownBy(() -> ledger.append(late)).isInstanceOf(LedgerClosed.class);
        assertThatThrownBy(() -> ledger.begin(late, Runnable::run, _ -> {})).isInstanceOf(LedgerClosed.class);
        try (var again = Sample.open(data)) {
            assertThat(again.size(TENANT)).isEqualTo(50);
        }
    }

    @Test
    void whoeverHandsOverWhileItClosesIsToldOneWayOrTheOther() throws Exception {
        for (int round = 0; round < 6; round++) {
            var ledger = Sample.open(data.resolve("round" + round));
            ledger.append(draft());
            var answers = new AtomicInteger();
            var durable = new AtomicInteger();
            var asked = new AtomicInteger();
            var running = new ArrayList<Thread>();
            for (int t = 0; t < 4; t++)
                running.add(Thread.startVirtualThread(() -> {
                    try {
                        while (true) {
                            var draft = draft();
                            asked.incrementAndGet();
                            ledger.begin(draft, Runnable::run, written -> {
                                answers.incrementAndGet();
                                if (written) durable.incrementAndGet();
                            });
                        }
                    } catch (LedgerFailure e) {
                        answers.incrementAndGet();
                    }
                }));
            ledger.append(draft());
            ledger.close();
            for (var thread : running) thread.join();
            assertThat(answers).hasValue(asked.get());
            try (var again = Sample.open(data.resolve("round" + round))) {
                assertThat(again.size(TENANT)).isEqualTo(durable.get() + 2);
            }
        }
    }

    @Test
    void whenTheDiskFailsEverybodyHearsItAndNobodyIsToldTheOpposite() throws Exception {
        var fails = new AtomicBoolean();
        var disk = new Disk((step, file, bytes) -> {
            if (fails.get() && step == Disk.Step.FORCE) throw new IOException("injected");
            return bytes;
        });
        var ledger = Ledger.open(Sample.settings(data), Sample.CLOCK, Sample.RANDOM, disk);
        ledger.append(draft());
        fails.set(true);
        var answers = new LinkedBlockingQueue<Boolean>();
        for (int i = 0; i < 20; i++) {
            try {
                ledger.begin(draft(), Runnable::run, answers::add);
            } catch (LedgerClosed e) {
                answers.add(false);
            }
        }
        for (int i = 0; i < 20; i++)
            assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo(false);
        assertThatThrownBy(() -> ledger.append(draft())).isInstanceOf(LedgerFailure.class);
        assertThatThrownBy(() -> ledger.ride(draft())).isInstanceOf(LedgerClosed.class);
        ledger.close();
        assertThat(answers).isEmpty();
    }

    @Test
    void whatOneCommitMadeDurableIsToldInOneTurn() throws Exception {
        var gate = new CountDownLatch(1);
        var gated = new AtomicBoolean();
        var disk = new Disk((step, file, bytes) -> {
            if (step == Disk.Step.FORCE && gated.get()) await(gate);
            return bytes;
        });
        try (var ledger = Ledger.open(Sample.settings(data), Sample.CLOCK, Sample.RANDOM, disk)) {
            ledger.append(draft());
            gated.set(true);
            var turns = new LinkedBlockingQueue<Runnable>();
            // One and the same executor: what it is known by.
            java.util.concurrent.Executor loop = turns::add;
            var told = new AtomicInteger();
            for (int i = 0; i < 100; i++) ledger.begin(draft(), loop, _ -> told.incrementAndGet());
            assertThat(turns).isEmpty();
            gate.countDown();
            ledger.append(draft());
            // Whoever waits in append hears it first, executors after them.
            int taken = 0;
            while (told.get() < 100) {
                var turn = turns.poll(10, TimeUnit.SECONDS);
                assertThat(turn)
                        .as("turn %d, after %s were told", taken + 1, told)
                        .isNotNull();
                turn.run();
                taken++;
            }
            // What was taken before the gate closed, and what waited behind it.
            assertThat(taken).isBetween(1, 2);
            assertThat(told).hasValue(100);
        }
    }

    private static void await(CountDownLatch gate) throws IOException {
        try {
            if (!gate.await(30, TimeUnit.SECONDS)) throw new IOException("nobody opened the gate");
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void anExecutorThatTakesNothingMoreStopsNobodyElse() throws Exception {
        try (var ledger = Sample.open(data)) {
            var told = new LinkedBlockingQueue<Boolean>();
            ledger.begin(
                    draft(),
                    _ -> {
                        throw new RejectedExecutionException("the loop is gone");
                    },
                    told::add);
            ledger.begin(draft(), Runnable::run, told::add);
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(true);
            ledger.append(draft());
            assertThat(List.copyOf(told)).isEmpty();
            assertThat(ledger.size(TENANT)).isEqualTo(3);
        }
    }

    /** An event loop that a test turns by hand. */
    private static final class ByHand implements Turns {
        private final List<Runnable> atEnd = new ArrayList<>();
        private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

        @Override
        public void atEnd(Runnable once) {
            if (!atEnd.contains(once)) atEnd.add(once);
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        /** Ends the turn and begins the next one with what has come meanwhile. */
        void end() throws InterruptedException {
            atEnd.forEach(Runnable::run);
            atEnd.clear();
            var task = tasks.poll(10, TimeUnit.SECONDS);
            if (task == null) throw new AssertionError("nothing has come");
            task.run();
        }
    }

    @Test
    void whatOneTurnBeginsIsHandedOverOnceAtItsEndAndWrittenWithOneSync() throws Exception {
        var syncs = new AtomicInteger();
        var disk = new Disk((step, file, bytes) -> {
            if (step == Disk.Step.FORCE && file.toString().endsWith(".wal")) syncs.incrementAndGet();
            return bytes;
        });
        try (var ledger = Ledger.open(Sample.settings(data), Sample.CLOCK, Sample.RANDOM, disk)) {
            ledger.append(draft());
            int before = syncs.get();
            var turns = new ByHand();
            var told = new ArrayList<Boolean>();
            for (int i = 0; i < 20; i++) ledger.begin(draft(), turns, told::add);
            assertThat(turns.atEnd).hasSize(1);
            turns.end();
            assertThat(told).hasSize(20).containsOnly(true);
            assertThat(syncs.get()).isEqualTo(before + 1);
        }
    }

    @Test
    void whoFailsWhenToldKeepsNobodyElseFromHearing() throws Exception {
        try (var ledger = Sample.open(data)) {
            ledger.append(draft());
            var turns = new ByHand();
            var told = new ArrayList<Boolean>();
            ledger.begin(draft(), turns, _ -> {
                throw new IllegalStateException("the first fails");
            });
            ledger.begin(draft(), turns, told::add);
            turns.end();
            assertThat(told).containsExactly(true);
        }
    }
}
