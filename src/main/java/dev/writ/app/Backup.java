package dev.writ.app;

import dev.writ.base.Digest;
import dev.writ.ledger.LogCopy;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.Report;
import dev.writ.store.Postgres;
import dev.writ.store.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Copies an installation while it runs: first the database as it is at one moment, then every log up to a checkpoint that
 * covers all the database has seen, so that the log can be replayed over it; policies, reserve and, when it is asked for,
 * keys. A state on a server comes along as a dump. The copy is verified, then gets its manifest, then its name: what has the name is whole.
 */
final class Backup {
    /** How long a checkpoint is waited for; a running Writ makes one each second. */
    private static final Duration CHECKPOINT_MAX = Duration.ofSeconds(15);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final Path data;
    private final Optional<Postgres> database;
    private final InstantSource clock;

    Backup(Path data, InstantSource clock) {
        this(data, Optional.empty(), clock);
    }

    /** @param database where the state is, when it is on a server */
    Backup(Path data, Optional<Postgres> database, InstantSource clock) {
        this.data = data.toAbsolutePath().normalize();
        this.database = database;
        this.clock = clock;
    }

    /**
     * What was made.
     *
     * @param manifest digest of the manifest: kept elsewhere, it shows that nobody made another backup of it
     */
    record Made(Path folder, int files, long bytes, Digest manifest, List<String> logs) {}

    Made to(Path target, boolean withKeys) {
        var whole = target.toAbsolutePath().normalize();
        var part = whole.resolveSibling(whole.getFileName() + ".part");
        try {
            if (!Copies.free(whole))
                throw new StartFailure(whole + " is not empty", "give a folder that does not exist yet", null);
            if (whole.startsWith(data))
                throw new StartFailure(
                        "a backup inside the data folder is lost with it", "give a folder on another disk", null);
            Copies.begin(part);
            var logs = copy(part, withKeys);
            Copies.settle(part);
            verify(part);
            // The file was there to see whether the dump of a server goes into one.
            if (Files.exists(part.resolve(State.DUMP))) State.forgetFile(part);
            var manifest = Manifest.of(part, clock.instant(), withKeys);
            var bytes = manifest.bytes();
            Files.write(part.resolve(Manifest.FILE), bytes);
            Copies.settle(part);
            Copies.publish(part, whole);
            long size =
                    manifest.files().stream().mapToLong(Manifest.Entry::bytes).sum();
            return new Made(whole, manifest.files().size(), size, Digest.of(bytes), logs);
        } catch (IOException | EvidenceFailure e) {
            throw new StartFailure(
                    "the backup could not be written: " + e.getMessage(),
                    "make room or give another folder; the data folder is as it was, and " + part + " can be deleted",
                    e);
        }
    }

    private List<String> copy(Path part, boolean withKeys) throws IOException {
        State.of(data, database).copy(part);
        var seen = Installations.seen(part.resolve("writ.db"));
        var logs = new java.util.ArrayList<String>();
        for (var log : Installations.logs(data)) {
            var place = log.tenant() + "/" + log.node();
            var folder = new LogFolder(data.resolve("ledger").resolve(place));
            var checkpoint = covering(folder, log, seen.getOrDefault(log, 0L));
            var copy = new LogCopy(folder, checkpoint);
            copy.log(part.resolve("ledger").resolve(place));
            copy.side(data.resolve("side").resolve(place), part.resolve("side").resolve(place));
            logs.add(checkpoint.origin() + " " + checkpoint.size());
        }
        // What is published later than the checkpoint decides nothing after a restore before it is recorded.
        for (var name : List.of("bundles", "policies", "reserve", DataFolder.NODE_FILE))
            Copies.copy(data.resolve(name), part.resolve(name));
        if (withKeys) Copies.copy(data.resolve("keys"), part.resolve("keys"));
        return logs;
    }

    private static Checkpoint covering(LogFolder folder, Installations.Log log, long seen) {
        for (long waited = 0; ; waited += LOOK_EVERY.toMillis()) {
            var checkpoint = folder.checkpoint();
            if (checkpoint.size() >= seen) return checkpoint;
            if (waited >= CHECKPOINT_MAX.toMillis())
                throw new StartFailure(
                        "the log of " + log.tenant() + " has no checkpoint that covers the database: " + seen
                                + " records were seen, " + checkpoint.size() + " are signed",
                        "start Writ on this folder, which completes its log, and make the backup then",
                        null);
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StartFailure("interrupted", "make the backup again", e);
            }
        }
    }

    private static void verify(Path part) throws IOException {
        var wrong = Snapshot.objectionToCopy(part.resolve("writ.db"));
        if (wrong.isPresent()) throw new IOException("the copy of the database is damaged: " + wrong.get());
        if (Installations.logs(part).isEmpty()) return;
        var report = EvidenceVerifier.verify(part, Optional.empty(), Optional.empty());
        if (!report.passed()) throw new IOException("the copy of the ledger does not verify: " + firstFailure(report));
    }

    static String firstFailure(Report report) {
        return report.lines().stream()
                .filter(Report.Line.Failed.class::isInstance)
                .map(Report.Line::text)
                .findFirst()
                .orElse("no reason");
    }
}
