package dev.writ.store;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;

/**
 * The tables that schemas lead to, found by running their steps on an empty database in memory: what is in a dump is held
 * against this, and never against what the dump or a server says of itself.
 */
record Layout(List<Table> tables) {
    /** A column; everything that is no whole number is a text. */
    record Column(String name, boolean number) {}

    /** A table, its columns in the order of their names. */
    record Table(String name, List<Column> columns) {
        Table {
            columns = List.copyOf(columns);
        }

        String columnNames() {
            return String.join(", ", columns.stream().map(Column::name).toList());
        }
    }

    Layout {
        tables = List.copyOf(tables);
    }

    static Layout of(List<Schema> schemas) {
        try (var link = new SqliteLink(DriverManager.getConnection("jdbc:sqlite::memory:"), Sqlite.BEGIN_WRITE)) {
            new Migrations(link).run(schemas);
            return link.run(Layout::read);
        } catch (SQLException e) {
            throw Sqlite.error(e);
        }
    }

    private static Layout read(Sql sql) throws SQLException {
        var columns = new TreeMap<String, List<Column>>();
        sql.rows(
                        """
                        SELECT m.name AS table_name, c.name AS name, c.type AS type FROM sqlite_master m, pragma_table_info(m.name) c
                        WHERE m.type = 'table' AND m.name <> 'schema_steps' AND m.name NOT LIKE 'sqlite_%' ORDER BY c.name""",
                        row -> new Object() {
                            final String table = row.text("table_name");
                            final Column column = new Column(
                                    row.text("name"), row.text("type").equalsIgnoreCase("bigint"));
                        })
                .forEach(each -> columns.computeIfAbsent(each.table, _ -> new java.util.ArrayList<>())
                        .add(each.column));
        return new Layout(columns.entrySet().stream()
                .map(each -> new Table(each.getKey(), each.getValue()))
                .toList());
    }
}
