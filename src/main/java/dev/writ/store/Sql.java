package dev.writ.store;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Statements inside a transaction. Values are always bound, never part of the text: strings, longs, booleans (0, 1),
 * instants (milliseconds), enums (lower case), names, ids, digests, JSON (its text) and optionals of these (null).
 */
public final class Sql {
    private static final int ROWS_AT_A_TIME = 500;

    private final Connection connection;
    private final Texts texts;
    private Optional<SQLException> failed = Optional.empty();

    Sql(Connection connection, Texts texts) {
        this.connection = connection;
        this.texts = texts;
    }

    /** Runs a statement and tells how many rows it changed. */
    public int change(String statement, Object... values) throws SQLException {
        try (var prepared = prepare(statement, values)) {
            return prepared.executeUpdate();
        } catch (SQLException e) {
            throw noted(e);
        }
    }

    /** Runs a statement that must change exactly one row; otherwise memory and database disagree and nothing is done. */
    public void changeOne(String statement, Object... values) throws SQLException {
        int changed = change(statement, values);
        if (changed != 1)
            throw new StoreError(
                    StoreError.Code.CONFLICT,
                    "a statement changed " + changed + " rows instead of one; nothing was changed, try again");
    }

    public <T> List<T> rows(String query, Row.Reader<T> reader, Object... values) throws SQLException {
        try (var prepared = prepare(query, values);
                var answer = prepared.executeQuery()) {
            var rows = new ArrayList<T>();
            var row = new Row(answer, texts);
            while (answer.next()) rows.add(reader.read(row));
            return rows;
        } catch (SQLException e) {
            throw noted(e);
        }
    }

    /** What is done with one row of many. */
    interface Visitor {
        void visit(Row row) throws SQLException, IOException;
    }

    /** Visits rows as they come, so that no table has to fit into memory. */
    void each(String query, Visitor visitor) throws SQLException, IOException {
        try (var prepared = prepare(query)) {
            prepared.setFetchSize(ROWS_AT_A_TIME);
            try (var answer = prepared.executeQuery()) {
                var row = new Row(answer, texts);
                while (answer.next()) visitor.visit(row);
            }
        } catch (SQLException e) {
            throw noted(e);
        }
    }

    /** The first row, if there is one. */
    public <T> Optional<T> row(String query, Row.Reader<T> reader, Object... values) throws SQLException {
        return rows(query, reader, values).stream().findFirst();
    }

    /** Nothing is committed after a failed statement; PostgreSQL would undo all and call it a success. */
    void refuseToCommitAfterAFailure() throws SQLException {
        if (failed.isPresent()) throw failed.get();
    }

    private SQLException noted(SQLException e) {
        if (failed.isEmpty()) failed = Optional.of(e);
        return e;
    }

    private PreparedStatement prepare(String statement, Object... values) throws SQLException {
        var prepared = connection.prepareStatement(statement);
        try {
            for (int i = 0; i < values.length; i++) bind(prepared, i + 1, values[i]);
            return prepared;
        } catch (SQLException | RuntimeException e) {
            prepared.close();
            throw e;
        }
    }

    private void bind(PreparedStatement prepared, int at, Object value) throws SQLException {
        switch (value) {
            case String text -> prepared.setString(at, texts.written(text));
            case Long number -> prepared.setLong(at, number);
            case Integer number -> prepared.setLong(at, number);
            case Boolean flag -> prepared.setLong(at, flag ? 1 : 0);
            case Instant instant -> prepared.setLong(at, instant.toEpochMilli());
            case Enum<?> choice -> prepared.setString(at, choice.name().toLowerCase(Locale.ROOT));
            case Name name -> prepared.setString(at, name.text());
            case Id id -> prepared.setString(at, id.text());
            case Digest digest -> prepared.setString(at, digest.toString());
            case Json json -> prepared.setString(at, json.text());
            case Optional<?> optional when optional.isPresent() -> bind(prepared, at, optional.get());
            case Optional<?> _ -> prepared.setNull(at, Types.NULL);
            default -> throw new IllegalArgumentException("cannot be bound: " + value.getClass());
        }
    }
}
