package dev.writ.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
    private static final String ONE = "CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a (id) VALUES (1)";
    private static final String TWO = "ALTER TABLE a ADD COLUMN text text; UPDATE a SET text = 'two'";

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
        assertThatThrownBy(() -> Store.open(folder.resolve("writ.db"), List.of()))
                .hasMessageContaining("written by a newer Writ");
        open(ONE, TWO).close();
    }

    @Test
    void aStepThatWasEditedAfterwardsIsRefused() {
        open(ONE).close();
        refused(ONE.replace("(1)", "(2)"));
    }

    private void refused(String... steps) {
        assertThatThrownBy(() -> open(steps)).isInstanceOfSatisfying(StoreError.class, e -> assertThat(e.code())
                .isEqualTo(StoreError.Code.WRONG_SCHEMA));
    }

    private Store open(String... steps) {
        return Store.open(folder.resolve("writ.db"), List.of(new Schema("a", List.of(steps))));
    }
}
