package dev.writ.store;

import dev.writ.base.Name;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Both kinds of database: tests of what stands on a store run on each of them. */
public enum Databases {
    SQLITE {
        @Override
        public Store open(Path folder, List<Schema> schemas) {
            return Store.open(folder.resolve("writ.db"), schemas);
        }

        @Override
        Store openWith(Path folder, List<Schema> schemas, Patience patience) {
            return Store.open(folder.resolve("writ.db"), schemas, Store.WAITING_MAX, patience);
        }

        @Override
        int steps(Path folder, String part) {
            if (Files.notExists(folder.resolve("writ.db"))) return 0;
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("writ.db"));
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT COUNT(*) FROM schema_steps WHERE part = '" + part + "'")) {
                return row.getInt(1);
            } catch (SQLException e) {
                // Not made yet, or held for a moment.
                return 0;
            }
        }

        @Override
        public void run(Path folder, String script) {
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("writ.db"));
                    var statement = connection.createStatement()) {
                statement.executeUpdate(script);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        String[] words(Path folder) {
            return new String[] {"sqlite", folder.resolve("writ.db").toString()};
        }

        @Override
        public String content(Path folder) {
            var all = new StringBuilder();
            try (var files = Files.list(folder)) {
                for (var file : files.filter(
                                each -> each.getFileName().toString().startsWith("writ.db"))
                        .toList()) all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return all.toString();
        }
    },
    POSTGRES {
        @Override
        public Store open(Path folder, List<Schema> schemas) {
            return Store.open(at(folder), NODE, instance(), schemas);
        }

        @Override
        Store openWith(Path folder, List<Schema> schemas, Patience patience) {
            return Store.open(at(folder), NODE, instance(), schemas, patience, patience);
        }

        @Override
        int steps(Path folder, String part) {
            var table = schema(folder) + ".schema_steps";
            if (PostgresServer.ask("SELECT to_regclass('" + table + "')").contains("null")) return 0;
            return PostgresServer.ask("SELECT part FROM " + table + " WHERE part = '" + part + "'")
                    .size();
        }

        @Override
        public void run(Path folder, String script) {
            PostgresServer.run("SET search_path = " + schema(folder) + ";" + script);
        }

        @Override
        String[] words(Path folder) {
            return new String[] {"postgres", at(folder).url()};
        }

        @Override
        public String content(Path folder) {
            var all = new StringBuilder();
            var schema = schema(folder);
            for (var table : PostgresServer.ask("SELECT tablename FROM pg_tables WHERE schemaname = '" + schema + "'"))
                for (var row : PostgresServer.ask("SELECT t::text FROM " + schema + "." + table + " t"))
                    all.append(table).append(row).append('\n');
            return all.toString();
        }
    };

    private static final Name NODE = new Name("node-1");
    private static final Map<Path, String> SCHEMAS = new ConcurrentHashMap<>();
    private static final AtomicLong INSTANCES = new AtomicLong();

    /** SQLite; with {@code -Dwrit.walks.db=postgres}, as in the extended profile, both. */
    static List<Databases> ofThisRun() {
        return "postgres".equals(System.getProperty("writ.walks.db")) ? List.of(SQLITE, POSTGRES) : List.of(SQLITE);
    }

    /** Opens the database that belongs to a test's folder; the same one each time. */
    public abstract Store open(Path folder, List<Schema> schemas);

    abstract Store openWith(Path folder, List<Schema> schemas, Patience patience);

    /** How many steps of a part another process has applied so far. */
    abstract int steps(Path folder, String part);

    /** Runs a script on the database before anybody opens it. */
    public abstract void run(Path folder, String script);

    /** How another process names the database. */
    abstract String[] words(Path folder);

    static Store openAsNamed(String kind, String where, List<Schema> schemas) {
        return kind.equals("sqlite")
                ? Store.open(Path.of(where), schemas)
                : Store.open(new Postgres(where, java.util.Optional::empty), NODE, instance(), schemas);
    }

    /** Everything that the database holds, with what was written in it as it is. */
    public abstract String content(Path folder);

    /** A server notices a moment later than the operating system that a process has died. */
    static Store openOnceTheDeadOneIsNoticed(Supplier<Store> opening) {
        for (int i = 0; ; i++) {
            try {
                return opening.get();
            } catch (StoreError e) {
                if (e.code() != StoreError.Code.LOCKED || i == 1_000) throw e;
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    public static Postgres at(Path folder) {
        return PostgresServer.at(schema(folder));
    }

    public static String schema(Path folder) {
        return SCHEMAS.computeIfAbsent(folder, _ -> PostgresServer.schema());
    }

    /** Where the state of a folder is on the server, for whoever starts an installation on it. */
    public static String url(Path folder) {
        return PostgresServer.url(PostgresServer.port(), "postgres", schema(folder));
    }

    /** Gives a folder the state on the server that another one has at this moment, in place of its own. */
    public static void copyOnServer(Path from, Path to) {
        var source = schema(from);
        var target = schema(to);
        try (var connection = PostgresServer.administrator();
                var statement = connection.createStatement()) {
            connection.setTransactionIsolation(java.sql.Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            statement.execute("DROP SCHEMA " + target + " CASCADE");
            statement.execute("CREATE SCHEMA " + target);
            var tables = new java.util.ArrayList<String>();
            try (var rows =
                    statement.executeQuery("SELECT tablename FROM pg_tables WHERE schemaname = '" + source + "'")) {
                while (rows.next()) tables.add(rows.getString(1));
            }
            for (var table : tables) {
                var there = target + "." + table;
                statement.execute("CREATE TABLE " + there + " (LIKE " + source + "." + table + " INCLUDING ALL)");
                statement.execute("INSERT INTO " + there + " SELECT * FROM " + source + "." + table);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes away all that the server has for a folder. */
    public static void loseOnServer(Path folder) {
        PostgresServer.run("DROP SCHEMA " + schema(folder) + " CASCADE");
        PostgresServer.run("CREATE SCHEMA " + schema(folder));
    }

    public static String instance() {
        return "test_" + ProcessHandle.current().pid() + "_" + INSTANCES.incrementAndGet();
    }
}
