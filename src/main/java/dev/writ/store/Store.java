package dev.writ.store;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One SQLite database: durable transactions from any thread. SQLite runs on platform threads of its own (one writes, a
 * few read), for native calls pin virtual threads; callers wait on futures. A commit is on disk before it returns
 * (write-ahead log, synchronous FULL). Thread-safe.
 */
public final class Store implements AutoCloseable {
    public static final int WAITING_MAX = 1_000;
    static final int READERS = 2;

    private static final Schema OWN = new Schema("store", List.of("""
            CREATE TABLE applied (
              tenant text NOT NULL, node text NOT NULL, size bigint NOT NULL,
              PRIMARY KEY (tenant, node))""", Positions.TABLES));

    private final Lock lock;
    private final Lane writer;
    private final Lane readers;
    private volatile Transaction<?> stamp = _ -> 0;

    private Store(Lock lock, Lane writer, Lane readers) {
        this.lock = lock;
        this.writer = writer;
        this.readers = readers;
    }

    /**
     * Opens the database, or makes it, and brings it to the given schemas.
     *
     * @throws StoreError when it cannot be used; nothing is left open
     */
    public static Store open(Path database, List<Schema> schemas) {
        return open(database, schemas, WAITING_MAX);
    }

    static Store open(Path database, List<Schema> schemas, int waitingMax) {
        var opened = new ArrayList<AutoCloseable>();
        try {
            createPrivately(database);
            var lock = Lock.of(database);
            opened.add(lock);
            var write = Sqlite.connect(database, false);
            opened.add(write);
            var all = new ArrayList<>(List.of(OWN));
            all.addAll(schemas);
            new Migrations(write).run(all);
            var reads = new ArrayList<Connection>();
            for (int i = 0; i < READERS; i++) {
                reads.add(Sqlite.connect(database, true));
                opened.add(reads.getLast());
            }
            return new Store(
                    lock,
                    new Lane("writ-store-writer", Sqlite.BEGIN_WRITE, List.of(write), waitingMax),
                    new Lane("writ-store-reader", Sqlite.BEGIN_READ, reads, waitingMax));
        } catch (IOException | SQLException | RuntimeException e) {
            var error = Sqlite.error(database, e);
            close(opened, error);
            throw error;
        }
    }

    /** Runs work that may change the database; it is committed and on disk when this returns. */
    public <T> T write(Transaction<T> work) {
        return writer.run(sql -> {
            var answer = work.run(sql);
            stamp.run(sql);
            return answer;
        });
    }

    /**
     * Has every transaction that writes end with this from now on, inside it: what it notes is as old as the state it is
     * noted in. There is one; it must be quick, and when it fails the transaction does.
     */
    public void stampedBy(Transaction<?> noting) {
        stamp = noting;
    }

    /** Runs queries on one consistent state of the database; a statement that would change it fails. */
    public <T> T read(Transaction<T> work) {
        return readers.run(work);
    }

    /** How much of a tenant's ledger on a node the database has seen; 0 when nothing was noted. */
    public long applied(Name tenant, Name node) {
        return read(sql -> sql.row(
                        "SELECT size FROM applied WHERE tenant = ? AND node = ?",
                        row -> row.integer("size"),
                        tenant,
                        node)
                .orElse(0L));
    }

    /** Notes how much of the ledger was applied; a smaller size than the noted one changes nothing. */
    public void applied(Name tenant, Name node, long size) {
        write(sql -> applied(sql, tenant, node, size));
    }

    /** As {@link #applied(Name, Name, long)}, inside the transaction that applies it. */
    public static int applied(Sql sql, Name tenant, Name node, long size) throws SQLException {
        return sql.change("""
                INSERT INTO applied (tenant, node, size) VALUES (?, ?, ?)
                ON CONFLICT (tenant, node) DO UPDATE SET size = excluded.size WHERE applied.size < excluded.size""", tenant, node, size);
    }

    /** Waits for transactions that have begun, then releases the database. A second call does nothing. */
    @Override
    public void close() {
        try (lock;
                writer;
                readers) {
            // Closed in the reverse order, each also when another one fails.
        }
    }

    /** Begins and ends the transaction by statements of our own, for the driver's own does not survive a full disk. */
    static <T> T inTransaction(Connection connection, String begin, Transaction<T> work) throws SQLException {
        execute(connection, begin);
        try {
            var answer = work.run(new Sql(connection));
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

    private static void createPrivately(Path database) throws IOException {
        if (Files.exists(database)) return;
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(database, owner);
    }

    private static void close(List<AutoCloseable> opened, Throwable because) {
        for (var each : opened.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                because.addSuppressed(e);
            }
        }
    }
}
