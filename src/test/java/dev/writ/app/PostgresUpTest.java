package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import dev.writ.store.Cable;
import dev.writ.store.PostgresServer;
import dev.writ.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code writ up --db} as the person at the terminal sees it. */
@Tag("extended")
class PostgresUpTest {
    private static final String PASSWORD = "correct-horse-battery";

    @TempDir
    private Path home;

    private final String schema = PostgresServer.schema();
    private Path data = Path.of("");
    private Path passwordFile = Path.of("");

    private record Said(int code, String err) {}

    @BeforeEach
    void prepare() throws IOException {
        data = home.resolve("data");
        passwordFile = secret("password", PASSWORD + "\n", "rw-------");
        PostgresServer.roleWithPassword(role(), PASSWORD, schema);
    }

    private String role() {
        return "r_" + schema;
    }

    private Path secret(String name, String text, String mode) throws IOException {
        var file = Files.writeString(home.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private String url() {
        return PostgresServer.url(PostgresServer.port(), role(), schema);
    }

    private Settings settings(Path folder) {
        return Settings.of(folder).withPort(0).withDb(url()).toBuilder()
                .dbPasswordFile(passwordFile)
                .build();
    }

    private Wiring start(Path folder) {
        return Wiring.start(settings(folder), InstantSource.system(), new SecureRandom());
    }

    private Said up(Path folder, String... more) {
        var err = new ByteArrayOutputStream();
        var none = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
        var words = new java.util.ArrayList<>(java.util.List.of("--data", folder.toString(), "--port", "0"));
        words.addAll(java.util.List.of(more));
        int code =
                new CommandLine(new Up(none, new PrintStream(err, true, UTF_8))).execute(words.toArray(String[]::new));
        return new Said(code, err.toString(UTF_8));
    }

    /** One sentence, one next step, and never the password. */
    private static void assertTold(Said said, String what) {
        assertThat(said.code()).as(said.err()).isEqualTo(1);
        assertThat(said.err())
                .contains(what)
                .contains("Next: ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception")
                .doesNotContain(PASSWORD);
        assertThat(said.err().lines()).hasSize(2);
    }

    @Test
    void whatWasBegunOnAServerIsThereForTheNextStartAndNotInTheFolder() {
        try (var wiring = start(data)) {
            assertThat(wiring.parts().registry().tenants()).containsExactly(Wiring.TENANT);
            assertThat(Banner.of(wiring))
                    .contains("database  PostgreSQL at 127.0.0.1:")
                    .doesNotContain(PASSWORD);
        }
        assertThat(data.resolve("writ.db")).doesNotExist();
        try (var wiring = start(data)) {
            assertThat(wiring.parts().registry().tenants()).containsExactly(Wiring.TENANT);
        }
        assertTold(up(data), "is in PostgreSQL at 127.0.0.1:");
    }

    /** Two instances with one node name would write one log twice: the attack "duplicate node". */
    @Test
    void aSecondWritWithTheSameDatabaseIsRefusedFromAnyFolderUnderAnyName() throws IOException {
        try (var _ = start(data)) {
            var other = home.resolve("other");
            assertTold(
                    up(other, "--db", url(), "--db-password-file", passwordFile.toString()),
                    "another Writ with the node name node-1");
            var config = Files.writeString(
                    home.resolve("writ.yaml"),
                    "node: node-2\ndb: {url: '" + url() + "', passwordFile: '" + passwordFile + "'}\n");
            assertTold(up(other, "--config", config.toString()), "in use by the Writ node node-1");
        }
    }

    @Test
    void aFolderWithAStateOfItsOwnIsNotMixedWithAServer() {
        Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())
                .close();
        assertTold(
                up(data, "--db", url(), "--db-password-file", passwordFile.toString()),
                "has its state in a file of its own");
    }

    @Test
    void aPasswordThatIsWrongMissingOrOpenToOthersIsToldAndNeverShown() throws IOException {
        var wrong = secret("wrong", "guess-" + PASSWORD, "rw-------");
        assertTold(up(data, "--db", url(), "--db-password-file", wrong.toString()), "does not let the role");
        var open = secret("open", PASSWORD, "rw-r--r--");
        assertTold(up(data, "--db", url(), "--db-password-file", open.toString()), "can be read by everybody");
        assertTold(
                up(
                        data,
                        "--db",
                        url(),
                        "--db-password-file",
                        home.resolve("none").toString()),
                "cannot be read");
        assertTold(
                up(
                        data,
                        "--db",
                        url(),
                        "--db-password-file",
                        secret("empty", "\n", "rw-------").toString()),
                "is empty");
        assertTold(up(data, "--db-password-file", passwordFile.toString()), "but no database");
        assertTold(up(data, "--db", url() + "&password=" + PASSWORD), "must not stand in the database's address");
    }

    @Test
    void aServerThatIsNotThereOrHasNoSuchDatabaseOrSchemaIsTold() throws IOException {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertTold(up(data, "--db", PostgresServer.url(free, "postgres", schema)), "cannot be reached");
        assertTold(
                up(data, "--db", PostgresServer.url(PostgresServer.port(), "postgres", "nowhere")),
                "does not exist or is closed");
        assertTold(
                up(data, "--db", "jdbc:postgresql://127.0.0.1:" + PostgresServer.port() + "/nowhere?user=postgres"),
                "does not exist; create it first");
    }

    @Test
    void aRoleThatMayNotDoWhatIsNeededIsTold() {
        PostgresServer.run("REVOKE CREATE ON SCHEMA " + schema + " FROM " + role());
        assertTold(up(data, "--db", url(), "--db-password-file", passwordFile.toString()), "lacks a right");
        PostgresServer.run("GRANT CREATE ON SCHEMA " + schema + " TO " + role());
        PostgresServer.run("ALTER ROLE " + role() + " SET default_transaction_read_only = on");
        assertTold(up(data, "--db", url(), "--db-password-file", passwordFile.toString()), "cannot be written");
        PostgresServer.run("ALTER ROLE " + role() + " RESET ALL");
        PostgresServer.run("ALTER ROLE " + role() + " CONNECTION LIMIT 1");
        assertTold(up(data, "--db", url(), "--db-password-file", passwordFile.toString()), "no connection left");
    }

    @Test
    void aDatabaseOfANewerWritIsToldAndLeftAlone() {
        start(data).close();
        PostgresServer.run("INSERT INTO " + schema + ".schema_steps (part, version, digest) VALUES ('registry', 99, '"
                + "0".repeat(64) + "')");
        assertTold(up(data, "--db", url(), "--db-password-file", passwordFile.toString()), "newer Writ");
        PostgresServer.run("DELETE FROM " + schema + ".schema_steps WHERE version = 99");
        start(data).close();
    }

    @Test
    void aPasswordThatIsChangedNeedsNoNewStart() throws IOException {
        try (var wiring = start(data)) {
            PostgresServer.run("ALTER ROLE " + role() + " PASSWORD 'another-one'");
            Files.writeString(passwordFile, "another-one");
            PostgresServer.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + role() + "'");
            wiring.parts().store().probe();
        }
    }

