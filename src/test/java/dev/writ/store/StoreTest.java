package dev.writ.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every database must do. */
@ParameterizedClass
@EnumSource(Databases.class)
class StoreTest {
    static final Schema NOTES = new Schema("notes", List.of("CREATE TABLE notes (id bigint PRIMARY KEY, text text)"));

    private static final Patience SHORT =
            new Patience(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1));

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsThereForTheNextReadAndTheNextStart() {
        try (var store = open(NOTES)) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, ?)", "kept"));
            assertThat(notes(store)).containsExactly("kept");
        }
        try (var store = open(NOTES)) {
            assertThat(notes(store)).containsExactly("kept");
        }
    }

    @Test
    void workThatThrowsLeavesNothing() {
        try (var store = open(NOTES)) {
            assertThatThrownBy(() -> store.write(sql -> {
                        sql.change("INSERT INTO notes (id, text) VALUES (1, 'half')");
                        throw new ArithmeticException("broken");
                    }))
                    .isInstanceOf(ArithmeticException.class);
            assertThat(notes(store)).isEmpty();
        }
    }

    @Test
    void aStatementThatChangesNoRowWhereOneIsMeantUndoesTheTransaction() {
        try (var store = open(NOTES)) {
            fails(
                    StoreError.Code.CONFLICT,
                    () -> store.write(sql -> {
                        sql.change("INSERT INTO notes (id, text) VALUES (1, 'half')");
                        sql.changeOne("UPDATE notes SET text = 'x' WHERE id = 2");
                        return 0;
                    }));
            fails(
                    StoreError.Code.CONFLICT,
                    () -> store.write(sql -> {
                        sql.change("INSERT INTO notes (id, text) VALUES (1, 'a')");
                        return sql.change("INSERT INTO notes (id, text) VALUES (1, 'b')");
                    }));
            assertThat(notes(store)).isEmpty();
        }
    }

    @Test
    void aReaderCannotWrite() {
        try (var store = open(NOTES)) {
            fails(
                    StoreError.Code.READ_ONLY,
                    () -> store.read(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'x')")));
        }
    }

    @Test
    void hostileTextIsAValueAndNeverAStatement() {
        var hostile = "'); DROP TABLE notes; --\u0000\u202e😀";
        try (var store = open(NOTES)) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, ?)", hostile));
            assertThat(notes(store)).containsExactly(hostile);
        }
    }

    @Test
    void aTransactionInsideATransactionIsRefusedInsteadOfWaitingForItself() {
        try (var store = open(NOTES)) {
            assertThatThrownBy(() -> store.write(_ -> store.read(_ -> 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must not start another");
        }
    }

    @Test
    void manyCallersAtOnceAreAllServedOneAfterTheOther() throws Exception {
        try (var store = open(NOTES);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, '0')"));
            Callable<Integer> increment = () -> store.write(sql -> {
                int before = Integer.parseInt(sql.rows("SELECT text FROM notes", row -> row.text("text"))
                        .getFirst());
                return sql.change("UPDATE notes SET text = ?", String.valueOf(before + 1));
            });
            for (Future<Integer> done : callers.invokeAll(Collections.nCopies(200, increment))) done.get();
            assertThat(notes(store)).containsExactly("200");
        }
    }

    @Test
    void anInterruptedCallerStillLearnsWhatCameOfItsWork() {
        try (var store = open(NOTES)) {
            Thread.currentThread().interrupt();
            assertThat(store.<Integer>write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'x')")))
                    .isEqualTo(1);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aSecondStoreInTheSameProcessIsRefusedAndDoesNotLoosenTheFirst() throws Exception {
        var first = open(NOTES);
        fails(StoreError.Code.LOCKED, () -> open(NOTES));
        var child = StoreChild.start(database, folder, "hold");
        assertThat(child.waitFor()).isNotZero();
        first.close();
        open(NOTES).close();
    }

    @Test
    void aDatabaseHeldByAnotherProcessIsRefusedUntilThatOneDies() throws Exception {
        var child = StoreChild.start(database, folder, "hold");
        assertThat(child.inputReader().readLine()).isEqualTo("open");
        fails(StoreError.Code.LOCKED, () -> open(NOTES));
        child.destroyForcibly().waitFor();
        Databases.openOnceTheDeadOneIsNoticed(() -> open(NOTES)).close();
    }

    @Test
    void aProcessThatDiesInsideATransactionLeavesWhatWasCommitted() throws Exception {
        var child = StoreChild.start(database, folder, "die");
        assertThat(child.waitFor()).isEqualTo(9);
        try (var store = Databases.openOnceTheDeadOneIsNoticed(() -> open(NOTES))) {
            assertThat(notes(store)).containsExactly("committed");
        }
    }

    @Test
    void aClosedStoreSaysSo() {
        var store = open(NOTES);
        store.close();
        fails(StoreError.Code.CLOSED, () -> store.read(_ -> 1));
        store.close();
    }

    @Test
    void theAppliedLedgerSizeOnlyGrowsAndIsPerTenantAndNode() {
        var tenant = new Name("acme");
        var node = new Name("node-1");
        try (var store = open()) {
            assertThat(store.applied(tenant, node)).isZero();
            store.applied(tenant, node, 7);
            store.applied(tenant, node, 5);
        }
        try (var store = open()) {
            assertThat(store.applied(tenant, node)).isEqualTo(7);
            assertThat(store.applied(new Name("other"), node)).isZero();
            assertThat(store.applied(tenant, new Name("node-2"))).isZero();
        }
    }

    @Test
    void aFailureThatWorkPassesOverIsNotCommittedOver() {
        try (var store = open(NOTES)) {
            assertThatThrownBy(() -> store.write(sql -> {
                        sql.change("INSERT INTO notes (id, text) VALUES (1, 'half')");
                        assertThatThrownBy(() -> sql.change("INSERT INTO none (id) VALUES (1)"))
                                .isInstanceOf(SQLException.class);
                        return "looks done";
                    }))
                    .isInstanceOf(StoreError.class);
            assertThat(notes(store)).isEmpty();
        }
    }

    @Test
    void everyKindOfValueComesBackAsItWas() {
        var schema =
                new Schema("kinds", List.of("CREATE TABLE kinds (id bigint PRIMARY KEY, a text, b bigint, c text)"));
        var texts = List.of("", " ", "\uFFFF", "\uFFFF0", "\uFFFF1\u0000\uFFFF", "\u0000", "𝄞\u0301", "'\"\\;--\n\r");
        try (var store = open(schema)) {
            for (int i = 0; i < texts.size(); i++) {
                long id = i;
                store.write(sql -> sql.change(
                        "INSERT INTO kinds (id, a, b, c) VALUES (?, ?, ?, ?)",
                        id,
                        texts.get((int) id),
                        Long.MIN_VALUE + id,
                        Optional.empty()));
            }
            store.read(sql -> {
                for (int i = 0; i < texts.size(); i++) {
                    long id = i;
                    assertThat(sql.row("SELECT id FROM kinds WHERE a = ?", row -> row.integer("id"), texts.get(i)))
                            .contains(id);
                    assertThat(sql.row("SELECT a FROM kinds WHERE id = ?", row -> row.text("a"), id))
                            .contains(texts.get(i));
                    assertThat(sql.row("SELECT b FROM kinds WHERE id = ?", row -> row.integer("b"), id))
                            .contains(Long.MIN_VALUE + id);
                    assertThat(sql.row("SELECT c FROM kinds WHERE id = ?", row -> row.optionalText("c"), id))
                            .contains(Optional.empty());
                }
                return 0;
            });
            var at = Instant.parse("2026-11-20T09:00:00.123Z");
            store.write(sql -> sql.change("UPDATE kinds SET b = ? WHERE id = 0", at));
            store.write(sql -> sql.change("UPDATE kinds SET b = ? WHERE id = 1", true));
            store.write(sql -> sql.change("UPDATE kinds SET b = ? WHERE id = 2", Optional.empty()));
            assertThat(store.<Optional<Instant>>read(
                            sql -> sql.row("SELECT b FROM kinds WHERE id = 0", row -> row.instant("b"))))
                    .contains(at);
            assertThat(store.<Optional<Boolean>>read(
                            sql -> sql.row("SELECT b FROM kinds WHERE id = 1", row -> row.flag("b"))))
                    .contains(true);
            assertThat(store.<Optional<Optional<Instant>>>read(
                            sql -> sql.row("SELECT b FROM kinds WHERE id = 2", row -> row.optionalInstant("b"))))
                    .contains(Optional.empty());
        }
    }

    @Test
    void oneStateIsReadThroughoutATransactionWhateverIsWrittenMeanwhile() throws Exception {
        try (var store = open(NOTES);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            int seen = store.read(sql -> {
                int before = sql.rows("SELECT id FROM notes", row -> row.integer("id"))
                        .size();
                awaitDone(callers.submit(() -> store.<Integer>write(
                        other -> other.change("INSERT INTO notes (id, text) VALUES (1, 'meanwhile')"))));
                return before
                        + sql.rows("SELECT id FROM notes", row -> row.integer("id"))
                                .size();
            });
            assertThat(seen).isZero();
            assertThat(notes(store)).containsExactly("meanwhile");
        }
    }

    @Test
    void workThatHasNotBegunWithinThePatienceIsGivenUpAndWorkThatHasIsInDoubt() throws Exception {
        try (var store = database.openWith(folder, List.of(NOTES), SHORT);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var book = new Book<>(store, "nothing");
            var released = new CountDownLatch(1);
            var inside = new CountDownLatch(1);
            Change<String> slow = Change.of(_ -> "kept", sql -> {
                sql.changeOne("INSERT INTO notes (id, text) VALUES (1, 'kept')");
                inside.countDown();
                await(released);
            });
            var command = callers.submit(() -> book.command(_ -> Plan.of(1, slow)));
            inside.await();
            fails(
                    StoreError.Code.STALLED,
                    () -> store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (2, 'never')")));
            assertThatThrownBy(command::get).cause().isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                    .isEqualTo(StoreError.Code.IN_DOUBT));
            assertThat(book.now()).isEqualTo("nothing");
            // What waits behind it is given up too, and says that nothing was changed.
            fails(StoreError.Code.STALLED, () -> book.command(Plan::nothing));
            released.countDown();
            book.settle();
            assertThat(book.now()).isEqualTo("kept");
            assertThat(notes(store)).containsExactly("kept");
        }
    }

    private static void awaitDone(Future<?> work) {
        try {
            work.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Store open(Schema... schemas) {
        return database.open(folder, List.of(schemas));
    }

    static List<String> notes(Store store) {
        return store.read(sql -> sql.rows("SELECT text FROM notes ORDER BY id", row -> row.text("text")));
    }

    static void fails(StoreError.Code code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
