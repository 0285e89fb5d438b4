package dev.writ.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Databases.class)
class MigrationsTest {
    private static final String ONE = "CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a (id) VALUES (1)";
    private static final String TWO = "ALTER TABLE a ADD COLUMN text text; UPDATE a SET text = 'two'";

    /** Many steps, each with a table and a mark of it. */
    static final Schema LONG = new Schema(
            "long",
            IntStream.rangeClosed(1, 150)
                    .mapToObj(
                            i -> "CREATE TABLE s" + i + " (id bigint); INSERT INTO s" + i + " (id) VALUES (" + i + ")")
                    .toList());

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    @Test
    void stepsAreAppliedOnceAndInOrder() {
        open(ONE).close();
        open(ONE, TWO).close();
        try (var store = open(ONE, TWO)) {
            assertThat(store.<List<String>>read(sql -> sql.rows("SELECT text FROM a", row -> row.text("text"))))
                    .containsExactly("two");
        }
    }

    @Test
    void aStepThatFailsInTheMiddleLeavesNothingOfItself() {
        open(ONE).close();
        assertThatThrownBy(() -> open(ONE, "CREATE TABLE b (id bigint); INSERT INTO none (id) VALUES (1)"))
                .isInstanceOf(StoreError.class);
        try (var store = open(ONE, "CREATE TABLE b (id bigint)")) {
            assertThat(store.<List<Long>>read(sql -> sql.rows("SELECT id FROM b", row -> row.integer("id"))))
                    .isEmpty();
        }
    }

    @Test
    void aDatabaseOfANewerVersionIsRefusedAndUnchanged() {
        open(ONE, TWO).close();
        refused(ONE);
        assertThatThrownBy(() -> database.open(folder, List.of())).hasMessageContaining("written by a newer Writ");
        open(ONE, TWO).close();
    }

    @Test
    void aStepThatWasEditedAfterwardsIsRefused() {
        open(ONE).close();
        refused(ONE.replace("(1)", "(2)"));
    }

    @Test
    void aStepThatFailsAtAnyOfItsStatementsLeavesNothingAndIsDoneOnTheNextStart() {
        var statements = List.of(
                "CREATE TABLE b (id bigint PRIMARY KEY)",
                "INSERT INTO b (id) SELECT id FROM a",
                "CREATE UNIQUE INDEX b_by_id ON b (id)",
                "ALTER TABLE a ADD COLUMN more bigint",
                "UPDATE a SET more = 7",
                "DROP TABLE b");
        open(ONE).close();
        for (int broken = 0; broken <= statements.size(); broken++) {
            var step = new ArrayList<>(statements);
            step.add(broken, "INSERT INTO none (id) VALUES (1)");
            assertThatThrownBy(() -> open(ONE, String.join(";", step))).isInstanceOf(StoreError.class);
            try (var store = open(ONE)) {
                assertThatThrownBy(() -> store.read(sql -> sql.rows("SELECT id FROM b", row -> row.integer("id"))))
                        .isInstanceOf(StoreError.class);
                assertThatThrownBy(() -> store.read(sql -> sql.rows("SELECT more FROM a", row -> row.integer("more"))))
                        .isInstanceOf(StoreError.class);
            }
        }
        try (var store = open(ONE, String.join(";", statements))) {
            assertThat(store.<List<Long>>read(sql -> sql.rows("SELECT more FROM a", row -> row.integer("more"))))
                    .containsExactly(7L);
        }
    }

    @Test
    void ofManyStartsAtOnceOneMigratesAndTheOthersAreRefused() throws Exception {
        try (var starts = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = starts.invokeAll(Collections.<Callable<Store>>nCopies(6, () -> open(ONE, TWO)));
            var opened = new ArrayList<Store>();
            for (var start : all) {
                if (start.state() == Future.State.SUCCESS) opened.add(start.resultNow());
                else
                    assertThat(start.exceptionNow()).isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                            .isEqualTo(StoreError.Code.LOCKED));
            }
            assertThat(opened).hasSize(1);
            try (var store = opened.getFirst()) {
                assertThat(store.<List<Long>>read(sql -> sql.rows(
                                "SELECT version FROM schema_steps WHERE part = 'a' ORDER BY version",
                                row -> row.integer("version"))))
                        .containsExactly(1L, 2L);
                assertThat(store.<List<Long>>read(sql -> sql.rows("SELECT id FROM a", row -> row.integer("id"))))
                        .containsExactly(1L);
            }
        }
    }

    @Test
    @Tag("extended")
    void aProcessThatIsKilledWhileItMigratesLeavesWholeSteps() throws Exception {
        int killedInTheMiddle = 0;
        for (int from = 20; from <= 140; from += 60) {
            var child = StoreChild.start(database, folder, "migrate");
            while (child.isAlive() && database.steps(folder, "long") < from) LockSupport.parkNanos(1_000_000);
            child.destroyForcibly().waitFor();
            if (database.steps(folder, "long") < LONG.steps().size()) killedInTheMiddle++;
        }
        assertThat(killedInTheMiddle).isPositive();
        Databases.openOnceTheDeadOneIsNoticed(() -> database.open(folder, List.of(LONG)))
                .close();
        try (var store = database.open(folder, List.of(LONG))) {
            for (int i = 1; i <= 150; i++) {
                long mark = i;
                assertThat(store.<List<Long>>read(sql -> sql.rows("SELECT id FROM s" + mark, row -> row.integer("id"))))
                        .containsExactly(mark);
            }
        }
    }

    private void refused(String... steps) {
        assertThatThrownBy(() -> open(steps)).isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                .isEqualTo(StoreError.Code.WRONG_SCHEMA));
    }

    private Store open(String... steps) {
        return database.open(folder, List.of(new Schema("a", List.of(steps))));
    }
}
