package dev.writ.ledger;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What happens at open: load every log, bring in what the write-ahead file has beyond their checkpoints, checkpoint
 * that, and only then begin a fresh segment. Every step may be cut short and run again.
 */
final class Recovery {
    private static final long HELD_BYTES = 8L << 20;

    private final LedgerSettings settings;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Disk disk;
    private final ConcurrentHashMap<Name, TenantLog> logs = new ConcurrentHashMap<>();
    private long held;

    Recovery(LedgerSettings settings, InstantSource clock, SecureRandom random, Disk disk) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.disk = disk;
    }

    ConcurrentHashMap<Name, TenantLog> logs() {
        return logs;
    }

    WriteAhead run() throws IOException {
        var wal = settings.data().resolve("wal");
        disk.createFolders(wal);
        openLogs();
        var leftovers = new ArrayList<>(Replay.segments(wal));
        leftovers.addAll(Replay.spares(wal));
        boolean written = logs.values().stream().anyMatch(log -> log.durable() > 0);
        if (written && leftovers.isEmpty())
            throw new LedgerFailure(
                    LedgerFailure.Code.DAMAGED,
                    wal + ": the write-ahead file is gone; records after the last checkpoint may be lost");
        var replay = new Replay(wal, this::apply);
        replay.run();
        for (var log : logs.values()) {
            log.checkpointNow(clock);
            log.resumeRotation();
            rolledBack(log);
        }
        return new WriteAhead(wal, settings.segmentBytes(), replay, leftovers, random, disk);
    }

    /** Others have vouched for more than there is: an old state was put back, whoever did it. */
    private static void rolledBack(TenantLog log) {
        log.folder().contradiction().ifPresent(why -> {
            throw new LedgerFailure(
                    LedgerFailure.Code.ROLLBACK,
                    log.path() + ": a witness contradicted this log before the last stop: " + why);
        });
        if (log.witnessed().size() > log.durable())
            throw new LedgerFailure(
                    LedgerFailure.Code.ROLLBACK,
                    log.path() + ": witnesses cosigned " + log.witnessed().size() + " records and the log holds "
                            + log.durable() + ": rollback");
        log.witnessed().last().filter(last -> !log.contains(last)).ifPresent(last -> {
            throw new LedgerFailure(
                    LedgerFailure.Code.ROLLBACK,
                    log.path() + ": the first " + last.size() + " records are not those that witnesses cosigned");
        });
    }

    private void openLogs() throws IOException {
        var ledger = settings.data().resolve("ledger");
        if (!Files.isDirectory(ledger)) return;
        List<Path> folders;
        try (var found = Files.list(ledger)) {
            folders = found.sorted().toList();
        }
        for (var folder : folders)
            if (Files.isDirectory(folder.resolve(settings.node().text())))
                open(new Name(String.valueOf(folder.getFileName())));
    }

    private TenantLog open(Name tenant) throws IOException {
        var log = new TenantLog(tenant, settings, clock, random, disk);
        logs.put(tenant, log);
        return log;
    }

    private void apply(Frame frame) {
        try {
            var known = logs.get(frame.tenant());
            (known != null ? known : open(frame.tenant())).replay(frame);
            held += frame.bytes();
            if (held < HELD_BYTES) return;
            held = 0;
            for (var log : logs.values()) log.integrateBundles();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
