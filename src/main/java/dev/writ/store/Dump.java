package dev.writ.store;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * All rows of a database in a file that is the same whatever database they come from, and goes into either: lines of
 * canonical JSON. First {@code form} and the {@code steps} of the schemas that had been taken; then each table with its
 * {@code columns}, a line for each row, and its number of {@code rows}; at last how many {@code tables} and {@code rows}
 * there were and the {@code sha256} of all lines before. Who has a database ({@code lease}) is no part of it.
 */
public final class Dump {
    static final String FORM = "writ-state-v1";

    /** Of one line. */
    static final int LINE_BYTES_MAX = 1 << 26;

    private Dump() {}

    /** Writes what a database in a file holds at one moment. */
    public static void of(Path database, Path to, List<Schema> schemas) {
        if (Files.notExists(database))
            throw new StoreError(StoreError.Code.CORRUPT, "there is no database " + database);
        try (var link = new SqliteLink(Sqlite.connect(database, true), Sqlite.BEGIN_READ)) {
            write(link, to, schemas);
        } catch (SQLException e) {
            throw Sqlite.error(e);
        }
    }

    /** Writes what a database on a server holds at one moment, also while a Writ has it; it is not changed. */
    public static void of(Postgres database, Path to, List<Schema> schemas) {
        if (database.unused()) throw new StoreError(StoreError.Code.CORRUPT, "there is nothing in " + database.shown());
        try (var link = PostgresLink.reader(database, Patience.STARTING)) {
            write(link, to, schemas);
        }
    }

    private static void write(Link link, Path to, List<Schema> schemas) {
        link.run(sql -> {
            var steps = Migrations.steps(sql);
            var layout = Layout.of(Migrations.upTo(Store.all(schemas), steps));
            try (var out = new DumpWriter(to)) {
                out.write(sql, steps, layout);
                return 0;
            } catch (IOException e) {
                throw new StoreError(
                        StoreError.Code.DISK_FULL, to + " cannot be written; make room on the disk, then retry", e);
            }
        });
    }

    /**
     * Makes a database file of a dump.
     *
     * @param database does not exist yet
     * @throws StoreError when the dump is not whole, not of these schemas, or newer; no row is then anywhere
     */
    public static void into(Path database, Path dump, List<Schema> schemas) {
        try {
            if (Files.exists(database))
                throw new StoreError(StoreError.Code.CONFLICT, database + " exists, and a dump goes over nothing");
            var steps = checked(dump, schemas);
            Store.createPrivately(database);
            try (var link = new SqliteLink(Sqlite.connect(database, false), Sqlite.BEGIN_WRITE)) {
                read(link, dump, steps, schemas, false);
            }
        } catch (IOException | SQLException e) {
            throw Sqlite.error(database, e);
        }
    }

    /**
     * Puts a dump into a database on a server that no Writ has, in one transaction.
     *
     * @param instance tells this process from every other one; letters, digits and underscores
     * @param replacing whether it takes the place of what is there; otherwise the tables must be empty
     */
    public static void into(
            Postgres database, Name node, String instance, Path dump, List<Schema> schemas, boolean replacing) {
        var steps = checked(dump, schemas);
        var lease = new Lease(database, node, instance);
        try (var link = PostgresLink.writer(database, lease, Patience.STARTING, _ -> {})) {
            link.connect();
            read(link, dump, steps, schemas, replacing);
        }
    }

    /** Before a table is made or a row is deleted, the whole of it was read once. */
    private static List<Migrations.Step> checked(Path dump, List<Schema> schemas) {
        return DumpReader.of(dump, reader -> reader.check(schemas));
    }

    private static void read(
            Link link, Path dump, List<Migrations.Step> steps, List<Schema> schemas, boolean replacing) {
        new Migrations(link).run(Migrations.upTo(Store.all(schemas), steps));
        link.run(sql -> DumpReader.of(dump, reader -> {
            reader.load(sql, schemas, replacing);
            return 0;
        }));
        new Migrations(link).run(Store.all(schemas));
    }
}
