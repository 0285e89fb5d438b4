package dev.writ.store;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** One row of an answer, read by column name; SQL's null ends here. */
public final class Row {
    private final ResultSet at;
    private final Texts texts;

    Row(ResultSet at, Texts texts) {
        this.at = at;
        this.texts = texts;
    }

    /** Reads a value out of a row. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    public String text(String column) throws SQLException {
        return optionalText(column).orElseThrow(() -> absent(column));
    }

    public Optional<String> optionalText(String column) throws SQLException {
        return Optional.ofNullable(at.getString(column)).map(texts::read);
    }

    public long integer(String column) throws SQLException {
        long value = at.getLong(column);
        if (at.wasNull()) throw absent(column);
        return value;
    }

    Optional<Long> optionalInteger(String column) throws SQLException {
        long value = at.getLong(column);
        return at.wasNull() ? Optional.empty() : Optional.of(value);
    }

    public boolean flag(String column) throws SQLException {
        return integer(column) != 0;
    }

    public Instant instant(String column) throws SQLException {
        return Instant.ofEpochMilli(integer(column));
    }

    public Optional<Instant> optionalInstant(String column) throws SQLException {
        long millis = at.getLong(column);
        return at.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    public Name name(String column) throws SQLException {
        return new Name(text(column));
    }

    public Optional<Name> optionalName(String column) throws SQLException {
        return optionalText(column).map(Name::new);
    }

    public Id id(String column) throws SQLException {
        return new Id(text(column));
    }

    public Optional<Id> optionalId(String column) throws SQLException {
        return optionalText(column).map(Id::new);
    }

    public Digest digest(String column) throws SQLException {
        return Digest.parse(text(column));
    }

    public Optional<Digest> optionalDigest(String column) throws SQLException {
        return optionalText(column).map(Digest::parse);
    }

    public Json.Obj object(String column) throws SQLException {
        return JsonReader.readObject(text(column).getBytes(StandardCharsets.UTF_8));
    }

    public <E extends Enum<E>> E choice(String column, Class<E> type) throws SQLException {
        return Enum.valueOf(type, text(column).toUpperCase(Locale.ROOT));
    }

    private static StoreError absent(String column) {
        return new StoreError(StoreError.Code.CORRUPT, "column " + column + " is empty; restore a backup");
    }
}
