package dev.writ.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;

/** Copies a database as it is at one moment, also while another process uses it. */
public final class Snapshot {
    private Snapshot() {}

    /**
     * Writes a copy, durably and readable by its owner alone; the database itself is not changed.
     *
     * @param to a file that does not exist yet
     */
    public static void copy(Path database, Path to) {
        if (Files.notExists(database))
            throw new StoreError(StoreError.Code.CORRUPT, "there is no database " + database + "; restore a backup");
        try (var connection = Sqlite.connect(database, false);
                var statement = connection.prepareStatement("VACUUM INTO ?")) {
            // SQLite takes an empty file for a new one, and this one only its owner reads.
            Files.createFile(
                    to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            statement.setString(1, to.toAbsolutePath().toString());
            statement.execute();
            try (var channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (IOException | SQLException e) {
            throw Sqlite.error(database, e);
        }
    }

    /** Whether the database can be read whole; the reason when it cannot. */
    public static java.util.Optional<String> objection(Path database) {
        try (var connection = Sqlite.connect(database, true);
                var statement = connection.createStatement();
                var answer = statement.executeQuery("PRAGMA quick_check(1)")) {
            var first = answer.next() ? answer.getString(1) : "no answer";
            return "ok".equals(first) ? java.util.Optional.empty() : java.util.Optional.of(first);
        } catch (SQLException e) {
            return java.util.Optional.of(Sqlite.error(e).getMessage() + "");
        }
    }
}
