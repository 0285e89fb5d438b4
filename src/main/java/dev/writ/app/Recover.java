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
import dev.writ.store.Postgres;
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
    private final State state;
    private final InstantSource clock;
    private final SecureRandom random;

    Recover(Path data, Optional<Postgres> database, InstantSource clock, SecureRandom random) {
        this.data = data.toAbsolutePath().normalize();
        this.state = State.of(this.data, database);
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

    /** Looks, and changes nothing; at a server's state in a copy of our own. */
    Found look() {
        try {
            if (!Files.isDirectory(data)) throw new StartFailure(data + " is no folder", "give the data folder", null);
            if (Installations.inUse(data))
                throw new StartFailure("a Writ runs on " + data, "stop it first; nothing was done", null);
            return switch (state) {
                case State.InFolder(var file) -> look(file);
                case State.OnServer _ -> lookAtCopy();
            };
        } catch (IOException e) {
            throw new StartFailure(data + " cannot be read: " + e.getMessage(), "look at the disk", e);
        }
    }

    private Found lookAtCopy() throws IOException {
        var scratch = Files.createTempDirectory("writ-recover");
        try {
            if (state.exists()) state.copy(scratch);
            return look(scratch.resolve(State.FILE));
        } finally {
            Copies.delete(scratch);
        }
    }

    private Found look(Path file) throws IOException {
        var wrong = new ArrayList<String>();
        boolean database = database(file, wrong);
        var salvaged = salvaged(wrong);
        logs(wrong, database ? Optional.of(file) : Optional.empty(), salvaged);
        return new Found(List.copyOf(wrong), database, salvaged);
    }

    private static boolean database(Path file, List<String> wrong) {
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

    private void logs(List<String> wrong, Optional<Path> database, List<Salvage.Found> salvaged) throws IOException {
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
        if (database.isEmpty()) return;
        var seen = Installations.seen(database.get());
        for (var each : seen.entrySet()) {
            var log = each.getKey();
            long there = Math.max(size(log), beyond(log.tenant(), salvaged));
            if (each.getValue() > there)
                wrong.add("the database has seen " + each.getValue() + " records of the ledger of " + log.tenant()
                        + ", and " + there + " are here: its end is lost, or an older one was put back");
            else if (!sameHead(database.get(), log))
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

    private boolean sameHead(Path database, Installations.Log log) {
        var positions = Snapshot.read(database, sql -> Positions.of(sql, log.node()));
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
            if (found.database) state.copy(part);
            for (var name : List.of("ledger", "side", "bundles", "policies", "keys", "reserve", DataFolder.NODE_FILE))
                Copies.copy(data.resolve(name), part.resolve(name));
            Copies.settle(part);
            if (withoutSecrets && found.database) Restore.forgetSecrets(part);
            var reason = found.healthy() ? "nothing" : String.join("; ", found.wrong);
            var about = Renewal.from(Optional.empty(), dev.writ.base.Visible.text(reason, 2_000));
            var why = new Renewal.Why("recovered", WHY, about, found.salvaged, acceptClock);
            var old = keptApart(part);
            var told = new Renewal(part, clock, random, why, token).renew();
            // The server's rows change in one transaction; until the folder has its name, this can be done again.
            if (state instanceof State.OnServer(var server)) State.move(part, server, told.node(), true);
            Copies.settle(part);
            Copies.publish(data, before);
            Copies.publish(part, data);
            if (old.isPresent()) Files.move(old.get(), before.resolve(State.DUMP));
            return new Done(told, before);
        } catch (IOException | EvidenceFailure | LedgerFailure | TokenFailure | StoreError e) {
            var kept = Files.exists(data) ? data + " is as it was" : "the folder as it was is " + before;
            throw new StartFailure(
                    "the folder could not be recovered: " + e.getMessage(), "make room and try again; " + kept, e);
        }
    }

    /** What was on the server, which will not be there any more; it goes into the folder as it was. */
    private Optional<Path> keptApart(Path part) throws IOException {
        var dump = part.resolve(State.DUMP);
        if (Files.notExists(dump)) return Optional.empty();
        var kept = data.resolveSibling(data.getFileName() + ".state.dump");
        Files.move(dump, kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return Optional.of(kept);
    }
}
