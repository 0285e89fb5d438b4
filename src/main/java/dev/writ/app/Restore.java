package dev.writ.app;

import dev.writ.base.Digest;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.token.TokenFailure;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.store.Postgres;
import dev.writ.store.Snapshot;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Makes an installation out of a backup, in a folder that appears when it is complete, or not at all. */
final class Restore {
    static final String WHY = "the installation was restored from a backup";

    private final InstantSource clock;
    private final SecureRandom random;

    Restore(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * What the person decides.
     *
     * @param keys a folder of keys that was kept apart from the backup
     * @param withoutSecrets whether the vault's secrets are left behind, for want of their key
     * @param manifest digest that the manifest must have
     * @param token where the new logs' keys are made
     * @param database an empty one on a server that the state goes to, instead of a file
     */
    record Choice(
            Optional<Path> keys,
            boolean withoutSecrets,
            Optional<Digest> manifest,
            boolean acceptClock,
            Optional<Pkcs11> token,
            Optional<Postgres> database) {
        Choice(Optional<Path> keys, boolean withoutSecrets, Optional<Digest> manifest, boolean acceptClock) {
            this(keys, withoutSecrets, manifest, acceptClock, Optional.empty(), Optional.empty());
        }

        Choice on(Postgres server) {
            return new Choice(keys, withoutSecrets, manifest, acceptClock, token, Optional.of(server));
        }
    }

    Renewal.Told from(Path backup, Path target, Choice choice) {
        var whole = target.toAbsolutePath().normalize();
        var part = whole.resolveSibling(whole.getFileName() + ".part");
        try {
            if (!Copies.free(whole))
                throw new StartFailure(
                        whole + " is not empty, and a restore goes over nothing",
                        "give a folder that does not exist yet",
                        null);
            var manifest = Manifest.checked(backup);
            var digest = Copies.digest(backup.resolve(Manifest.FILE));
            if (choice.manifest.filter(wanted -> !wanted.equals(digest)).isPresent())
                throw new StartFailure(
                        "this is another backup: its manifest is " + digest,
                        "use the backup that the digest was told for; nothing was written",
                        null);
            verify(backup);
            if (choice.database.isPresent() && !choice.database.get().unused())
                throw new StartFailure(
                        choice.database.get().shown() + " has tables already, and a restore goes over nothing",
                        "name an empty database, or an empty schema with currentSchema=",
                        null);
            Copies.begin(part);
            for (var name : List.of(
                    State.FILE,
                    State.DUMP,
                    "ledger",
                    "side",
                    "bundles",
                    "policies",
                    "reserve",
                    "keys",
                    DataFolder.NODE_FILE)) Copies.copy(backup.resolve(name), part.resolve(name));
            if (Files.exists(part.resolve(State.DUMP))) {
                State.undump(part);
                Files.delete(part.resolve(State.DUMP));
            }
            if (choice.keys.isPresent()) putKeys(choice.keys.get(), part);
            Copies.settle(part);
            if (choice.withoutSecrets) forgetSecrets(part);
            var why = new Renewal.Why(
                    "restored",
                    WHY,
                    Renewal.from(Optional.of(digest), "a backup of " + manifest.made()),
                    List.of(),
                    choice.acceptClock);
            var told = new Renewal(part, clock, random, why, choice.token).renew();
            if (choice.database.isPresent()) State.move(part, choice.database.get(), told.node(), false);
            Copies.settle(part);
            Copies.publish(part, whole);
            return told;
        } catch (IOException | EvidenceFailure | LedgerFailure | TokenFailure | StoreError e) {
            throw new StartFailure(
                    "the backup could not be restored: " + e.getMessage(),
                    "make room or give another folder; the backup is as it was, and " + part + " can be deleted",
                    e);
        }
    }

    private static void verify(Path backup) throws IOException {
        if (Files.exists(backup.resolve(State.DUMP)) == Files.exists(backup.resolve(State.FILE)))
            throw new StartFailure(
                    "this backup has no database, or two", "use another backup; nothing was written", null);
        var wrong = Files.exists(backup.resolve(State.DUMP))
                ? Optional.<String>empty() // told when it is read
                : Snapshot.objectionToCopy(backup.resolve(State.FILE));
        if (wrong.isPresent())
            throw new StartFailure(
                    "the database of this backup is damaged: " + wrong.get(), "use another backup", null);
        if (Installations.logs(backup).isEmpty()) return;
        var report = EvidenceVerifier.verify(backup, Optional.empty(), Optional.empty());
        if (!report.passed())
            throw new StartFailure(
                    "the ledger of this backup does not verify: " + Backup.firstFailure(report),
                    "use another backup; nothing was written",
                    null);
    }

    private static void putKeys(Path keys, Path part) throws IOException {
        if (!Files.isDirectory(keys))
            throw new StartFailure(keys + " is no folder of keys", "give the folder keys that was kept", null);
        Copies.delete(part.resolve("keys"));
        Copies.copy(keys, part.resolve("keys"));
    }

    static void forgetSecrets(Path part) {
        try (var store = Store.open(part.resolve("writ.db"), Wiring.schemas())) {
            var _ = store.write(sql -> sql.change("DELETE FROM secrets"));
        }
    }
}
