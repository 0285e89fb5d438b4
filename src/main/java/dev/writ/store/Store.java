package dev.writ.store;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One database, in a SQLite file or on a PostgreSQL server: durable transactions from any thread. They run on platform
 * threads of their own (one writes, a few read), for native calls pin virtual threads; callers wait on futures, and no
 * longer than the database may take. A commit is on disk before it returns. Thread-safe.
 */
public final class Store implements AutoCloseable {
    public static final int WAITING_MAX = 1_000;
    static final int READERS = 2;

    private static final Schema OWN = new Schema("store", List.of("""
            CREATE TABLE applied (
              tenant text NOT NULL, node text NOT NULL, size bigint NOT NULL,
              PRIMARY KEY (tenant, node))""", Positions.TABLES));

    private final Optional<Lock> lock;
    private final Lane writer;
    private final Lane readers;
    private final Duration patience;
    private final CompletableFuture<StoreError> over;
    private volatile Transaction<?> stamp = _ -> 0;

    private Store(
            Optional<Lock> lock, Lane writer, Lane readers, Duration patience, CompletableFuture<StoreError> over) {
        this.lock = lock;
        this.writer = writer;
        this.readers = readers;
        this.patience = patience;
        this.over = over;
    }

    /**
     * Opens the database in a file, or makes it, and brings it to the given schemas.
     *
     * @throws StoreError when it cannot be used; nothing is left open
     */
    public static Store open(Path database, List<Schema> schemas) {
        return open(database, schemas, WAITING_MAX);
    }

    /**
     * Takes a database on a PostgreSQL server for this process and brings it to the given schemas.
     *
     * @param instance tells this process from every other one; letters, digits and underscores
     * @throws StoreError when it cannot be used, in particular when another Writ has it; nothing is left open
     */
    public static Store open(Postgres database, Name node, String instance, List<Schema> schemas) {
        return open(database, node, instance, schemas, Patience.WRITING, Patience.READING);
    }

    static Store open(Path database, List<Schema> schemas, int waitingMax) {
        return open(database, schemas, waitingMax, Patience.WRITING);
    }

    static Store open(Path database, List<Schema> schemas, int waitingMax, Patience patience) {
        var opened = new ArrayList<AutoCloseable>();
        try {
            createPrivately(database);
            var lock = Lock.of(database);
            opened.add(lock);
            var write = new SqliteLink(Sqlite.connect(database, false), Sqlite.BEGIN_WRITE);
            opened.add(write);
            new Migrations(write).run(all(schemas));
            var reads = new ArrayList<Link>();
            for (int i = 0; i < READERS; i++) {
                reads.add(new SqliteLink(Sqlite.connect(database, true), Sqlite.BEGIN_READ));
                opened.add(reads.getLast());
            }
            return new Store(
                    Optional.of(lock),
                    new Lane("writ-store-writer", List.of(write), waitingMax, patience.caller()),
                    new Lane("writ-store-reader", reads, waitingMax, Patience.READING.caller()),
                    patience.caller(),
                    new CompletableFuture<>());
        } catch (IOException | SQLException | RuntimeException e) {
            var error = Sqlite.error(database, e);
            close(opened, error);
            throw error;
        }
    }

    static Store open(
            Postgres database, Name node, String instance, List<Schema> schemas, Patience writing, Patience reading) {
        var over = new CompletableFuture<StoreError>();
        var opened = new ArrayList<AutoCloseable>();
        try {
            var write = PostgresLink.writer(
                    database, new Lease(database, node, instance), Patience.STARTING, over::complete);
            opened.add(write);
            write.connect();
            new Migrations(write).run(all(schemas));
            write.wait(writing);
            var reads = new ArrayList<Link>();
            for (int i = 0; i < READERS; i++) {
                var read = PostgresLink.reader(database, reading);
                opened.add(read);
                read.connect();
                reads.add(read);
            }
            return new Store(
                    Optional.empty(),
                    new Lane("writ-store-writer", List.of(write), WAITING_MAX, writing.caller()),
                    new Lane("writ-store-reader", reads, WAITING_MAX, reading.caller()),
                    writing.caller(),
                    over);
        } catch (RuntimeException e) {
            close(opened, e);
            throw e;
        }
    }

    static List<Schema> all(List<Schema> schemas) {
        var all = new ArrayList<>(List.of(OWN));
        all.addAll(schemas);
        return all;
    }

    /**
     * Calls once, on a thread of its own, when this database can never be written again: another Writ has taken it, or it
     * has lost what it had confirmed. What is decided from memory may be outdated from then on.
     */
    public void onOver(Consumer<StoreError> listener) {
        var _ = over.thenAcceptAsync(listener, task -> Thread.ofVirtual().start(task));
    }

    /** Writes nothing, and by that finds out whether the database still answers and is still ours. */
    public void probe() {
        var _ = write(_ -> 0);
    }

    /** How long a caller waits for a change at most. */
    Duration patience() {
        return patience;
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
        try (var _ = lock.orElse(null);
                writer;
                readers) {
            // Closed in the reverse order, each also when another one fails.
        }
    }

    static void createPrivately(Path database) throws IOException {
        if (Files.exists(database)) return;
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.createFile(database, owner);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // Another start was quicker; the lock decides between the two.
        }
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
