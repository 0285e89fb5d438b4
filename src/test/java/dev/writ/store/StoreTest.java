package dev.writ.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    static final Schema NOTES = new Schema("notes", List.of("CREATE TABLE notes (id bigint PRIMARY KEY, text text)"));

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
    void beyondTheQueueCallersAreToldToComeBack() throws Exception {
        try (var store = Store.open(folder.resolve("writ.db"), List.of(NOTES), 1);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new LinkedBlockingQueue<Object>();
            try (var stall = Disk.stall(store)) {
                for (int i = 0; i < 3; i++)
                    callers.submit(() -> {
                        try {
                            answers.add(store.write(_ -> "done"));
                        } catch (StoreError e) {
                            answers.add(e.code());
                        }
                    });
                // The writer is held, the queue holds one: the other two are refused while everything waits.
                assertThat(answers.take()).isEqualTo(StoreError.Code.OVERLOADED);
                assertThat(answers.take()).isEqualTo(StoreError.Code.OVERLOADED);
            }
            assertThat(answers.take()).isEqualTo("done");
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
    void aFullDiskIsNamedAndNothingIsHalfDone() {
        try (var store = open(NOTES)) {
            store.write(sql -> sql.rows("PRAGMA max_page_count = 20", _ -> 0));
            fails(
                    StoreError.Code.DISK_FULL,
                    () -> store.write(sql -> {
                        sql.change("INSERT INTO notes (id, text) VALUES (1, 'small')");
                        return sql.change("INSERT INTO notes (id, text) VALUES (2, ?)", "x".repeat(200_000));
                    }));
            assertThat(notes(store)).isEmpty();
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'small')"));
            assertThat(notes(store)).containsExactly("small");
        }
    }

    @Test
    void aDiskThatBecameReadOnlyIsNamed() {
        try (var store = open(NOTES)) {
            store.write(sql -> sql.change("PRAGMA query_only = ON"));
            fails(
                    StoreError.Code.READ_ONLY,
                    () -> store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'x')")));
            assertThat(notes(store)).isEmpty();
        }
    }

    @Test
    void aFolderThatIsAFileOrMissingOrReadOnlyIsNamedWithTheNextStep() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "not a folder");
        for (var database : List.of(file.resolve("writ.db"), folder.resolve("none/writ.db"), Path.of("/proc/writ.db")))
            assertThatThrownBy(() -> Store.open(database, List.of()))
                    .isInstanceOfSatisfying(
                            StoreError.class, e -> assertThat(e.code()).isEqualTo(StoreError.Code.READ_ONLY))
                    .hasMessageContaining("choose another data folder");
    }

    @Test
    void aFileThatIsNoDatabaseIsNamedAndLeftAlone() throws Exception {
        var text = "this is a letter, not a database. ".repeat(200);
        Files.writeString(folder.resolve("writ.db"), text);
        fails(StoreError.Code.CORRUPT, () -> open(NOTES));
        assertThat(Files.readString(folder.resolve("writ.db"))).isEqualTo(text);
    }

    @Test
    void onlyTheOwnerCanReadTheDatabase() throws Exception {
        try (var store = open(NOTES)) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'x')"));
            for (var name : List.of("writ.db", "writ.db-wal"))
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                        .isEqualTo("rw-------");
        }
    }

    @Test
    void aSecondStoreInTheSameProcessIsRefusedAndDoesNotLoosenTheFirst() throws Exception {
        var first = open(NOTES);
        fails(StoreError.Code.LOCKED, () -> open(NOTES));
        var child = StoreChild.start(folder.resolve("writ.db"), "hold");
        assertThat(child.waitFor()).isNotZero();
        first.close();
        open(NOTES).close();
    }

    @Test
    void aDatabaseHeldByAnotherProcessIsRefusedUntilThatOneDies() throws Exception {
        var child = StoreChild.start(folder.resolve("writ.db"), "hold");
        assertThat(child.inputReader().readLine()).isEqualTo("open");
        fails(StoreError.Code.LOCKED, () -> open(NOTES));
        child.destroyForcibly().waitFor();
        open(NOTES).close();
    }

    @Test
    void aProcessThatDiesInsideATransactionLeavesWhatWasCommitted() throws Exception {
        var child = StoreChild.start(folder.resolve("writ.db"), "die");
        assertThat(child.waitFor()).isEqualTo(9);
        try (var store = open(NOTES)) {
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

    private Store open(Schema... schemas) {
        return Store.open(folder.resolve("writ.db"), List.of(schemas));
    }

    private static List<String> notes(Store store) {
        return store.read(sql -> sql.rows("SELECT text FROM notes ORDER BY id", row -> row.text("text")));
    }

    static void fails(StoreError.Code code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
