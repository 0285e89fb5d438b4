package dev.writ.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What is special about SQLite: how a connection is set up, and what its error codes mean to a person. */
final class Sqlite {
    /** A writer takes the write lock at once: it never finds out in the middle that it cannot write. */
    static final String BEGIN_WRITE = "BEGIN IMMEDIATE";

    static final String BEGIN_READ = "BEGIN";

    private static final int BUSY_MILLIS_MAX = 5_000;

    private Sqlite() {}

    static Connection connect(Path database, boolean queriesOnly) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLIS_MAX);
        config.enforceForeignKeys(true);
        var connection = config.createConnection("jdbc:sqlite:" + database.toAbsolutePath());
        try (var statement = connection.createStatement()) {
            // Schema text is not trusted to call functions; deleted secrets are overwritten.
            statement.execute("PRAGMA trusted_schema = OFF");
            statement.execute("PRAGMA secure_delete = ON");
            if (queriesOnly) statement.execute("PRAGMA query_only = ON");
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    static RuntimeException error(Path database, Exception e) {
        if (e instanceof SQLException failed) return error(failed);
        if (e instanceof IOException)
            return new StoreError(
                    StoreError.Code.READ_ONLY,
                    "cannot create files beside " + database
                            + "; make its folder exist and writable, or choose another data folder",
                    e);
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }

    static StoreError error(SQLException e) {
        if (!(e instanceof SQLiteException failed))
            return new StoreError(StoreError.Code.FAILED, "the database failed: " + e.getMessage(), e);
        int primary = failed.getResultCode().code & 0xFF;
        if (primary == SQLiteErrorCode.SQLITE_BUSY.code || primary == SQLiteErrorCode.SQLITE_LOCKED.code)
            return new StoreError(
                    StoreError.Code.LOCKED,
                    "another program holds the database; close it (a database browser, a backup) and try again",
                    e);
        if (primary == SQLiteErrorCode.SQLITE_READONLY.code
                || primary == SQLiteErrorCode.SQLITE_CANTOPEN.code
                || primary == SQLiteErrorCode.SQLITE_PERM.code)
            return new StoreError(
                    StoreError.Code.READ_ONLY,
                    "the database cannot be written; make the data folder writable, or choose another one",
                    e);
        if (primary == SQLiteErrorCode.SQLITE_FULL.code)
            return new StoreError(
                    StoreError.Code.DISK_FULL, "the disk is full, nothing was changed; free some space, then retry", e);
        if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code || primary == SQLiteErrorCode.SQLITE_NOTADB.code)
            return new StoreError(
                    StoreError.Code.CORRUPT, "the database file is damaged or is no database; restore a backup", e);
        if (primary == SQLiteErrorCode.SQLITE_CONSTRAINT.code)
            return new StoreError(StoreError.Code.CONFLICT, "a constraint refused the change; nothing was changed", e);
        return new StoreError(StoreError.Code.FAILED, "the database failed with " + failed.getResultCode(), e);
    }
}
