package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.authority.Approval;
import dev.writ.authority.Authority;
import dev.writ.base.Name;
import dev.writ.identity.Identity;
import dev.writ.registry.Registry;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import dev.writ.store.Databases;
import dev.writ.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a released Writ has written is there after the migrations of this one: a dump of 0.1.0, as it came. */
@ParameterizedClass
@EnumSource(Databases.class)
class ReleasedDatabaseTest {
    private static final Name ACME = new Name("acme");
    /** Between the dump's moment and the end of what it holds. */
    private static final Instant THEN = Instant.ofEpochMilli(1_795_176_410_000L);

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    @Test
    void aDatabaseOfVersion010MovesForwardAndNothingIsLost() throws IOException {
        var dump = new String(
                ReleasedDatabaseTest.class
                        .getResourceAsStream("/store/database-0.1.0.sql")
                        .readAllBytes(),
                UTF_8);
        database.run(folder, dump);
        var tables = dump.lines()
                .filter(line -> line.startsWith("INSERT INTO "))
                .collect(Collectors.groupingBy(line -> line.split("\"")[1], Collectors.counting()));
        assertThat(tables).containsKeys("agents", "tasks", "approvals", "votes", "keys", "secrets", "tools", "people");

        try (var store = database.open(
                folder, List.of(Registry.schema(), Authority.schema(), Identity.schema(), Vault.schema()))) {
            tables.forEach((table, rows) -> {
                if (!table.equals("schema_steps"))
                    assertThat(store.<List<Long>>read(
                                    sql -> sql.rows("SELECT COUNT(*) AS n FROM " + table, row -> row.integer("n"))))
                            .as(table)
                            .containsExactly(rows);
            });
            var registry = new Registry(store, () -> THEN).snapshot(ACME);
            assertThat(registry.agents()).containsOnlyKeys(new Name("support-bot"), new Name("other-bot"));
            assertThat(registry.people().values())
                    .extracting(person -> person.displayName())
                    .containsExactlyInAnyOrder("Olga Owner", "Dana Reyes", "Erin Example");
            assertThat(registry.groups().get(new Name("finance-leads")).members())
                    .hasSize(1);
            assertThat(registry.servers().get(new Name("shop")).status()).isEqualTo(Server.Status.APPROVED);
            assertThat(registry.toolsOf(new Name("shop")))
                    .hasSize(5)
                    .allMatch(tool -> tool.state() == Tool.State.APPROVED);

            var authority = new Authority(store, () -> THEN).snapshot(ACME);
            assertThat(authority.tasks()).hasSize(2);
            assertThat(authority.tasks().values().stream().filter(task -> task.open(THEN)))
                    .singleElement()
                    .satisfies(task -> assertThat(task.labels()).containsExactly(new Name("payment")));
            assertThat(authority.tasks().values().stream().flatMap(task -> task.end().stream()))
                    .singleElement()
                    .satisfies(end -> assertThat(end.why()).isEqualTo("the case is closed"));
            assertThat(authority.epoch()).isEqualTo(1);
            assertThat(store.<List<String>>read(
                            sql -> sql.rows("SELECT state FROM approvals ORDER BY state", row -> row.text("state"))))
                    .containsExactly("approved", "pending");
            assertThat(authority.pending(THEN)).singleElement().satisfies(pending -> assertThat(pending.state())
                    .isEqualTo(Approval.State.PENDING));
            assertThat(new Identity(store, () -> THEN, new Random(1)).keys(ACME))
                    .hasSize(2);
        }
    }
}
