package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.store.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/postgresql.md does what it says, on a real server, and so does the demo. */
@Tag("extended")
class PostgresPageTest {
    @TempDir
    private Path home;

    @Test
    void theRoleAndDatabaseOfThePageAreEnough() throws IOException {
        var page = Files.readString(Path.of("docs/postgresql.md"));
        for (var statement : block(page, "sql").split(";")) if (!statement.isBlank()) PostgresServer.run(statement);
        assertThat(page).contains("be able to hold 5 connections");
        PostgresServer.run("ALTER ROLE writ CONNECTION LIMIT 5");
        var password = Files.writeString(home.resolve("db-password"), "change-me");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        var config = Files.writeString(home.resolve("writ.yaml"), here(block(page, "yaml"), password));
        var fromFile =
                SettingsFile.read(config, Settings.of(home.resolve("data")).withPort(0));
        var command = Pattern.compile("writ up --db '([^']+)' --db-password-file (\\S+)")
                .matcher(page);
        assertThat(command.find()).isTrue();
        assertThat(fromFile.db()).contains(here(command.group(1), password));
        assertThat(fromFile.dbPasswordFile()).contains(password);
        try (var wiring = Wiring.start(fromFile, InstantSource.system(), new SecureRandom())) {
            assertThat(wiring.parts().registry().tenants()).containsExactly(Wiring.TENANT);
        }
    }

    private static String block(String page, String language) {
        var block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static String here(String text, Path password) {
        return text.replace("db.example.com:5432", "127.0.0.1:" + PostgresServer.port())
                .replace("/etc/writ/db-password", password.toString());
    }

    private record Said(int code, String out, String err) {}

    private static Said run(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Main.run(words, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Said(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    @Test
    void theDemoTellsItsStoryOnAnEmptyDatabaseAndTouchesNoOther() {
        var schema = PostgresServer.schema();
        var url = PostgresServer.url(PostgresServer.port(), "postgres", schema);
        var told = run("demo", "--json", "--db", url);
        assertThat(told.code()).as(told.err() + told.out()).isZero();
        assertThat(told.out().lines()).hasSizeGreaterThanOrEqualTo(9);
        assertThat(PostgresServer.ask("SELECT state FROM " + schema + ".approvals"))
                .contains("consumed");
        var again = run("demo", "--json", "--db", url);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("has tables already");
        assertThat(run("demo", "--json", "--db", url + "&password=x").err())
                .contains("must not stand")
                .hasLineCount(1);
    }
}
