package dev.writ.app;

import dev.writ.guard.replay.ReplayFailure;
import dev.writ.http.server.ServerError;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.token.TokenFailure;
import dev.writ.policy.publish.PublishException;
import dev.writ.store.StoreError;
import dev.writ.vault.VaultError;
import dev.writ.witness.WitnessFailure;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code writ up}: starts everything, says where it is, and stops in order when it is told to. */
@Command(
        name = "writ up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Start Writ: gateway and control plane in one process, until Ctrl-C.")
public final class Up implements Callable<Integer> {
    private static final String SETTINGS_FILE = "writ.yaml";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the data folder (default ./writ-data, or the variable WRIT_DATA)")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--port", paramLabel = "PORT", description = "the port to listen on; 0 for any free one")
    private Optional<Integer> port = Optional.empty();

    @Option(names = "--config", paramLabel = "FILE", description = "settings (default ./writ.yaml, when it is there)")
    private Optional<Path> config = Optional.empty();

    @Mixin
    private final Database database = new Database();

    private final PrintStream out;
    private final PrintStream err;

    Up(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        try {
            var wiring = Wiring.start(settings(), InstantSource.system(), new SecureRandom());
            var stopped = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("writ-stop").unstarted(() -> {
                        wiring.close();
                        stopped.countDown();
                    }));
            out.print(Banner.of(wiring));
            out.flush();
            var over = new AtomicReference<Optional<StoreError>>(Optional.empty());
            wiring.parts().store().onOver(why -> {
                over.set(Optional.of(why));
                stopped.countDown();
            });
            // What the start alone has needed goes back: much of it is old by now, and we may be idle for long.
            System.gc();
            stopped.await();
            if (over.get().isPresent()) throw closed(wiring, over.get().get());
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        } catch (RuntimeException e) {
            var failure = failure(e);
            err.println("writ: " + failure.getMessage() + ".");
            err.println("      Next: " + failure.next() + ".");
            return 1;
        }
    }

    /** Nothing of it works on without its database, also where the process stays. */
    private static StoreError closed(Wiring wiring, StoreError why) {
        try {
            wiring.close();
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
        return why;
    }

    private Settings settings() {
        var variable = Optional.ofNullable(System.getenv("WRIT_DATA")).filter(text -> !text.isBlank());
        var settings = Settings.of(Path.of("writ-data"));
        var file = config.or(() -> Optional.of(Path.of(SETTINGS_FILE)).filter(Files::exists));
        if (file.isPresent()) settings = SettingsFile.read(file.get(), settings);
        var builder = settings.toBuilder();
        variable.map(Path::of).ifPresent(builder::data);
        data.ifPresent(builder::data);
        port.ifPresent(builder::port);
        database.url.ifPresent(builder::db);
        database.passwordFile.ifPresent(builder::dbPasswordFile);
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new StartFailure(String.valueOf(e.getMessage()), "choose another value", e);
        }
    }

    /** What a broken surrounding means for the person who starts us; whatever else fails is ours to repair. */
    static StartFailure failure(RuntimeException e) {
        return switch (e) {
            case StartFailure known -> known;
            case ServerError server ->
                told(
                        server,
                        switch (server.code()) {
                            case TLS_MISSING -> "correct listen.tls, or put the file there, readable for this user";
                            case TLS_MALFORMED ->
                                "write it as PEM; for a key: openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW";
                            case TLS_EXPOSED -> "chmod 600 it";
                            case TLS_MISFIT -> "put certificate and key of one pair into listen.tls, its own one first";
                            case TLS_EXPIRED -> "have the certificate renewed, then start again";
                            case ADDRESS_UNAVAILABLE, GONE, STALLED ->
                                "free the port, or choose another one with --port PORT";
                        });
            case StoreError store ->
                told(
                        store,
                        switch (store.code()) {
                            case LOCKED -> "stop the other process, or choose another database with --data or --db";
                            case READ_ONLY -> "make it writable, or choose another database with --data or --db";
                            case WRONG_SCHEMA -> "start the version that wrote it, or restore a backup of this one";
                            case CORRUPT -> "restore the database from a backup";
                            case DISK_FULL -> "make room on the disk";
                            case UNREACHABLE, STALLED ->
                                "see that the database server runs and answers, then start again";
                            case DENIED -> "correct role, password or rights (docs/postgresql.md), then start again";
                            case OVERLOADED, CONFLICT, CLOSED, FAILED, IN_DOUBT ->
                                "look at the database and its disk, then start again";
                        });
            case LedgerFailure ledger ->
                told(
                        ledger,
                        switch (ledger.code()) {
                            case LOCKED -> "stop the other process, or choose another folder with --data DIR";
                            case DAMAGED ->
                                "run writ recover --data DIR to see what can be kept, or restore a backup into another folder";
                            case ROLLBACK ->
                                "put the newest state of the data folder back, or run writ recover --data DIR to see what can be kept";
                            case TOKEN ->
                                "see that keys.pkcs11 names the token that holds the keys, and that it answers (docs/keys.md)";
                            case DISK -> "make room on the disk or make the folder writable, then start again";
                            case RECORD, BUSY, CLOSED -> "start again";
                        });
            case TokenFailure token ->
                told(
                        token,
                        switch (token.code()) {
                            case LIBRARY -> "correct keys.pkcs11.library, or install the token's PKCS#11 library";
                            case TOKEN -> "see that the token is there, and that keys.pkcs11.token is its label";
                            case PIN -> "correct the PIN before you start again: too many wrong ones lock a token";
                            case KEY -> "put the token back that holds this key, or run writ recover --data DIR";
                            case REFUSED, SLOW -> "see that the token answers, then start again";
                        });
            case ReplayFailure replay ->
                told(
                        replay,
                        switch (replay.code()) {
                            case LEDGER_BEHIND, OTHER_LEDGER, DATABASE_LOST ->
                                "put back what is missing, or run writ recover --data DIR to see what can be kept";
                            case POLICIES ->
                                "put the folder bundles back that goes with this ledger, or run writ recover --data DIR";
                            case RECORD ->
                                "start the version that wrote it, or run writ recover --data DIR to see what can be kept";
                        });
            case WitnessFailure witness ->
                told(
                        witness,
                        switch (witness.code()) {
                            case CONTRADICTED ->
                                "put the newest state of the data folder back; if there is none, keep this one as evidence";
                            case LOGS -> "correct the file; it has one verifier key to a line";
                            case FOLDER -> "stop the other witness, or make the folder writable";
                            case STATE -> "put the file back from a backup; without it this witness must not sign";
                        });
            case VaultError vault ->
                told(
                        vault,
                        switch (vault.code()) {
                            case MASTER_KEY_MISSING, MASTER_KEY_WRONG, MASTER_KEY_MALFORMED ->
                                "put the master key of this data folder back, then start again";
                            case MASTER_KEY_EXPOSED -> "make it readable by its owner alone, then start again";
                            case UNREADABLE, TAMPERED ->
                                "make room on the disk and the folder writable, or restore a backup, then start again";
                        });
            case PublishException publish ->
                told(publish, "restore the folder bundles of this data folder from a backup");
            default ->
                new StartFailure("something unexpected stopped the start: " + e, "report it with the log above", e);
        };
    }

    private static StartFailure told(RuntimeException e, String next) {
        var message = String.valueOf(e.getMessage());
        return new StartFailure(message.endsWith(".") ? message.substring(0, message.length() - 1) : message, next, e);
    }
}
