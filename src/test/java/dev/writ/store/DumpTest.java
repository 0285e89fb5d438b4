package dev.writ.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes out of one database must come into each, and nothing else may come into any. */
@ParameterizedClass
@EnumSource(Databases.class)
class DumpTest {
    private static final String FIRST = "CREATE TABLE notes (id bigint PRIMARY KEY, text text, at bigint)";
    private static final Schema OLD = new Schema("notes", List.of(FIRST));
    private static final Schema NOTES = new Schema(
            "notes",
            List.of(
                    FIRST,
                    "CREATE TABLE words (word text PRIMARY KEY, note bigint NOT NULL);"
                            + "INSERT INTO words (word, note) SELECT 'of ' || text, id FROM notes WHERE text IS NOT NULL"));
    private static final Schema NEW =
            new Schema("notes", List.of(FIRST, NOTES.steps().get(1), "ALTER TABLE notes ADD COLUMN more text"));
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "it's; DROP TABLE notes",
            "line\nline\r\n",
            "a\0b\0",
            "\uFFFF0\uFFFF1",
            "\u2028\\\"/",
            "Zoë 🙂",
            "x".repeat(70_000));

    @Parameter
    Databases database;

    @TempDir
    Path temp;

    private Path source;
    private Path dump;

    @BeforeEach
    void fill() throws IOException {
        source = Files.createDirectories(temp.resolve("source"));
        dump = temp.resolve("state.dump");
        try (var store = database.open(source, List.of(NOTES))) {
            store.write(sql -> {
                for (int i = 0; i < TEXTS.size(); i++)
                    sql.change("INSERT INTO notes (id, text, at) VALUES (?, ?, ?)", i, TEXTS.get(i), -(long) i);
                sql.change("INSERT INTO notes (id, text, at) VALUES (?, NULL, NULL)", Long.MIN_VALUE);
                sql.change("INSERT INTO notes (id, text, at) VALUES (?, '', ?)", Long.MAX_VALUE, Long.MAX_VALUE);
                sql.change("INSERT INTO words (word, note) VALUES ('first', 0)");
                return Store.applied(sql, new Name("acme"), new Name("node-1"), 4711);
            });
        }
        dump(NOTES);
    }

    private void dump(Schema schema) {
        switch (database) {
            case SQLITE -> Dump.of(source.resolve("writ.db"), dump, List.of(schema));
            case POSTGRES -> Dump.of(Databases.at(source), dump, List.of(schema));
        }
    }

    private void load(Databases into, Path target, Schema schema) {
        load(into, target, schema, false);
    }

    private void load(Databases into, Path target, Schema schema, boolean replacing) {
        switch (into) {
            case SQLITE -> Dump.into(target.resolve("writ.db"), dump, List.of(schema));
            case POSTGRES ->
                Dump.into(
                        Databases.at(target),
                        new Name("node-1"),
                        Databases.instance(),
                        dump,
                        List.of(schema),
                        replacing);
        }
    }

    private Path target(Databases into) throws IOException {
        return Files.createDirectories(temp.resolve("target-" + into + "-" + System.nanoTime()));
    }

    private static List<String> notes(Store store) {
        return store.read(sql -> sql.rows(
                "SELECT id, text, at FROM notes ORDER BY id",
                row -> row.integer("id") + " " + row.optionalText("text") + " " + row.optionalInstant("at")));
    }

    private static List<String> words(Store store) {
        return store.read(sql -> sql.rows("SELECT word FROM words ORDER BY note", row -> row.text("word")));
    }

    @Test
    void everyValueComesIntoEitherDatabaseAsItWas() throws IOException {
        List<String> before;
        try (var store = database.open(source, List.of(NOTES))) {
            before = notes(store);
        }
        assertThat(before).hasSize(TEXTS.size() + 2);
        for (var into : Databases.values()) {
            var target = target(into);
            load(into, target, NOTES);
            try (var store = into.open(target, List.of(NOTES))) {
                assertThat(notes(store)).isEqualTo(before);
                assertThat(words(store)).containsExactly("first");
                assertThat(store.applied(new Name("acme"), new Name("node-1"))).isEqualTo(4711);
            }
        }
        assertThat(Files.getPosixFilePermissions(dump)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.readString(dump)).doesNotContain("\"table\":\"lease\"");
    }

    @Test
    void aDumpIsOfOneMomentAlsoWhileADatabaseIsWritten() throws Exception {
        try (var store = database.open(source, List.of(NOTES));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var enough = new AtomicBoolean();
            var writing = threads.submit(() -> {
                for (int i = 1_000; !enough.get(); i++) {
                    int id = i;
                    store.write(sql -> {
                        sql.change("INSERT INTO notes (id, text, at) VALUES (?, 'pair', 0)", id);
                        return sql.change("INSERT INTO words (word, note) VALUES (?, ?)", "pair " + id, id);
                    });
                }
            });
            for (int i = 0; i < 10; i++) {
                dump(NOTES);
                var lines = Files.readAllLines(dump);
                assertThat(lines.stream()
                                .filter(line -> line.contains("\"pair\""))
                                .count())
                        .isEqualTo(lines.stream()
                                .filter(line -> line.contains("\"pair "))
                                .count());
            }
            enough.set(true);
            writing.get();
        }
    }

    @Test
    void aDumpOfAnOlderWritIsBroughtToOurTables() throws IOException {
        source = Files.createDirectories(temp.resolve("older"));
        try (var store = database.open(source, List.of(OLD))) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text, at) VALUES (7, 'seven', 7)"));
        }
        // A newer program makes a backup of it before it was ever started on it.
        dump(NOTES);
        for (var into : Databases.values()) {
            var target = target(into);
            load(into, target, NOTES);
            try (var store = into.open(target, List.of(NOTES))) {
                assertThat(words(store)).containsExactly("of seven");
            }
        }
    }

    @Test
    void aDumpOfANewerWritOrOfAnotherOnesTablesIsRefused() throws IOException {
        var other = new Schema("notes", List.of(FIRST, NOTES.steps().get(1).replace("word text", "word  text")));
        for (var into : Databases.values()) {
            refused(into, OLD, StoreError.Code.WRONG_SCHEMA, "written by a newer Writ (notes 2)");
            refused(into, other, StoreError.Code.WRONG_SCHEMA, "step 2 of notes differs");
            refused(into, new Schema("others", List.of(FIRST)), StoreError.Code.WRONG_SCHEMA, "newer Writ (notes 1)");
        }
        assertThatThrownBy(() -> dump(OLD)).hasMessageContaining("newer Writ");
    }

    @Test
    void aDumpThatIsCutAnywhereIsRefused() throws IOException {
        var whole = Files.readAllBytes(dump);
        var cuts = new ArrayList<>(List.of(0, 1, whole.length - 1, whole.length - 2, whole.length / 2));
        IntStream.range(0, whole.length).filter(i -> whole[i] == '\n').forEach(i -> {
            if (i + 1 < whole.length) cuts.add(i + 1);
            cuts.add(i);
        });
        assertThat(cuts).hasSizeGreaterThan(40);
        for (int cut : cuts) {
            Files.write(dump, java.util.Arrays.copyOf(whole, cut));
            refused(Databases.SQLITE, NOTES, StoreError.Code.CORRUPT, "use another backup");
        }
        Files.write(dump, java.util.Arrays.copyOf(whole, whole.length / 2));
        refused(Databases.POSTGRES, NOTES, StoreError.Code.CORRUPT, "is cut off");
    }

    @Test
    void aChangedByteIsFoundAndSoIsWhatStandsAfterTheEnd() throws IOException {
        var whole = Files.readAllBytes(dump);
        for (int i = 0; i < whole.length; i += i < 900 || i > whole.length - 900 ? 11 : 9_001) {
            var changed = whole.clone();
            changed[i] ^= 1;
            Files.write(dump, changed);
            assertThatThrownBy(() -> load(Databases.SQLITE, target(Databases.SQLITE), NOTES))
                    .as("byte " + i)
                    .isInstanceOf(StoreError.class);
        }
        Files.writeString(dump, new String(whole, UTF_8) + "\n");
        refused(Databases.SQLITE, NOTES, StoreError.Code.CORRUPT, "goes on after its end");
    }

    /** Whoever changes a dump can make its digest anew; what it says must still agree. */
    @Test
    void aDumpThatContradictsItselfOrOurTablesIsRefused() throws IOException {
        var whole = Files.readAllLines(dump);
        forged(
                whole,
                "another number of rows of words",
                each -> each.replace("{\"rows\":1,\"table\":\"words\"}", "{\"rows\":2,\"table\":\"words\"}"));
        forged(whole, "another number of rows of words", each -> each.equals("[0,\"first\"]") ? "" : each);
        forged(
                whole,
                "another number of rows of words",
                each -> each.equals("[0,\"first\"]") ? each + "\n[1,\"second\"]" : each);
        forged(whole, "of another length", each -> each.equals("[0,\"first\"]") ? "[0,\"first\",1]" : each);
        forged(whole, "of another kind", each -> each.equals("[0,\"first\"]") ? "[\"0\",\"first\"]" : each);
        forged(whole, "of another kind", each -> each.equals("[0,\"first\"]") ? "[0,1]" : each);
        forged(whole, "of another kind", each -> each.equals("[0,\"first\"]") ? "[0.5,\"first\"]" : each);
        forged(
                whole,
                "of another kind",
                each -> each.equals("[0,\"first\"]") ? "[99999999999999999999,\"first\"]" : each);
        forged(whole, "of another kind", each -> each.equals("[0,\"first\"]") ? "[0,{}]" : each);
        forged(whole, "has no row", each -> each.equals("[0,\"first\"]") ? "4711" : each);
        forged(whole, "cannot be understood", each -> each.equals("[0,\"first\"]") ? "[0,\"first\"" : each);
        forged(
                whole,
                "not the table words",
                each -> each.replace("\"table\":\"words\"", "\"table\":\"words; DROP TABLE notes\""));
        forged(
                whole,
                "not the table words",
                each -> each.replace("[\"note\",\"word\"]", "[\"note\",\"word) VALUES (1, 2); --\"]"));
        forged(whole, "of another form", each -> each.replace("writ-state-v1", "writ-state-v2"));
        forged(whole, "names a step twice", each -> each.replace("\"steps\":[", "\"steps\":[" + step(whole) + ","));
        forged(whole, "does not say by which steps", each -> each.replace("\"version\":1}", "\"version\":\"1\"}"));
        refusedForged(whole, StoreError.Code.WRONG_SCHEMA, each -> each.replace("\"version\":1}", "\"version\":0}"));
        refusedForged(whole, StoreError.Code.WRONG_SCHEMA, each -> each.replace("\"version\":2}", "\"version\":3}"));
        // Two rows with one key, and none where one must be: the database itself refuses, and keeps nothing.
        refusedForged(
                whole, StoreError.Code.CONFLICT, each -> each.equals("[0,\"first\"]") ? "[null,\"first\"]" : each);
        Files.write(dump, sealed(whole.subList(0, whole.size() - 1), 1));
        refused(Databases.SQLITE, NOTES, StoreError.Code.CORRUPT, "does not end as what it holds demands");
    }

    private static String step(List<String> whole) {
        var head = whole.getFirst();
        int from = head.indexOf("\"steps\":[") + "\"steps\":[".length();
        return head.substring(from, head.indexOf('}', from) + 1);
    }

    private void forged(List<String> whole, String says, UnaryOperator<String> change) throws IOException {
        forge(whole, change);
        for (var into : Databases.values()) refused(into, NOTES, StoreError.Code.CORRUPT, says);
    }

    private void refusedForged(List<String> whole, StoreError.Code code, UnaryOperator<String> change)
            throws IOException {
        forge(whole, change);
        for (var into : Databases.values()) refused(into, NOTES, code, "");
    }

    private void forge(List<String> whole, UnaryOperator<String> change) throws IOException {
        var lines = whole.subList(0, whole.size() - 1).stream()
                .map(change)
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(lines).isNotEqualTo(whole.subList(0, whole.size() - 1));
        Files.write(dump, sealed(lines, 0));
    }

    private static byte[] sealed(List<String> lines, int more) {
        var text = String.join("\n", lines) + "\n";
        var all = text.lines().toList();
        long tables =
                all.stream().filter(line -> line.startsWith("{\"columns\"")).count();
        long rows = all.stream().filter(line -> line.startsWith("[")).count();
        return (text + "{\"rows\":" + (rows + more) + ",\"sha256\":\"" + Digest.of(text.getBytes(UTF_8))
                        + "\",\"tables\":" + tables + "}\n")
                .getBytes(UTF_8);
    }

    /** Refused, and afterwards no row is in any table of the target. */
    private void refused(Databases into, Schema schema, StoreError.Code code, String says) throws IOException {
        var target = target(into);
        fails(code, says, () -> load(into, target, schema));
        if (into == Databases.SQLITE && Files.notExists(target.resolve("writ.db"))) return;
        try (var store = into.open(target, List.of(schema))) {
            if (!schema.part().equals("notes")) return;
            assertThat(notes(store)).isEmpty();
            assertThat(store.applied(new Name("acme"), new Name("node-1"))).isZero();
        }
    }

    private static void fails(StoreError.Code code, String says, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        StoreError.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
                .hasMessageContaining(says);
    }

    @Test
    void nothingGoesOverWhatIsThereUnlessItIsReplacedAsAWhole() throws IOException {
        var file = target(Databases.SQLITE);
        load(Databases.SQLITE, file, NOTES);
        fails(StoreError.Code.CONFLICT, "exists", () -> load(Databases.SQLITE, file, NOTES));
        var server = target(Databases.POSTGRES);
        try (var store = Databases.POSTGRES.open(server, List.of(NOTES))) {
            store.write(sql -> sql.change("INSERT INTO words (word, note) VALUES ('mine', 1)"));
            // Also a Writ that has the database is left alone.
            fails(StoreError.Code.LOCKED, "in use", () -> load(Databases.POSTGRES, server, NOTES, true));
        }
        fails(StoreError.Code.CONFLICT, "is not empty (words)", () -> load(Databases.POSTGRES, server, NOTES));
        try (var store = Databases.POSTGRES.open(server, List.of(NOTES))) {
            assertThat(words(store)).containsExactly("mine");
            assertThat(notes(store)).isEmpty();
        }
        load(Databases.POSTGRES, server, NOTES, true);
        try (var store = Databases.POSTGRES.open(server, List.of(NOTES))) {
            assertThat(words(store)).containsExactly("first");
            assertThat(notes(store)).hasSize(TEXTS.size() + 2);
        }
    }

    @Test
    void anEmptyServerAndAMissingFileAreNoBackup() throws IOException {
        source = target(database);
        assertThatThrownBy(() -> dump(NEW))
                .isInstanceOf(StoreError.class)
                .hasMessageMatching("there is (nothing in|no database) .*");
        assertThat(source.resolve("writ.db")).doesNotExist();
    }
}
