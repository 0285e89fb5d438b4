package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Row;
import dev.writ.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How mandates and emergencies are read out of their tables, which {@link Tables} makes. */
final class StandingTables {
    private StandingTables() {}

    static Map<Id, Mandate> mandates(Sql sql, Name tenant, Instant since) throws SQLException {
        return sql
                .rows(
                        "SELECT * FROM mandates WHERE tenant = ? AND (ended_at IS NULL OR ended_at >= ?)",
                        StandingTables::mandate,
                        tenant,
                        since)
                .stream()
                .collect(Collectors.toUnmodifiableMap(Mandate::id, mandate -> mandate));
    }

    private static Mandate mandate(Row row) throws SQLException {
        return new Mandate(
                row.id("id"),
                row.name("name"),
                row.id("giver"),
                row.instant("given_at"),
                Mandate.Terms.of(row.object("terms")),
                row.instant("until"),
                row.integer("uses_max"),
                row.integer("used"),
                Tables.end(row));
    }

    /** Those that somebody must still look at, and recent ones. */
    static Map<Id, Emergency> emergencies(Sql sql, Name tenant, Instant since) throws SQLException {
        return sql
                .rows(
                        "SELECT * FROM emergencies WHERE tenant = ? AND (state = 'opened' OR asked_at >= ?)",
                        StandingTables::emergency,
                        tenant,
                        since)
                .stream()
                .collect(Collectors.toUnmodifiableMap(Emergency::id, emergency -> emergency));
    }

    private static Emergency emergency(Row row) throws SQLException {
        var second = row.optionalId("second");
        var reviewer = row.optionalId("reviewed_by");
        return new Emergency(
                row.id("id"),
                Emergency.Terms.of(row.object("terms")),
                row.id("asked_by"),
                row.instant("asked_at"),
                second.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Emergency.Opened(second.get(), row.instant("opened_at"), row.id("task"))),
                reviewer.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new Emergency.Review(reviewer.get(), row.instant("reviewed_at"), row.text("review"))));
    }
}
