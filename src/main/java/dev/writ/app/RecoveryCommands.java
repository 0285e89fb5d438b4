package dev.writ.app;

import dev.writ.base.Digest;
import dev.writ.store.Postgres;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code writ backup}, {@code restore} and {@code recover}: on this machine's files, without a server. */
final class RecoveryCommands {
    private static final int CONFLICT = 7;

    private RecoveryCommands() {}

    private static Path data(Optional<Path> given) {
        return given.or(() -> Optional.ofNullable(System.getenv("WRIT_DATA"))
                        .filter(text -> !text.isBlank())
                        .map(Path::of))
                .orElse(Path.of("writ-data"));
    }

    /** Which installation. */
    static final class Data {
        @Option(names = "--data", paramLabel = "DIR", description = "the data folder (default ./writ-data)")
        private Optional<Path> data = Optional.empty();

        Path folder() {
            return RecoveryCommands.data(data);
        }
    }

    /** How a log begins that cites an older one. */
    static final class Beginning {
        @Option(names = "--accept-clock", description = "believe this machine's clock although it is behind")
        private boolean acceptClock;

        @Option(names = "--without-secrets", description = "leave the vault's secrets behind; they are put in anew")
        private boolean withoutSecrets;
    }

    /** What settings say besides, when they are named. */
    private static final class Configured {
        @Mixin
        private final Database database = new Database();

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "settings that name the database, and the token for a new log's key")
        private Optional<Path> config = Optional.empty();

        private Optional<Settings> settings() {
            return config.map(file -> SettingsFile.read(file, Settings.of(Path.of("writ-data"))));
        }

        Optional<Pkcs11> token() {
            return settings().flatMap(Settings::keys);
        }

        Optional<Postgres> database() {
            var url = database.url.or(() -> settings().flatMap(Settings::db));
            var password = database.passwordFile.or(() -> settings().flatMap(Settings::dbPasswordFile));
            try {
                return url.map(address -> StateStore.database(address, password));
            } catch (IllegalArgumentException e) {
                throw new StartFailure(String.valueOf(e.getMessage()), "correct --db", e);
            }
        }
    }

    private static int told(PrintStream err, Supplier<Integer> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            var failure = Up.failure(e);
            err.println("writ: " + failure.getMessage() + ".");
            err.println("      Next: " + failure.next() + ".");
            return 1;
        }
    }

    private static void tell(PrintStream out, Renewal.Told told) {
        out.println("  the log goes on as node " + told.node() + "; its first record cites the old one");
        out.println("  " + told.replayed() + " changes of the old log made true, " + told.tasks() + " tasks ended, "
                + told.keys() + " keys revoked, every approval void");
        told.owner().ifPresent(email -> out.println("  cli/owner.json holds a new credential for " + email));
        for (var note : told.notes()) out.println("  note: " + note);
        out.println("  What was taken away after that is not known: look at people, groups and agents.");
    }

    /** Copies an installation while it runs. */
    @Command(
            name = "writ backup",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Copy a data folder, also while Writ runs on it.")
    static final class BackupCommand implements Callable<Integer> {
        @Option(names = "--to", paramLabel = "DIR", required = true, description = "a folder that does not exist yet")
        private Path to = Path.of("");

        @Mixin
        private final Data data = new Data();

        @Option(
                names = "--with-keys",
                description = "with the keys of vault and side store: who has the backup can then open both")
        private boolean withKeys;

        @Mixin
        private final Configured configured = new Configured();

        private final PrintStream out;
        private final PrintStream err;

        BackupCommand(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            return told(err, () -> {
                var made = new Backup(data.folder(), configured.database(), InstantSource.system()).to(to, withKeys);
                out.println("Backed up to " + made.folder() + ": " + made.files() + " files, " + made.bytes()
                        + " bytes, verified.");
                for (var log : made.logs()) out.println("  log " + log + " records");
                out.println("  keys " + (withKeys ? "included" : "not included: keep the folder keys apart"));
                out.println("  manifest " + made.manifest());
                return 0;
            });
        }
    }

    /** Makes an installation out of a backup. */
    @Command(
            name = "writ restore",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Make a new data folder out of a backup; everything that was open is ended.")
    static final class RestoreCommand implements Callable<Integer> {
        @Option(names = "--from", paramLabel = "DIR", required = true, description = "what writ backup made")
        private Path from = Path.of("");

        @Option(names = "--data", paramLabel = "NEW", required = true, description = "a folder that does not exist yet")
        private Path data = Path.of("");

        @Option(names = "--keys", paramLabel = "DIR", description = "the folder keys, when it was kept apart")
        private Optional<Path> keys = Optional.empty();

        @Option(names = "--manifest", paramLabel = "DIGEST", description = "what writ backup printed")
        private Optional<String> manifest = Optional.empty();

        @Mixin
        private final Beginning beginning = new Beginning();

        @Mixin
        private final Configured configured = new Configured();

        private final PrintStream out;
        private final PrintStream err;

        RestoreCommand(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            return told(err, () -> {
                var choice = new Restore.Choice(
                        keys,
                        beginning.withoutSecrets,
                        manifest.map(this::digest),
                        beginning.acceptClock,
                        configured.token(),
                        configured.database());
                var told = new Restore(InstantSource.system(), new SecureRandom()).from(from, data, choice);
                out.println("Restored to " + data.toAbsolutePath().normalize() + ":");
                tell(out, told);
                out.println("Next: writ up --data " + data
                        + configured
                                .database()
                                .map(_ -> " with the same database")
                                .orElse(""));
                return 0;
            });
        }

        private Digest digest(String text) {
            try {
                return Digest.parse(text);
            } catch (IllegalArgumentException e) {
                throw new StartFailure("--manifest is no digest", "give the 64 digits that writ backup printed", e);
            }
        }
    }

    /** Makes a folder that refuses to start usable again. */
    @Command(
            name = "writ recover",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Say what is wrong with a data folder that refuses to start; with --yes, keep what is whole.")
    static final class RecoverCommand implements Callable<Integer> {
        @Mixin
        private final Data data = new Data();

        @Option(names = "--yes", description = "do it; the folder as it was is kept beside the new one")
        private boolean yes;

        @Option(names = "--anyway", description = "also when nothing is found to be wrong")
        private boolean anyway;

        @Mixin
        private final Beginning beginning = new Beginning();

        @Mixin
        private final Configured configured = new Configured();

        private final PrintStream out;
        private final PrintStream err;

        RecoverCommand(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            return told(err, () -> {
                var recover =
                        new Recover(data.folder(), configured.database(), InstantSource.system(), new SecureRandom());
                var found = recover.look();
                for (var each : found.wrong()) out.println("Found: " + each + ".");
                if (found.healthy()) out.println("Nothing was found that a start would be refused for.");
                if (found.healthy() && !anyway && !beginning.acceptClock) return 0;
                if (!yes) {
                    out.println(
                            "With --yes: a new log begins that cites the last good checkpoint, every open task ends,");
                    out.println("every approval is void, every key is revoked. The folder as it is is kept.");
                    return CONFLICT;
                }
                var done = recover.make(found, beginning.acceptClock, beginning.withoutSecrets, configured.token());
                out.println("Recovered; the folder as it was is " + done.before() + ":");
                tell(out, done.told());
                return 0;
            });
        }
    }
}
