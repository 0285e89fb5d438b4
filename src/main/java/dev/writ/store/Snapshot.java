package dev.writ.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;

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
            Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            statement.setString(1, to.toAbsolutePath().toString());
            statement.execute();
            try (var channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (IOException | SQLException e) {
            throw Sqlite.error(database, e);
        }
    }

    /** What a database says, asked without opening it for work: it stays as it is, whatever its version. */
    public static <T> T read(Path database, Transaction<T> question) {
        try (var connection = Sqlite.connect(database, true)) {
            return question.run(new Sql(connection, Texts.AS_THEY_ARE));
        } catch (SQLException e) {
            throw Sqlite.error(e);
        }
    }

    /** Why a database cannot be read whole, if so; one that is in use or was left by a crash is completed by looking. */
    public static Optional<String> objection(Path database) {
        return objection(() -> Sqlite.connect(database, true));
    }

    /** As {@link #objection} for a file that nobody writes; neither it nor its folder is touched. */
    public static Optional<String> objectionToCopy(Path database) {
        return objection(
                () -> DriverManager.getConnection("jdbc:sqlite:file:" + database.toAbsolutePath() + "?immutable=1"));
    }

    private interface Connecting {
        Connection connect() throws SQLException;
    }

    private static Optional<String> objection(Connecting to) {
        try (var connection = to.connect();
                var statement = connection.createStatement();
                var answer = statement.executeQuery("PRAGMA quick_check(1)")) {
            var first = answer.next() ? answer.getString(1) : "no answer";
            return "ok".equals(first) ? Optional.empty() : Optional.of(first);
        } catch (SQLException e) {
            return Optional.of(Sqlite.error(e).getMessage() + "");
        }
    }
}
