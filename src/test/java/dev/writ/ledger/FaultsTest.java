package dev.writ.ledger;

import static dev.writ.ledger.Sample.CLOCK;
import static dev.writ.ledger.Sample.RANDOM;
import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.ledger.verify.EvidenceVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The n-th step that touches the disk fails, for every n of a scripted run; the files are real. */
class FaultsTest {
    @TempDir
    Path folder;

    /** Lets the n-th step fail, and every one after it, as a dying disk does. */
    private static Disk failingAt(int n, boolean torn, AtomicInteger steps) {
        return new Disk((step, file, bytes) -> {
            if (steps.incrementAndGet() < n) return bytes;
            if (torn && step == Disk.Step.WRITE && steps.get() == n) return bytes / 2;
            throw new IOException("injected: " + step + " " + file.getFileName());
        });
    }

    /** Appends with and without side values, to two tenants, over segment and bundle borders, with checkpoints. */
    private static void script(LedgerSettings settings, Disk disk, Map<Long, String> told) {
        try (var ledger = Ledger.open(settings, CLOCK, RANDOM, disk)) {
            for (int i = 0; i < 40; i++) {
                var record = Sample.note("x".repeat(i % 3 * 2000) + i);
                var side = i % 4 == 0 ? Map.of("payload", new byte[3000]) : Map.<String, byte[]>of();
                var appended = ledger.append(TENANT, record, side);
                told.put(appended.index(), Sample.id(record));
                if (i % 9 == 0) ledger.checkpoint(TENANT);
                if (i == 20) ledger.append(Sample.OTHER, Sample.note("other"), Map.of());
                if (i == 25) ledger.erase(TENANT, 0, "payload", 20);
            }
        }
    }

    private void failAt(int n, boolean torn, int steps) throws Exception {
        var data = Files.createDirectory(folder.resolve((torn ? "torn" : "fail") + n));
        var told = new LinkedHashMap<Long, String>();
        var count = new AtomicInteger();
        assertThatThrownBy(() -> {
                    script(Sample.settings(data), failingAt(n, torn, count), told);
                    // What fails while closing is no append's failure: it shows in what the next start has to do.
                    if (count.get() >= n) throw new LedgerClosed("closed late");
                })
                .as("step %d of %d", n, steps)
                .isInstanceOf(LedgerFailure.class);
        try (var ledger = Sample.open(data)) {
            told.forEach((index, id) -> assertThat(ledger.read(TENANT, index).map(e -> e.id().text()))
                    .as("record %d after a failure at step %d", index, n)
                    .contains(id));
            assertThat(ledger.size(TENANT)).isBetween((long) told.size(), told.size() + 1L);
            ledger.append(TENANT, Sample.note("goes on"), Map.of("payload", new byte[10]));
        }
        var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as("step " + n + "\n" + report.text()).isTrue();
    }

    private int steps() throws Exception {
        var steps = new AtomicInteger();
        var told = new LinkedHashMap<Long, String>();
        script(Sample.settings(Files.createDirectory(folder.resolve("whole"))), failingAt(1 << 30, false, steps), told);
        assertThat(told).hasSize(40);
        assertThat(steps.get()).isGreaterThan(150);
        return steps.get();
    }

    @Test
    void whereverTheDiskFailsNothingToldIsLost() throws Exception {
        int steps = steps();
        for (int n = 1; n <= steps; n += n < 60 ? 7 : 29) failAt(n, n % 2 == 0, steps);
    }

    @Test
    @Tag("extended")
    void atEveryStepTheDiskFailsNothingToldIsLost() throws Exception {
        int steps = steps();
        for (int n = 1; n <= steps; n++) {
            failAt(n, false, steps);
            failAt(n, true, steps);
        }
    }

    /** Beyond 256 leaves there are tiles of tiles, whose partial ones outlive many a checkpoint under the same name. */
    @Test
    void whateverAFailureLeavesOfANewTileTheLastCheckpointStillHasItsOwn() throws Exception {
        var grown = folder.resolve("grown");
        try (var ledger = Sample.open(Files.createDirectory(grown))) {
            for (int i = 0; i < 300; i++) ledger.begin(TENANT, Sample.note("n" + i), Map.of());
            ledger.checkpoint(TENANT);
        }
        boolean over = false;
        for (int n = 1; !over; n++) {
            var data = folder.resolve("grown" + n);
            copy(grown, data);
            var steps = new AtomicInteger();
            var disk = failingAt(n, n % 2 == 0, steps);
            try (var ledger = Ledger.open(Sample.settings(data), CLOCK, RANDOM, disk)) {
                ledger.append(TENANT, Sample.note("more"), Map.of());
                ledger.checkpoint(TENANT);
            } catch (LedgerFailure e) {
                assertThat(e.getMessage()).containsPattern("injected|only \\d+ of \\d+ bytes");
            }
            over = steps.get() < n;
            try (var ledger = Sample.open(data)) {
                assertThat(ledger.size(TENANT)).as("after step " + n).isBetween(300L, 301L);
            }
            var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
            assertThat(report.passed()).as("step " + n + "\n" + report.text()).isTrue();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList())
                Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
    }

