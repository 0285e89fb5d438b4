package dev.writ.store;

import static dev.writ.store.StoreTest.NOTES;
import static dev.writ.store.StoreTest.fails;
import static dev.writ.store.StoreTest.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is special about a file. */
class SqliteTest {
    @TempDir
    Path folder;

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

    private Store open(Schema... schemas) {
        return Store.open(folder.resolve("writ.db"), List.of(schemas));
    }
}
