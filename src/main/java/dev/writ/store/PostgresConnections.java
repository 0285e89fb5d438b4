package dev.writ.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Makes connections to a PostgreSQL database. */
final class PostgresConnections {
    /** A server that hears nothing from us for this long ends the session, and with it our hold on the database. */
    private static final int SILENT_SECONDS_MAX = 30;

    private static final int VERSION_MIN = 140_000;

    private final Postgres where;

    PostgresConnections(Postgres where) {
        this.where = where;
    }

    /** @param name what the server's list of sessions shows */
    Connection writing(String name, Patience patience) throws SQLException {
        var connection = connect(name, patience);
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            abort(connection);
            throw e;
        }
    }

    /** Sees one state of the database throughout a transaction, and never fails for what others do. */
    Connection reading(String name, Patience patience) throws SQLException {
        var connection = connect(name, patience);
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            abort(connection);
            throw e;
        }
    }

    private Connection connect(String name, Patience patience) throws SQLException {
        var connection = DriverManager.getConnection(where.url(), properties(name, patience));
        try {
            check(connection);
            wait(connection, patience);
            return connection;
        } catch (SQLException | RuntimeException e) {
            abort(connection);
            throw e;
        }
    }

    private Properties properties(String name, Patience patience) {
        var properties = new Properties();
        var seconds = String.valueOf(patience.connect().toSeconds());
        properties.setProperty("ApplicationName", name);
        properties.setProperty("connectTimeout", seconds);
        // While connecting only; then the statement's own.
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("tcpKeepAlive", "true");
        // The detail of an error quotes values.
        properties.setProperty("logServerErrorDetail", "false");
        where.sslModeByDefault().ifPresent(mode -> properties.setProperty("sslmode", mode));
        where.password().get().ifPresent(password -> properties.setProperty("password", password.reveal()));
        return properties;
    }

    private void check(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
                          current_schema(), set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)""")) {
            row.next();
            if (row.getInt(1) < VERSION_MIN)
                throw new StoreError(
                        StoreError.Code.WRONG_SCHEMA, where.shown() + " is older than PostgreSQL 14; update it");
            if (!"UTF8".equals(row.getString(2)))
                throw new StoreError(
                        StoreError.Code.WRONG_SCHEMA,
                        where.shown() + " is not encoded in UTF8; create a database that is");
            if (row.getString(3) == null)
                throw new StoreError(
                        StoreError.Code.DENIED,
                        "the schema of " + where.shown() + " does not exist or is closed to the role " + where.role());
        }
    }

    /** From now on statements may take this long; the server gives up first, and when it cannot, we do. */
    static void wait(Connection connection, Patience patience) throws SQLException {
        long millis = patience.statement().toMillis();
        try (var statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = " + millis + "; SET lock_timeout = " + millis
                    + "; SET idle_in_transaction_session_timeout = " + 2 * millis
                    + "; SET tcp_keepalives_idle = " + SILENT_SECONDS_MAX / 2
                    + "; SET tcp_keepalives_interval = " + SILENT_SECONDS_MAX / 6
                    + "; SET tcp_keepalives_count = 3");
        }
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(millis + 1_000));
    }

    /** Lets go of a connection without a word to the server, which might not listen. */
    static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            System.getLogger(PostgresConnections.class.getName())
                    .log(System.Logger.Level.DEBUG, "a lost connection could not be closed", e);
        }
    }
}