    @Test
    void whoeverIsReplacedWhileItWasCutOffEndsWithTheReason() throws Exception {
        try (var cable = Cable.to(PostgresServer.port());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = threads.submit(() -> up(
                    data,
                    "--db",
                    PostgresServer.url(cable.port(), role(), schema),
                    "--db-password-file",
                    passwordFile.toString()));
            // The file has the port once everything runs.
            var owner = data.resolve("cli/owner.json");
            while (!running.isDone()
                    && !(Files.exists(owner) && !Files.readString(owner).contains(":0\"")))
                LockSupport.parkNanos(10_000_000);
            cable.refuse();
            // Another folder has another ledger and would be refused; what takes the database is its lease.
            Store.open(PostgresServer.at(schema), new Name("node-1"), "replacement", Wiring.schemas())
                    .close();
            cable.acceptAgain();
            // Within seconds, for it looks every few of them, also when nothing is to be written.
            assertTold(running.get(60, TimeUnit.SECONDS), "another Writ took the database");
        }
    }

    @Test
    void trafficToAnotherMachineIsVerifiedUnlessTheAddressSaysOtherwise() {
        assertTold(
                up(data, "--db", url() + "&sslmode=require", "--db-password-file", passwordFile.toString()),
                "offers no TLS");
    }
}
