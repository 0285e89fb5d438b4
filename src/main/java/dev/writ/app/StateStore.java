package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Ids;
import dev.writ.base.Secret;
import dev.writ.store.Postgres;
import dev.writ.store.Schema;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens the store that the settings name. A data folder remembers whether its state is in it or on a server, so that no
 * start goes on with an empty database beside a ledger that is not.
 */
final class StateStore {
    static final String PASSWORD_VARIABLE = "WRIT_DB_PASSWORD";

    private static final int PASSWORD_BYTES_MAX = 4_096;

    private StateStore() {}

    static Store open(Settings settings, DataFolder folder, Ids ids, List<Schema> schemas) {
        var elsewhere = folder.elsewhere();
        if (settings.db().isEmpty()) {
            if (settings.dbPasswordFile().isPresent())
                throw new StartFailure(
                        "there is a password file for a database, but no database",
                        "name the database with --db URL, or leave the password file out",
                        null);
            if (Files.exists(elsewhere))
                throw new StartFailure(
                        "the state of the data folder " + folder.root() + " is in " + said(elsewhere),
                        "name that database with --db URL, or choose another data folder",
                        null);
            return Store.open(folder.database(), schemas);
        }
        if (Files.exists(folder.database()))
            throw new StartFailure(
                    "the data folder " + folder.root() + " has its state in a file of its own, writ.db",
                    "start without --db, or choose another data folder; the one is not copied into the other",
                    null);
        var database = database(settings.db().get(), settings.dbPasswordFile());
        var store = Store.open(database, settings.node(), ids.pseudonym("ins").text(), schemas);
        try {
            Files.writeString(elsewhere, database.shown() + "\n");
            return store;
        } catch (IOException e) {
            store.close();
            throw new StartFailure(elsewhere + " cannot be written", "make its folder writable for this user", e);
        }
    }

    static Postgres database(String url, Optional<Path> passwordFile) {
        return new Postgres(
                url,
                () -> passwordFile.isPresent()
                        ? passwordFile.map(StateStore::password)
                        : Optional.ofNullable(System.getenv(PASSWORD_VARIABLE))
                                .filter(text -> !text.isEmpty())
                                .map(Secret::of));
    }

    /** Read at every connection, so that a new password needs no new start. */
    private static Secret password(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ))
                throw denied("the password file " + file + " can be read by everybody; chmod 600 it", null);
            if (Files.size(file) > PASSWORD_BYTES_MAX)
                throw denied("the password file " + file + " is longer than " + PASSWORD_BYTES_MAX + " bytes", null);
            var text = new String(Files.readAllBytes(file), UTF_8);
            if (text.endsWith("\n")) text = text.substring(0, text.length() - 1);
            if (text.endsWith("\r")) text = text.substring(0, text.length() - 1);
            if (text.isEmpty()) throw denied("the password file " + file + " is empty", null);
            return Secret.of(text);
        } catch (IOException e) {
            throw denied("the password file " + file + " cannot be read", e);
        }
    }

    private static StoreError denied(String what, @Nullable Exception e) {
        return e == null
                ? new StoreError(StoreError.Code.DENIED, what)
                : new StoreError(StoreError.Code.DENIED, what, e);
    }

    static String said(Path elsewhere) {
        try {
            return Files.readString(elsewhere).strip();
        } catch (IOException e) {
            return "another database";
        }
    }
}
