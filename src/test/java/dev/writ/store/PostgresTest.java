package dev.writ.store;

import static dev.writ.store.StoreTest.NOTES;
import static dev.writ.store.StoreTest.fails;
import static dev.writ.store.StoreTest.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can go wrong with a server that cannot go wrong with a file. */
class PostgresTest {
    private static final Name NODE = new Name("node-1");
    private static final Patience SHORT =
            new Patience(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(4));
    private static final String INSERT = "INSERT INTO notes (id, text) VALUES (1, 'kept')";

    private final String schema = PostgresServer.schema();
    private final Cable cable = Cable.to(PostgresServer.port());

    @AfterEach
    void cut() {
        cable.close();
    }

    @Test
    void aChangeThatMeetsAnotherOneIsMadeAgainOnWhatThatOneLeft() {
        try (var store = open()) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, '1')"));
            var attempts = new AtomicInteger();
            store.write(sql -> {
                int before = Integer.parseInt(sql.rows("SELECT text FROM notes", row -> row.text("text"))
                        .getFirst());
                if (attempts.incrementAndGet() == 1)
                    PostgresServer.run("UPDATE " + schema + ".notes SET text = '10' WHERE id = 1");
                return sql.change("UPDATE notes SET text = ? WHERE id = 1", String.valueOf(before + 1));
            });
            assertThat(attempts).hasValue(2);
            assertThat(notes(store)).containsExactly("11");
        }
    }

    /** Write skew: each reads what the other one writes. Under less than serializable both would succeed. */
    @Test
    void whatWasReadStillHoldsWhenAChangeIsCommitted() {
        try (var store = open()) {
            var attempts = new AtomicInteger();
            store.write(sql -> {
                long count = sql.rows("SELECT COUNT(*) AS n FROM notes", row -> row.integer("n"))
                        .getFirst();
                if (attempts.incrementAndGet() == 1) insertSerializably();
                return count == 0 ? sql.change("INSERT INTO notes (id, text) VALUES (2, 'the only one')") : 0;
            });
            assertThat(attempts).hasValue(2);
            assertThat(notes(store)).containsExactly("other");
        }
    }

    private void insertSerializably() throws SQLException {
        try (var other = PostgresServer.administrator();
                var statement = other.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT COUNT(*) FROM " + schema
                    + ".notes; INSERT INTO " + schema + ".notes (id, text) VALUES (1, 'other'); COMMIT");
        }
    }

    @Test
    void aConflictThatDoesNotEndIsGivenUpAfterAFewAttempts() {
        try (var store = open()) {
            var attempts = new AtomicInteger();
            fails(
                    StoreError.Code.CONFLICT,
                    () -> store.write(sql -> {
                        attempts.incrementAndGet();
                        sql.change(INSERT);
                        return raise(sql, "40P01");
                    }));
            assertThat(attempts).hasValue(5);
            assertThat(notes(store)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "23505, CONFLICT",
        "23514, CONFLICT",
        "53100, DISK_FULL",
        "53300, OVERLOADED",
        "53200, OVERLOADED",
        "25006, READ_ONLY",
        "57014, STALLED",
        "55P03, STALLED",
        "42501, DENIED",
        "XX001, CORRUPT",
        "XX000, FAILED",
        "22012, FAILED"
    })
    void anErrorOfTheServerIsNamedAndLeavesNothing(String state, StoreError.Code code) {
        try (var store = open()) {
            assertThatThrownBy(() -> store.write(sql -> {
                        sql.change(INSERT);
                        return raise(sql, state);
                    }))
                    .isInstanceOfSatisfying(
                            StoreError.class, e -> assertThat(e.code()).isEqualTo(code))
                    .hasMessageNotContaining("a value of somebody");
            assertThat(notes(store)).isEmpty();
            store.write(sql -> sql.change(INSERT));
        }
    }

    private static int raise(Sql sql, String state) throws SQLException {
        return sql.change("DO $$ BEGIN RAISE EXCEPTION 'a value of somebody' USING ERRCODE = '" + state + "'; END $$");
    }

    @Test
    void anErrorThatWorkPassesOverDoesNotPassForACommit() {
        try (var store = open()) {
            assertThatThrownBy(() -> store.write(sql -> {
                        sql.change(INSERT);
                        assertThatThrownBy(() -> raise(sql, "22012")).isInstanceOf(SQLException.class);
                        return "looks done";
                    }))
                    .isInstanceOf(StoreError.class);
            assertThat(notes(store)).isEmpty();
        }
    }

    @Test
    void aSessionThatEndsBeforeTheCommitLeavesNothingAndTheWorkIsDoneAgain() {
        try (var store = open()) {
            var attempts = new AtomicInteger();
            store.write(sql -> {
                if (attempts.incrementAndGet() == 1) endSessions();
                return sql.change(INSERT);
            });
            assertThat(attempts).hasValue(2);
            endSessions();
            assertThat(notes(store)).containsExactly("kept");
        }
    }

    /** As a restart of the server does. */
    private void endSessions() {
        PostgresServer.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'writ %'");
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundOutAndNotMadeTwice() {
        try (var store = open()) {
            var attempts = new AtomicInteger();
            int changed = store.write(sql -> {
                attempts.incrementAndGet();
                int rows = sql.change(INSERT);
                cable.cutAtNextRequest(Cable.Cut.BEFORE_THE_ANSWER, false);
                return rows;
            });
            assertThat(changed).isEqualTo(1);
            assertThat(attempts).hasValue(1);
            assertThat(notes(store)).containsExactly("kept");
        }
    }

    @Test
    void aCommitThatDidNotArriveIsFoundOutAndMadeAgain() {
        try (var store = open()) {
            var attempts = new AtomicInteger();
            store.write(sql -> {
                int rows = sql.change(INSERT);
                if (attempts.incrementAndGet() == 1) cable.cutAtNextRequest(Cable.Cut.BEFORE_THE_REQUEST, false);
                return rows;
            });
            assertThat(attempts).hasValue(2);
            assertThat(notes(store)).containsExactly("kept");
        }
    }

    @ParameterizedTest
    @CsvSource({"BEFORE_THE_ANSWER, true", "BEFORE_THE_REQUEST, false"})
    void aCommandInDoubtIsNotSeenUntilTheDatabaseSaysWhetherItWasSaved(Cable.Cut when, boolean saved) {
        try (var store = open()) {
            var book = new Book<>(store, "nothing");
            Change<String> change = Change.of(_ -> "kept", sql -> {
                sql.changeOne(INSERT);
                cable.cutAtNextRequest(when, true);
            });
            fails(StoreError.Code.IN_DOUBT, () -> book.command(_ -> Plan.of(1, change)));
            assertThat(book.now()).isEqualTo("nothing");
            fails(StoreError.Code.UNREACHABLE, () -> book.command(Plan::nothing));
            fails(StoreError.Code.UNREACHABLE, book::settle);
            cable.acceptAgain();
            book.settle();
            assertThat(book.now()).isEqualTo(saved ? "kept" : "nothing");
            assertThat(notes(store)).hasSize(saved ? 1 : 0);
        }
    }

    @Test
    void whatTakesAuthorityAwayStaysWhenItsSavingIsInDoubtAndIsSavedOnce() {
        try (var store = open()) {
            var book = new Book<>(store, 0);
            Change<Integer> change = Change.of(n -> n + 1, sql -> {
                sql.changeOne("INSERT INTO notes (id, text) SELECT COUNT(*), 'revoked' FROM notes");
                cable.cutAtNextRequest(Cable.Cut.BEFORE_THE_ANSWER, true);
            });
            var done = book.atOnce(_ -> Plan.of("done", change), _ -> {});
            assertThat(done.unsaved())
                    .hasValueSatisfying(e -> assertThat(e.code()).isEqualTo(StoreError.Code.IN_DOUBT));
            assertThat(book.now()).isEqualTo(1);
            cable.acceptAgain();
            book.settle();
            assertThat(book.now()).isEqualTo(1);
            assertThat(notes(store)).containsExactly("revoked");
        }
    }

    @Test
    void aServerThatStopsAnsweringHoldsNobodyForLongAndIsThereAgainAfterwards() throws Exception {
        try (var store = open()) {
            store.write(sql -> sql.change(INSERT));
            cable.hold();
            assertThatThrownBy(() -> store.write(sql -> sql.change("UPDATE notes SET text = 'late'")))
                    .isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                            .isIn(StoreError.Code.STALLED, StoreError.Code.UNREACHABLE));
            assertThat(cable.held()).isPositive();
            cable.release();
            store.write(sql -> sql.change("UPDATE notes SET text = 'again'"));
            assertThat(notes(store)).containsExactly("again");
        }
    }

    @Test
    void aLockThatSomebodyElseHoldsIsNotWaitedForForever() throws Exception {
        try (var store = open();
                var other = PostgresServer.administrator();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE " + schema + ".notes");
            fails(StoreError.Code.STALLED, () -> store.write(sql -> sql.change(INSERT)));
            other.rollback();
            store.write(sql -> sql.change(INSERT));
        }
    }

    @Test
    void whoeverIsCutOffAndReplacedNeverWritesAgainAndSaysWhy() throws Exception {
        var first = open();
        var over = new CompletableFuture<StoreError>();
        first.onOver(over::complete);
        cable.refuse();
        try (var second = Store.open(PostgresServer.at(schema), NODE, Databases.instance(), List.of(NOTES))) {
            second.write(sql -> sql.change(INSERT));
            cable.acceptAgain();
            fails(StoreError.Code.LOCKED, () -> first.write(sql -> sql.change("UPDATE notes SET text = 'lost'")));
            assertThat(over.get(10, TimeUnit.SECONDS)).hasMessageContaining("another Writ took the database");
            fails(StoreError.Code.LOCKED, first::probe);
            assertThat(notes(second)).containsExactly("kept");
        }
        // Also after the second one has ended: what the first one remembers is outdated.
        fails(StoreError.Code.LOCKED, first::probe);
        first.close();
    }

    /** As a pooler does that lends the lock's session to somebody else: the row refuses what the lock let through. */
    @Test
    void aWriteOfAnOlderGenerationIsRefusedEvenWithTheLock() {
        try (var store = open()) {
            PostgresServer.run("UPDATE " + schema + ".lease SET generation = generation + 1");
            fails(StoreError.Code.LOCKED, () -> store.write(sql -> sql.change(INSERT)));
            assertThat(PostgresServer.ask("SELECT text FROM " + schema + ".notes"))
                    .isEmpty();
        }
    }

    @Test
    void aDatabaseThatLostWhatItHadConfirmedIsNotGoneOnWith() {
        try (var store = open()) {
            store.write(sql -> sql.change(INSERT));
            PostgresServer.run("UPDATE " + schema + ".lease SET last_write = last_write - 1");
            cable.cut();
            assertThatThrownBy(store::probe)
                    .isInstanceOfSatisfying(
                            StoreError.class, e -> assertThat(e.code()).isEqualTo(StoreError.Code.CORRUPT))
                    .hasMessageContaining("no longer holds what it had confirmed");
        }
    }

    @Test
    void aSecondNodeIsToldWhoHasTheDatabase() {
        try (var store = open()) {
            assertThatThrownBy(() -> Store.open(PostgresServer.at(schema), NODE, "other", List.of(NOTES)))
                    .hasMessageContaining("another Writ with the node name node-1")
                    .hasMessageContaining("would write one log twice");
            assertThatThrownBy(() -> Store.open(PostgresServer.at(schema), new Name("node-2"), "other", List.of(NOTES)))
                    .hasMessageContaining("in use by the Writ node node-1");
            store.write(sql -> sql.change(INSERT));
        }
        // Another schema is another database.
        try (var store = open()) {
            Store.open(PostgresServer.at(PostgresServer.schema()), NODE, "other", List.of(NOTES))
                    .close();
        }
    }

    @Test
    void sessionsAreNamedForThoseWhoLookAfterTheServer() {
        try (var store = open()) {
            assertThat(PostgresServer.ask("SELECT application_name FROM pg_stat_activity"))
                    .contains("writ reader")
                    .anyMatch(name -> name.startsWith("writ writer test_"));
        }
    }

    private Store open() {
        return Store.open(
                PostgresServer.at(cable.port(), "postgres", schema),
                NODE,
                Databases.instance(),
                List.of(NOTES),
                SHORT,
                SHORT);
    }
}
