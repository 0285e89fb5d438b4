package dev.writ.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A connection to PostgreSQL that is made again when it was lost. The writer runs serializable transactions under the
 * {@link Lease}; a reader reads one state. Work that is certain to have left nothing is run again: after a conflict with
 * another transaction a few times, after a lost connection once.
 */
final class PostgresLink implements Link {
    private static final int CONFLICTS_MAX = 5;
    private static final int LOSSES_MAX = 2;
    private static final long APART_NANOS = 2_000_000;

    private final Postgres where;
    private final PostgresConnections connections;
    private final Optional<Lease> lease;
    private final Consumer<StoreError> onOver;
    private Patience patience;
    private Optional<Connection> open = Optional.empty();

    private PostgresLink(Postgres where, Optional<Lease> lease, Patience patience, Consumer<StoreError> onOver) {
        this.where = where;
        this.connections = new PostgresConnections(where);
        this.lease = lease;
        this.patience = patience;
        this.onOver = onOver;
    }

    /** @param onOver called once when another Writ has taken the database, or the database has lost our writes */
    static PostgresLink writer(Postgres where, Lease lease, Patience patience, Consumer<StoreError> onOver) {
        return new PostgresLink(where, Optional.of(lease), patience, onOver);
    }

    static PostgresLink reader(Postgres where, Patience patience) {
        return new PostgresLink(where, Optional.empty(), patience, _ -> {});
    }

    /** Connects now instead of with the first transaction. */
    void connect() {
        try {
            connected();
        } catch (SQLException e) {
            throw PostgresErrors.of(e, where);
        }
    }

    /** From now on waits as long as this. */
    void wait(Patience now) {
        patience = now;
        try {
            if (open.isPresent()) {
                PostgresConnections.wait(open.get(), now);
                open.get().commit();
            }
        } catch (SQLException e) {
            throw PostgresErrors.of(e, where);
        }
    }

    @Override
    public <T> T run(Transaction<T> work) {
        boolean over = lease.flatMap(Lease::over).isPresent();
        try {
            int conflicts = 0;
            int losses = 0;
            while (true) {
                try {
                    return once(work);
                } catch (Undone undone) {
                    if (undone.lost ? ++losses >= LOSSES_MAX : ++conflicts >= CONFLICTS_MAX)
                        throw PostgresErrors.of(undone.why, where);
                    if (!undone.lost) LockSupport.parkNanos(APART_NANOS << conflicts);
                }
            }
        } finally {
            if (!over) lease.flatMap(Lease::over).ifPresent(onOver);
        }
    }

    /** The transaction left nothing, and running it again may succeed. */
    private static final class Undone extends Exception {
        private static final long serialVersionUID = 1;
        private final transient SQLException why;
        private final boolean lost;

        Undone(SQLException why, boolean lost) {
            super(why);
            this.why = why;
            this.lost = lost;
        }
    }

    private <T> T once(Transaction<T> work) throws Undone {
        var connection = connectedOr();
        T answer;
        try {
            var sql = new Sql(connection, Texts.WITHOUT_NUL);
            if (lease.isPresent()) lease.get().mark(sql);
            answer = work.run(sql);
            sql.refuseToCommitAfterAFailure();
        } catch (SQLException e) {
            undo(connection, e);
            throw undone(e);
        } catch (RuntimeException | Error e) {
            undo(connection, e);
            throw e;
        }
        try {
            connection.commit();
        } catch (SQLException e) {
            if (!lost(connection, e)) {
                undo(connection, e);
                throw undone(e);
            }
            drop(connection);
            if (lease.isPresent()) return afterLostCommit(lease.get(), answer, e);
            throw undone(e);
        }
        lease.ifPresent(Lease::committed);
        return answer;
    }

    /** Connects again at once, for that tells what came of the commit; when it cannot, the caller is left in doubt. */
    private <T> T afterLostCommit(Lease held, T answer, SQLException lost) throws Undone {
        var unknown = held.lostWhileCommitting();
        try {
            connected();
        } catch (SQLException | StoreError e) {
            lost.addSuppressed(e);
            throw new InDoubt(unknown, lost);
        }
        if (unknown.getNow(false)) return answer;
        throw new Undone(lost, true);
    }

    private Connection connectedOr() throws Undone {
        try {
            return connected();
        } catch (SQLException e) {
            throw undone(e);
        }
    }

    private Connection connected() throws SQLException {
        if (open.isPresent()) return open.get();
        lease.ifPresent(Lease::refuseWhenOver);
        var fresh = lease.isPresent()
                ? connections.writing(lease.get().sessionName(), patience)
                : connections.reading("writ reader", patience);
        try {
            if (lease.isPresent()) lease.get().take(fresh);
            open = Optional.of(fresh);
            return fresh;
        } catch (SQLException | RuntimeException e) {
            PostgresConnections.abort(fresh);
            throw e;
        }
    }

    private Undone undone(SQLException e) {
        if (PostgresErrors.inTheWay(e)) return new Undone(e, false);
        if (PostgresErrors.connectionLost(e) && !PostgresErrors.timedOut(e)) return new Undone(e, true);
        throw PostgresErrors.of(e, where);
    }

    private void undo(Connection connection, Throwable because) {
        try {
            if (because instanceof SQLException e && lost(connection, e)) drop(connection);
            else connection.rollback();
        } catch (SQLException e) {
            because.addSuppressed(e);
            drop(connection);
        }
    }

    private static boolean lost(Connection connection, SQLException e) {
        try {
            return PostgresErrors.connectionLost(e) || connection.isClosed();
        } catch (SQLException unknown) {
            e.addSuppressed(unknown);
            return true;
        }
    }

    private void drop(Connection connection) {
        open = Optional.empty();
        PostgresConnections.abort(connection);
    }

    @Override
    public void close() {
        var last = open;
        open = Optional.empty();
        try {
            if (last.isPresent()) last.get().close();
        } catch (SQLException e) {
            PostgresConnections.abort(last.get());
        }
    }
}
