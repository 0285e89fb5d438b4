package dev.writ.app;

import dev.writ.base.Digest;
import dev.writ.base.JsonError;
import dev.writ.base.Name;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.Salvage;
import dev.writ.ledger.token.TokenFailure;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.store.Positions;
import dev.writ.store.Snapshot;
import dev.writ.store.StoreError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * For a data folder that refuses to start: says what is wrong with it, and on a person's word makes another one of what
 * is whole, in its place. The folder as it was stays beside it, untouched, for whoever wants to know what happened.
 */
final class Recover {
    private static final String WHY = "the installation was recovered after its data was damaged";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path data;
    private final InstantSource clock;
    private final SecureRandom random;

    Recover(Path data, InstantSource clock, SecureRandom random) {
        this.data = data.toAbsolutePath().normalize();
        this.clock = clock;
        this.random = random;
    }

    /**
     * What is wrong, a sentence each; nothing when a start would not be refused as far as can be seen without one.
     *
     * @param database whether the database can be used
     */
    record Found(List<String> wrong, boolean database, List<Salvage.Found> salvaged) {
        boolean healthy() {
            return wrong.isEmpty();
        }
    }

    /** Looks, and changes nothing. */
    Found look() {
        try {
            if (!Files.isDirectory(data)) throw new StartFailure(data + " is no folder", "give the data folder", null);
            if (Installations.inUse(data))
                throw new StartFailure("a Writ runs on " + data, "stop it first; nothing was done", null);
            var wrong = new ArrayList<String>();
            boolean database = database(wrong);
            var salvaged = salvaged(wrong);
            logs(wrong, database, salvaged);
            return new Found(List.copyOf(wrong), database, salvaged);
        } catch (IOException e) {
            throw new StartFailure(data + " cannot be read: " + e.getMessage(), "look at the disk", e);
        }
    }

    private boolean database(List<String> wrong) {
        var file = data.resolve("writ.db");
        if (Files.notExists(file)) {
            wrong.add("the database is gone: people, agents, servers and tasks have to be made anew");
            return false;
        }
        var objection = Snapshot.objection(file);
        objection.ifPresent(why -> wrong.add("the database is damaged (" + why
                + "): people, agents, servers and tasks have to be made anew, or restored from a backup"));
        return objection.isEmpty();
    }

    private List<Salvage.Found> salvaged(List<String> wrong) {
        try {
            return Salvage.records(data.resolve("wal"));
        } catch (LedgerFailure | JsonError e) {
            wrong.add("the write-ahead file cannot be read: " + e.getMessage());
            return List.of();
        }
    }

    private void logs(List<String> wrong, boolean database, List<Salvage.Found> salvaged) throws IOException {
        var logs = Installations.logs(data);
        if (!logs.isEmpty()) {
            var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
            if (!report.passed()) wrong.add("the ledger does not verify: " + Backup.firstFailure(report));
        }
        for (var log : logs)
            if (signs(log))
                folder(log)
                        .contradiction()
                        .ifPresent(
                                why -> wrong.add("a witness contradicts the ledger of " + log.tenant() + ": " + why));
        if (!database) return;
        var seen = Installations.seen(data.resolve("writ.db"));
        for (var each : seen.entrySet()) {
            var log = each.getKey();
            long there = Math.max(size(log), beyond(log.tenant(), salvaged));
            if (each.getValue() > there)
                wrong.add("the database has seen " + each.getValue() + " records of the ledger of " + log.tenant()
                        + ", and " + there + " are here: its end is lost, or an older one was put back");
            else if (!sameHead(log))
                wrong.add("the ledger of " + log.tenant() + " is not the one that the database was written with");
        }
    }

    /** Whether it is not history: an earlier recovery has taken the keys of those that are. */
    private boolean signs(Installations.Log log) {
        return Files.exists(data.resolve("keys")
                .resolve(log.tenant().text())
                .resolve(log.node().text())
                .resolve("ml-dsa-44.key"));
    }

    private long size(Installations.Log log) {
        try {
            return folder(log).checkpoint().size();
        } catch (EvidenceFailure e) {
            return 0; // told by the verifier
        }
    }

    private static long beyond(Name tenant, List<Salvage.Found> salvaged) {
        return salvaged.stream()
                .filter(found -> found.tenant().equals(tenant))
                .mapToLong(found -> found.index() + 1)
                .max()
                .orElse(0);
    }

    private boolean sameHead(Installations.Log log) {
        var positions = Snapshot.read(data.resolve("writ.db"), sql -> Positions.of(sql, log.node()));
        for (var position : positions) {
            if (!position.tenant().equals(log.tenant()) || position.head() == 0) continue;
            try {
                var head = folder(log).checkpoint();
                var root = position.head() == head.size()
                        ? head.root()
                        : position.head() > head.size()
                                ? position.root() // the end is in the write-ahead file
                                : Digest.ofBytes(folder(log).proofs(head.size()).range(0, position.head()));
                return root.equals(position.root());
            } catch (EvidenceFailure e) {
                return true; // told by the verifier
            }
        }
        return true;
    }

    private LogFolder folder(Installations.Log log) {
        return new LogFolder(data.resolve("ledger")
                .resolve(log.tenant().text())
                .resolve(log.node().text()));
    }

    /** What was made, and where the folder as it was lies now. */
    record Done(Renewal.Told told, Path before) {}

    Done make(Found found, boolean acceptClock, boolean withoutSecrets, Optional<Pkcs11> token) {
        var part = data.resolveSibling(data.getFileName() + ".recovering");
        var before = data.resolveSibling(data.getFileName() + ".before-" + STAMP.format(clock.instant()));
        try {
            Copies.begin(part);
            if (found.database) Snapshot.copy(data.resolve("writ.db"), part.resolve("writ.db"));
            for (var name : List.of("ledger", "side", "bundles", "policies", "keys", "reserve", DataFolder.NODE_FILE))
                Copies.copy(data.resolve(name), part.resolve(name));
            Copies.settle(part);
            if (withoutSecrets && found.database) Restore.forgetSecrets(part);
            var reason = found.healthy() ? "nothing" : String.join("; ", found.wrong);
            var about = Renewal.from(Optional.empty(), dev.writ.base.Visible.text(reason, 2_000));
            var why = new Renewal.Why("recovered", WHY, about, found.salvaged, acceptClock);
            var told = new Renewal(part, clock, random, why, token).renew();
            Copies.settle(part);
            Copies.publish(data, before);
            Copies.publish(part, data);
            return new Done(told, before);
        } catch (IOException | EvidenceFailure | LedgerFailure | TokenFailure | StoreError e) {
            var kept = Files.exists(data) ? data + " is as it was" : "the folder as it was is " + before;
            throw new StartFailure(
                    "the folder could not be recovered: " + e.getMessage(), "make room and try again; " + kept, e);
        }
    }
}
