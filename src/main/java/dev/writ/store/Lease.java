package dev.writ.store;

import dev.writ.base.Name;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Our hold on a PostgreSQL database: one Writ writes to it at a time, because each keeps what it decides by in memory and
 * would not see what another one revokes. Used by the writer's thread alone.
 *
 * <p>The hold is an advisory lock of the writer's session, so it ends with the process however that ends. A session can
 * also end while we live (the server starts again, the network breaks); then another Writ may take the database. So each
 * taking has a generation, written in a row, and every write names the generation it belongs to and fails when it is over.
 *
 * <p>The same row holds the number of the last write. When a session is lost while it commits, the number tells whether
 * that write was made: the lock cannot be had again before the old session is over, so the answer is final. A number that
 * is neither means that the database went back behind what it had confirmed, and nothing may be built on it.
 */
final class Lease {
    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS lease (
              one bigint PRIMARY KEY, generation bigint NOT NULL, node text NOT NULL, instance text NOT NULL,
              last_write bigint NOT NULL, taken_at timestamptz NOT NULL)""";
    private static final String LOCK =
            "SELECT pg_try_advisory_lock(hashtextextended('dev.writ.store/' || current_schema(), 0))";
    private static final long LEAVING_MILLIS_MAX = 1_000;
    private static final long ENDING_MILLIS_MAX = 2_000;
    private static final long ENDING_MILLIS = 20;

    private final Postgres where;
    private final Name node;
    private final String instance;
    private long generation;
    private long confirmed;
    private long begun;
    private Optional<CompletableFuture<Boolean>> doubt = Optional.empty();
    private Optional<StoreError> over = Optional.empty();

    /** @param instance tells this process from every other one; letters, digits and underscores */
    Lease(Postgres where, Name node, String instance) {
        this.where = where;
        this.node = node;
        this.instance = instance;
    }

    /** What the writer's session is called. */
    String sessionName() {
        return "writ writer " + instance;
    }

    /** Why the database is no longer ours; then it never is again. */
    Optional<StoreError> over() {
        return over;
    }

    void refuseWhenOver() {
        if (over.isPresent())
            throw new StoreError(over.get().code(), String.valueOf(over.get().getMessage()), over.get());
    }

    /** Takes the database with a fresh session: at first for good, later only when nobody had it in between. */
    void take(Connection connection) throws SQLException {
        refuseWhenOver();
        connection.setAutoCommit(true);
        if (generation == 0 ? !lockedSoon(connection) : !locked(connection)) {
            if (generation == 0) throw held(connection);
            endOurOldSession(connection);
        }
        if (generation == 0) takeFirst(connection);
        else takeAgain(connection);
        connection.setAutoCommit(false);
    }

    /** The first statement of every write: refuses when another one has taken the database, and numbers the write. */
    void mark(Sql sql) throws SQLException {
        refuseWhenOver();
        begun++;
        int changed = sql.change("UPDATE lease SET last_write = ? WHERE one = 1 AND generation = ?", begun, generation);
        if (changed != 1) throw end(takenByAnother());
    }

    void committed() {
        confirmed = begun;
    }

    /** Notes that the session was lost while it committed. */
    CompletableFuture<Boolean> lostWhileCommitting() {
        var unknown = new CompletableFuture<Boolean>();
        doubt = Optional.of(unknown);
        return unknown;
    }

    private void takeFirst(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
        try (var statement = connection.prepareStatement("""
                INSERT INTO lease (one, generation, node, instance, last_write, taken_at)
                VALUES (1, 1, ?, ?, 0, clock_timestamp())
                ON CONFLICT (one) DO UPDATE SET generation = lease.generation + 1, node = excluded.node,
                  instance = excluded.instance, last_write = 0, taken_at = excluded.taken_at
                RETURNING generation""")) {
            statement.setString(1, node.text());
            statement.setString(2, instance);
            try (var row = statement.executeQuery()) {
                row.next();
                generation = row.getLong(1);
            }
        }
    }

    private void takeAgain(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT generation, last_write FROM lease WHERE one = 1")) {
            if (!row.next() || row.getLong(1) < generation) throw end(wentBack());
            if (row.getLong(1) > generation) throw end(takenByAnother());
            long last = row.getLong(2);
            boolean made = doubt.isPresent() && last == begun;
            if (!made && last != confirmed) throw end(wentBack());
            confirmed = last;
            doubt.ifPresent(unknown -> unknown.complete(made));
            doubt = Optional.empty();
        }
    }

    private static boolean locked(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(LOCK)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** The server may need a moment to notice that whoever had it before, a start that failed say, is gone. */
    private static boolean lockedSoon(Connection connection) throws SQLException {
        for (long waited = 0; waited < LEAVING_MILLIS_MAX; waited += ENDING_MILLIS) {
            if (locked(connection)) return true;
            LockSupport.parkNanos(ENDING_MILLIS * 1_000_000);
        }
        return locked(connection);
    }

    /** Our old session may live on in the server, which does not know yet that we lost it. */
    private void endOurOldSession(Connection connection) throws SQLException {
        for (long waited = 0; waited < ENDING_MILLIS_MAX; waited += ENDING_MILLIS) {
            try (var statement = connection.prepareStatement("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = ? AND usename = current_user AND datname = current_database()
                      AND pid <> pg_backend_pid()""")) {
                statement.setString(1, sessionName());
                statement.execute();
            }
            if (locked(connection)) return;
            LockSupport.parkNanos(ENDING_MILLIS * 1_000_000);
        }
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT generation FROM lease WHERE one = 1")) {
            if (row.next() && row.getLong(1) > generation) throw end(takenByAnother());
        }
        throw new StoreError(
                StoreError.Code.UNREACHABLE, where.shown() + " still holds an earlier session of ours; try again");
    }

    private StoreError held(Connection connection) throws SQLException {
        var holder = Optional.<String>empty();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT node FROM lease WHERE one = 1")) {
            if (row.next()) holder = Optional.of(row.getString(1));
        } catch (SQLException e) {
            // 42P01: the other one is just making its tables.
            if (!"42P01".equals(e.getSQLState())) throw e;
        }
        boolean sameName = holder.isEmpty() || holder.get().equals(node.text());
        return new StoreError(
                StoreError.Code.LOCKED,
                where.shown()
                        + (sameName
                                ? " is in use by another Writ with the node name " + node
                                        + ", and two would write one log twice; stop that one"
                                : " is in use by the Writ node " + holder.get()
                                        + "; one node at a time has a database, so stop that one"));
    }

    private StoreError takenByAnother() {
        return new StoreError(
                StoreError.Code.LOCKED,
                "while the connection to " + where.shown()
                        + " was lost, another Writ took the database; stop one of the two, and start this one again");
    }

    private StoreError wentBack() {
        return new StoreError(
                StoreError.Code.CORRUPT,
                where.shown() + " no longer holds what it had confirmed (a restored backup, a standby that lagged"
                        + " behind); start again, so that nothing is decided on what is lost");
    }

    private StoreError end(StoreError why) {
        over = Optional.of(why);
        return why;
    }
}
