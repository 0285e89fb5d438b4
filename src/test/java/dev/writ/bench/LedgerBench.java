package dev.writ.bench;

import static dev.writ.ledger.Sample.NODE;
import static dev.writ.ledger.Sample.TENANT;

import dev.writ.base.Json;
import dev.writ.ledger.Appended;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerSettings;
import dev.writ.ledger.Sample;
import dev.writ.ledger.verify.EvidenceVerifier;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Durable appends per second by how many are outstanding, and verified records per second; an optional folder to
 * measure in, and an optional number of seconds for each line. After {@code ./mvnw test-compile
 * dependency:build-classpath -Dmdep.outputFile=target/cp}:
 * {@code java -Xmx256m -XX:+UseSerialGC -XX:+UseCompactObjectHeaders -cp
 * target/classes:target/test-classes:$(cat target/cp) dev.writ.bench.LedgerBench [folder] [seconds]}
 */
public final class LedgerBench {
    private static final int VERIFIED_RECORDS = 400_000;

    private LedgerBench() {}

    public static void main(String[] arguments) throws Exception {
        var parent = arguments.length > 0 ? Path.of(arguments[0]) : Path.of(System.getProperty("java.io.tmpdir"));
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 5;
        machine(parent);
        sealing();
        for (int outstanding : new int[] {1, 8, 64, 512}) append(parent, outstanding, seconds, false);
        append(parent, 64, seconds, true);
        verify(parent);
    }

    private static void machine(Path parent) throws IOException {
        var store = Files.getFileStore(parent);
        System.out.printf(
                "machine: %d processors, %s %s, Java %s; file system: %s (%s)%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version(),
                store.type(),
                store.name());
    }

    /** A record of 630 bytes. */
    private static Json.Obj record() {
        var record = Sample.intent(Sample.IDS.next("dec")).build();
        int missing = 630 - record.bytes().length - "\"fill\":\"\",".length();
        return missing > 0 ? record.with("fill", Json.of("f".repeat(missing))) : record;
    }

    /** What a caller's thread spends on one record before the writer sees it, hashing included. */
    private static void sealing() {
        var records = new ArrayList<Json.Obj>();
        for (int i = 0; i < 1000; i++) records.add(record());
        long sum = 0;
        for (int round = 0; round < 100; round++)
            for (var record : records) sum += dev.writ.base.Canonical.bytes(record).length;
        long from = System.nanoTime();
        for (int round = 0; round < 100; round++)
            for (var record : records) sum += dev.writ.base.Canonical.bytes(record).length;
        System.out.printf(
                "canonical form: %.2f us a record of %d bytes%n",
                (System.nanoTime() - from) / 1e3 / 100_000, sum / 200_000);
    }

    private static Ledger open(Path data) {
        return Ledger.open(
                new LedgerSettings(data, "bench.example/writ", NODE), InstantSource.system(), new SecureRandom());
    }

    private static void append(Path parent, int outstanding, long seconds, boolean withSide) throws Exception {
        var data = Files.createTempDirectory(parent, "ledger-bench");
        var records = new ArrayList<Json.Obj>();
        for (int i = 0; i < 10_000; i++) records.add(record());
        var side = withSide ? Map.of("payload", new byte[500]) : Map.<String, byte[]>of();
        try (var ledger = open(data)) {
            run(ledger, records, side, outstanding, seconds / 2 + 1, new ArrayList<>());
            var latencies = new ArrayList<Long>();
            long cpu = cpuNanos();
            long from = System.nanoTime();
            long done = run(ledger, records, side, outstanding, seconds, latencies);
            double took = (System.nanoTime() - from) / 1e9;
            var sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
            System.out.printf(
                    "append%s, %3d outstanding: %,9.0f/s, p50 %.3f ms, p99 %.3f ms, CPU %.1f us each%n",
                    withSide ? " with a side value of 500 B" : "",
                    outstanding,
                    done / took,
                    sorted[sorted.length / 2] / 1e6,
                    sorted[(int) (sorted.length * 0.99)] / 1e6,
                    (cpuNanos() - cpu) / 1e3 / done);
        } finally {
            delete(data);
        }
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    /** One thread keeps so many appends outstanding; answers how many were durable. */
    private static long run(
            Ledger ledger,
            ArrayList<Json.Obj> records,
            Map<String, byte[]> side,
            int outstanding,
            long seconds,
            ArrayList<Long> latencies)
            throws InterruptedException {
        var free = new Semaphore(outstanding);
        var done = new AtomicLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int i = 0; System.nanoTime() < end; i++) {
            free.acquire();
            long from = System.nanoTime();
            boolean sampled = i % 16 == 0;
            CompletableFuture<Appended> one = ledger.begin(TENANT, records.get(i % records.size()), side);
            var _ = one.whenComplete((_, _) -> {
                if (sampled)
                    synchronized (latencies) {
                        latencies.add(System.nanoTime() - from);
                    }
                done.incrementAndGet();
                free.release();
            });
        }
        free.acquire(outstanding);
        return done.get();
    }

    private static void verify(Path parent) throws Exception {
        var data = Files.createTempDirectory(parent, "ledger-bench");
        try {
            try (var ledger = open(data)) {
                var free = new Semaphore(512);
                for (int i = 0; i < VERIFIED_RECORDS; i++) {
                    free.acquire();
                    var _ = ledger.begin(TENANT, record(), Map.of()).whenComplete((_, _) -> free.release());
                }
                free.acquire(512);
            }
            var best = new double[4];
            for (int round = 0; round < best.length; round++) {
                long from = System.nanoTime();
                var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
                if (!report.passed()) throw new IllegalStateException(report.text());
                best[round] = VERIFIED_RECORDS / ((System.nanoTime() - from) / 1e9);
            }
            System.out.printf(
                    "verify %,d records: first %,.0f/s, best of %d %,.0f/s%n",
                    VERIFIED_RECORDS,
                    best[0],
                    best.length,
                    Arrays.stream(best).max().orElseThrow());
        } finally {
            delete(data);
        }
    }

    static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
