package dev.writ.store;

import dev.writ.base.Digest;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Brings a database to the newest schema, one transaction per step, so a crash leaves it between two steps and never
 * inside one. Refuses what it does not know: an unknown part, more steps than we have, or a step that reads differently
 * from the one that was applied.
 */
final class Migrations {
    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS schema_steps (
              part text NOT NULL, version bigint NOT NULL, digest text NOT NULL,
              PRIMARY KEY (part, version))""";

    /** A step that a database, or a dump of one, has taken. */
    record Step(String part, long version, Digest digest) {}

    private final Link link;

    /** @param link the only one that writes to the database now */
    Migrations(Link link) {
        this.link = link;
    }

    void run(List<Schema> schemas) {
        var applied = link.run(sql -> {
            sql.change(TABLE);
            return steps(sql);
        });
        upTo(schemas, applied);
        for (var schema : schemas) {
            long from = applied.stream()
                    .filter(step -> step.part().equals(schema.part()))
                    .count();
            for (int i = (int) from; i < schema.steps().size(); i++)
                apply(schema.part(), i + 1, schema.steps().get(i));
        }
    }

    static List<Step> steps(Sql sql) throws SQLException {
        return sql.rows(
                "SELECT part, version, digest FROM schema_steps ORDER BY part, version",
                row -> new Step(row.text("part"), row.integer("version"), row.digest("digest")));
    }

    /** The schemas as they were when only these steps had been taken; refuses steps that are not ours. */
    static List<Schema> upTo(List<Schema> schemas, List<Step> taken) {
        var parts = schemas.stream().collect(Collectors.toMap(Schema::part, Schema::steps));
        for (var step : taken) check(step, parts.getOrDefault(step.part(), List.of()));
        return schemas.stream()
                .map(schema -> new Schema(schema.part(), schema.steps().subList(0, (int) taken.stream()
                        .filter(step -> step.part().equals(schema.part()))
                        .count())))
                .toList();
    }

    private static void check(Step step, List<String> steps) {
        if (step.version() < 1 || step.version() > steps.size())
            throw new StoreError(
                    StoreError.Code.WRONG_SCHEMA,
                    "the database was written by a newer Writ (" + step.part() + " " + step.version()
                            + "); start that version, or restore a backup made by this one");
        if (!step.digest().equals(digest(steps.get((int) step.version() - 1))))
            throw new StoreError(
                    StoreError.Code.WRONG_SCHEMA,
                    "step " + step.version() + " of " + step.part()
                            + " differs from the one in the database; start the version that wrote it");
    }

    private void apply(String part, int version, String step) {
        link.run(sql -> {
            for (var statement : step.split(";")) if (!statement.isBlank()) sql.change(statement);
            sql.changeOne(
                    "INSERT INTO schema_steps (part, version, digest) VALUES (?, ?, ?)", part, version, digest(step));
            return version;
        });
    }

    static Digest digest(String step) {
        return Digest.of(step.getBytes(StandardCharsets.UTF_8));
    }
}
