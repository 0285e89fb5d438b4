package dev.writ.store;

import java.sql.Connection;
import java.sql.SQLException;

/** A connection to a SQLite file; it lasts as long as the store. */
final class SqliteLink implements Link {
    private final Connection connection;
    private final String begin;

    SqliteLink(Connection connection, String begin) {
        this.connection = connection;
        this.begin = begin;
    }

    @Override
    public <T> T run(Transaction<T> work) {
        try {
            return inTransaction(connection, begin, work);
        } catch (SQLException e) {
            throw Sqlite.error(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw Sqlite.error(e);
        }
    }

    /** Begins and ends the transaction by statements of our own, for the driver's own does not survive a full disk. */
    private static <T> T inTransaction(Connection connection, String begin, Transaction<T> work) throws SQLException {
        execute(connection, begin);
        try {
            var sql = new Sql(connection, Texts.AS_THEY_ARE);
            var answer = work.run(sql);
            sql.refuseToCommitAfterAFailure();
            execute(connection, "COMMIT");
            return answer;
        } catch (SQLException | RuntimeException | Error e) {
            undo(connection, e);
            throw e;
        }
    }

    /** A transaction that cannot be undone stays open; then the next BEGIN is an error, and so is all later work. */
    private static void undo(Connection connection, Throwable because) {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            // SQLite has undone it already when the disk is full or fails: "no transaction is active".
            because.addSuppressed(e);
        }
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (var prepared = connection.createStatement()) {
            prepared.execute(statement);
        }
    }
}
