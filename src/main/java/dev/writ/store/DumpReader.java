package dev.writ.store;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a {@link Dump} from beginning to end; whatever is not as it must be is refused. */
final class DumpReader {
    private final Path dump;
    private final InputStream in;
    private final MessageDigest sha = Digest.sha256();
    private long number;

    private DumpReader(Path dump, InputStream in) {
        this.dump = dump;
        this.in = in;
    }

    /** What is done with an opened dump. */
    interface Work<T> {
        T with(DumpReader reader) throws IOException, SQLException;
    }

    static <T> T of(Path dump, Work<T> work) {
        try (var in = new BufferedInputStream(Files.newInputStream(dump), 1 << 16)) {
            return work.with(new DumpReader(dump, in));
        } catch (IOException e) {
            throw new StoreError(StoreError.Code.CORRUPT, dump + " cannot be read", e);
        } catch (SQLException e) {
            throw new StoreError(
                    StoreError.Code.CONFLICT,
                    "the rows of " + dump + " do not go into the database: " + e.getMessage(),
                    e);
        }
    }

    /** What is done with each row. */
    private interface Rows {
        void begin(Layout.Table table) throws SQLException;

        void row(Layout.Table table, Object[] values) throws SQLException;
    }

    /** Reads all of it and keeps nothing but the steps that it names. */
    List<Migrations.Step> check(List<Schema> schemas) throws IOException, SQLException {
        return read(schemas, new Rows() {
            @Override
            public void begin(Layout.Table table) {}

            @Override
            public void row(Layout.Table table, Object[] values) {}
        });
    }

    /** Puts all rows into the tables, which are those of the dump's own steps. */
    void load(Sql sql, List<Schema> schemas, boolean replacing) throws IOException, SQLException {
        read(schemas, new Rows() {
            @Override
            public void begin(Layout.Table table) throws SQLException {
                if (replacing) sql.change("DELETE FROM " + table.name());
                else if (sql.row("SELECT 1 AS one FROM " + table.name() + " LIMIT 1", row -> row.integer("one"))
                        .isPresent())
                    throw new StoreError(
                            StoreError.Code.CONFLICT,
                            "the database is not empty (" + table.name() + "), and nothing goes over what is there;"
                                    + " name an empty one");
            }

            @Override
            public void row(Layout.Table table, Object[] values) throws SQLException {
                var places = Stream.generate(() -> "?").limit(values.length).collect(Collectors.joining(", "));
                sql.changeOne(
                        "INSERT INTO " + table.name() + " (" + table.columnNames() + ") VALUES (" + places + ")",
                        values);
            }
        });
    }

    private List<Migrations.Step> read(List<Schema> schemas, Rows rows) throws IOException, SQLException {
        var head = object(line());
        if (!head.string("form").equals(Optional.of(Dump.FORM)))
            throw wrong("is of another form than " + Dump.FORM + ", or no dump at all");
        var steps = steps(head);
        var layout = Layout.of(Migrations.upTo(Store.all(schemas), steps));
        long all = 0;
        for (var table : layout.tables()) all += table(table, rows);
        end(layout.tables().size(), all);
        return steps;
    }

    private List<Migrations.Step> steps(Json.Obj head) {
        try {
            var steps = new ArrayList<Migrations.Step>();
            for (var each : head.array("steps").orElseThrow().items())
                if (each instanceof Json.Obj step)
                    steps.add(new Migrations.Step(
                            step.string("part").orElseThrow(),
                            step.integer("version").orElseThrow(),
                            Digest.parse(step.string("digest").orElseThrow())));
            if (steps.stream().distinct().count() != steps.size()) throw wrong("names a step twice");
            return steps;
        } catch (NoSuchElementException | IllegalArgumentException e) {
            throw wrong("does not say by which steps its tables were made");
        }
    }

    private long table(Layout.Table table, Rows rows) throws IOException, SQLException {
        var head = object(line());
        var columns = table.columns().stream().map(Layout.Column::name).toList();
        if (!head.string("table").equals(Optional.of(table.name()))
                || !head.strings("columns").equals(columns))
            throw wrong("has in line " + number + " not the table " + table.name() + " and its columns");
        rows.begin(table);
        for (long count = 0; ; count++) {
            switch (line()) {
                case Json.Arr row -> rows.row(table, values(table, row));
                case Json.Obj end -> {
                    if (!end.string("table").equals(Optional.of(table.name()))
                            || !end.integer("rows").equals(Optional.of(count)))
                        throw wrong("has another number of rows of " + table.name() + " than it says: " + count);
                    return count;
                }
                default -> throw wrong("has no row in line " + number);
            }
        }
    }

    private Object[] values(Layout.Table table, Json.Arr row) {
        var columns = table.columns();
        if (row.items().size() != columns.size()) throw wrong("has a row of another length in line " + number);
        var values = new Object[columns.size()];
        for (int i = 0; i < values.length; i++)
            values[i] = value(columns.get(i), row.items().get(i));
        return values;
    }

    private Object value(Layout.Column column, Json json) {
        return switch (json) {
            case Json.Null _ -> Optional.empty();
            case Json.Num n
            when column.number() && n.asLong().isPresent() -> n.asLong().get();
            case Json.Str(var text) when !column.number() -> text;
            default -> throw wrong("has a value of another kind in line " + number + ", column " + column.name());
        };
    }

    private void end(int tables, long rows) throws IOException {
        var digest = Digest.ofBytes(sha.digest()).toString();
        var end = object(line());
        if (!end.integer("tables").equals(Optional.of((long) tables))
                || !end.integer("rows").equals(Optional.of(rows))
                || !end.string("sha256").equals(Optional.of(digest)))
            throw wrong("does not end as what it holds demands: it was changed");
        if (in.read() >= 0) throw wrong("goes on after its end");
    }

    private Json.Obj object(Json json) {
        if (json instanceof Json.Obj object) return object;
        throw wrong("has something else in line " + number + " than belongs there");
    }

    private Json line() throws IOException {
        var line = new ByteArrayOutputStream();
        number++;
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) throw wrong("is cut off in line " + number);
            if (line.size() >= Dump.LINE_BYTES_MAX) throw wrong("has no end of line " + number);
            line.write(read);
        }
        var bytes = line.toByteArray();
        sha.update(bytes);
        sha.update((byte) '\n');
        try {
            return JsonReader.read(bytes);
        } catch (JsonError e) {
            throw wrong("cannot be understood in line " + number);
        }
    }

    private StoreError wrong(String how) {
        return new StoreError(
                StoreError.Code.CORRUPT, "the dump " + dump.getFileName() + " " + how + "; use another backup");
    }
}
