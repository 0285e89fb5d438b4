package dev.writ.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A real PostgreSQL server, started once for all tests of a run; each test has a schema of its own. */
public final class PostgresServer {
    private static final AtomicLong SCHEMAS = new AtomicLong();
    private static final java.util.logging.Logger LOG = java.util.logging.Logger.getLogger("io.zonky.test");

    private PostgresServer() {}

    private static final class Started {
        private static final EmbeddedPostgres SERVER = start();
        private static final ProcessHandle POSTMASTER = postmaster();

        /** The first line of the server's own file is its process. */
        private static ProcessHandle postmaster() {
            try (var connection = SERVER.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT pg_read_file('postmaster.pid')")) {
                row.next();
                return ProcessHandle.of(Long.parseLong(row.getString(1)
                                .lines()
                                .findFirst()
                                .orElseThrow()
                                .strip()))
                        .orElseThrow();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        private static EmbeddedPostgres start() {
            LOG.setLevel(java.util.logging.Level.WARNING);
            try {
                return EmbeddedPostgres.builder()
                        // What is tested is ours; that PostgreSQL survives a power failure is its own.
                        .setServerConfig("fsync", "off")
                        .setServerConfig("full_page_writes", "off")
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static int port() {
        return Started.SERVER.getPort();
    }

    /** A schema that nobody else uses. */
    public static String schema() {
        var name = "t" + SCHEMAS.incrementAndGet();
        run("CREATE SCHEMA " + name);
        return name;
    }

    public static Postgres at(String schema) {
        return at(port(), "postgres", schema);
    }

    public static Postgres at(int port, String role, String schema) {
        return new Postgres(url(port, role, schema), Optional::empty);
    }

    public static String url(int port, String role, String schema) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + role + "&currentSchema=" + schema;
    }

    /** Runs a statement as the server's administrator. */
    public static void run(String statement) {
        try (var connection = administrator();
                var prepared = connection.createStatement()) {
            prepared.execute(statement);
        } catch (SQLException e) {
            throw new AssertionError(statement, e);
        }
    }

    /** The first column of the answer, as text. */
    public static List<String> ask(String query) {
        try (var connection = administrator();
                var prepared = connection.createStatement();
                var rows = prepared.executeQuery(query)) {
            var answer = new java.util.ArrayList<String>();
            while (rows.next()) answer.add(String.valueOf(rows.getString(1)));
            return answer;
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }

    /** A role that owns nothing but what it makes in one schema, and is let in by its password alone. */
    public static void roleWithPassword(String role, String password, String schema) {
        run("CREATE ROLE " + role + " LOGIN PASSWORD '" + password + "'");
        run("GRANT USAGE, CREATE ON SCHEMA " + schema + " TO " + role);
        var file = java.nio.file.Path.of(ask("SHOW hba_file").getFirst());
        try {
            java.nio.file.Files.writeString(
                    file, "host all " + role + " 127.0.0.1/32 scram-sha-256\n" + java.nio.file.Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("SELECT pg_reload_conf()");
    }

    /** Stops every process of the server in the middle of what it does. */
    public static void freeze() {
        signal("STOP");
    }

    public static void thaw() {
        signal("CONT");
    }

    private static void signal(String name) {
        var postmaster = Started.POSTMASTER;
        postmaster.descendants().forEach(process -> signal(name, process.pid()));
        signal(name, postmaster.pid());
    }

    private static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static Connection administrator() throws SQLException {
        return Started.SERVER.getPostgresDatabase().getConnection();
    }
}