    @Test
    void afterAFailedSyncEveryWaitingAndEveryLaterRecordIsRefusedAndTheSyncIsNotRetried() throws Exception {
        var broken = new AtomicInteger();
        var syncs = new AtomicInteger();
        var disk = new Disk((step, file, bytes) -> {
            if (broken.get() > 0 && step == Disk.Step.FORCE) {
                syncs.incrementAndGet();
                throw new IOException("No space left on device");
            }
            return bytes;
        });
        var settings = new LedgerSettings(folder.resolve("data"), "ledger.example/writ", Sample.NODE);
        try (var ledger = Ledger.open(settings, CLOCK, RANDOM, disk)) {
            ledger.append(TENANT, Sample.note("fine"), Map.of());
            ledger.checkpoint(TENANT);
            broken.set(1);
            var waiting = new java.util.ArrayList<java.util.concurrent.CompletableFuture<Appended>>();
            try {
                for (int i = 0; i < 100; i++) waiting.add(ledger.begin(TENANT, Sample.note("waits"), Map.of()));
            } catch (LedgerClosed e) {
                assertThat(waiting).isNotEmpty();
            }
            for (var one : waiting)
                assertThatThrownBy(one::join)
                        .hasCauseInstanceOf(LedgerClosed.class)
                        .hasMessageContaining("No space left on device");
            broken.set(0);
            assertThatThrownBy(() -> ledger.append(TENANT, Sample.note("later"), Map.of()))
                    .isInstanceOf(LedgerClosed.class)
                    .hasMessageContaining("takes no more records until Writ starts again");
            assertThat(ledger.closedBecause()).isPresent();
            assertThat(ledger.read(TENANT, 0))
                    .as("what was told can still be read")
                    .isPresent();
            assertThat(ledger.size(TENANT)).isOne();
            assertThat(syncs).hasValue(1);
        }
        try (var ledger = Sample.open(folder.resolve("data"))) {
            assertThat(ledger.read(TENANT, 0).orElseThrow().record().get("note"))
                    .contains(Json.of("fine"));
        }
    }

    @Test
    void whileTheDiskStandsStillTheQueueIsBoundedAndNothingIsLost() throws Exception {
        var stalled = new java.util.concurrent.CountDownLatch(1);
        var stall = new java.util.concurrent.atomic.AtomicBoolean();
        var disk = new Disk((step, file, bytes) -> {
            try {
                if (stall.get() && file.toString().endsWith(".wal")) stalled.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return bytes;
        });
        try (var ledger = Ledger.open(Sample.settings(folder.resolve("data")), CLOCK, RANDOM, disk)) {
            ledger.append(TENANT, Sample.note("fine"), Map.of());
            stall.set(true);
            var waiting = new java.util.ArrayList<java.util.concurrent.CompletableFuture<Appended>>();
            var side = Map.of("payload", new byte[1 << 20]);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) waiting.add(ledger.begin(TENANT, Sample.note("waits"), side));
                    })
                    .isInstanceOfSatisfying(
                            LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.BUSY));
            assertThat(waiting).hasSizeBetween(32, 70);
            assertThat(ledger.size(TENANT))
                    .as("none is told before it is durable")
                    .isOne();
            stalled.countDown();
            for (var one : waiting) one.join();
            assertThat(ledger.size(TENANT)).isEqualTo(1 + waiting.size());
        }
    }

    @Test
    void aFolderThatCannotBeWrittenToIsRefusedWithItsName() {
        var disk = new Disk((step, file, _) -> {
            throw new java.nio.file.FileSystemException(file.toString(), null, "Read-only file system");
        });
        assertThatThrownBy(() -> Ledger.open(Sample.settings(folder.resolve("data")), CLOCK, RANDOM, disk))
                .isInstanceOfSatisfying(
                        LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.DISK))
                .hasMessageContaining("Read-only file system")
                .hasMessageContaining(folder.toString());
    }
}
