package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.store.Copies;
import dev.writ.store.Row;
import dev.writ.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * All grants at one moment, immutable, and every refresh token that one of them ever had: a used one that is shown again
 * must be told from one that never was.
 */
record GrantTable(Map<Id, Grant> byId, Map<Digest, Id> refreshes) {
    /** Identity's second step. */
    static final String STEP = """
            CREATE TABLE grants (
              tenant text NOT NULL, id text NOT NULL, family text NOT NULL, client text NOT NULL, agent text NOT NULL,
              task text NOT NULL, person text NOT NULL, resource text NOT NULL, jkt text, refresh text,
              generation bigint NOT NULL, created_at bigint NOT NULL, ended_at bigint, revoked_at bigint,
              PRIMARY KEY (tenant, id));
            CREATE TABLE refreshes (
              digest text NOT NULL, tenant text NOT NULL, grant_id text NOT NULL,
              PRIMARY KEY (digest));
            CREATE INDEX refreshes_by_grant ON refreshes (tenant, grant_id)""";

    /** Identity's sixth step: certificates that grants are bound to. */
    static final String CERTIFICATES = "ALTER TABLE grants ADD COLUMN x5t text";

    static GrantTable load(Sql sql, Instant since) throws SQLException {
        var byId = new HashMap<Id, Grant>();
        for (var grant : sql.rows("""
                SELECT * FROM grants
                WHERE (ended_at IS NULL OR ended_at >= ?) AND (revoked_at IS NULL OR revoked_at >= ?)
                  AND (refresh IS NOT NULL OR created_at >= ?)""", GrantTable::grant, since, since, since.minus(Grant.TOKEN_LASTS)))
            byId.put(grant.id(), grant);
        var refreshes = new HashMap<Digest, Id>();
        for (var used : sql.rows(
                "SELECT digest, grant_id FROM refreshes", row -> Map.entry(row.digest("digest"), row.id("grant_id"))))
            if (byId.containsKey(used.getValue())) refreshes.put(used.getKey(), used.getValue());
        return new GrantTable(Map.copyOf(byId), Map.copyOf(refreshes));
    }

    static void insert(Sql sql, Grant grant) throws SQLException {
        sql.changeOne(
                """
                INSERT INTO grants (tenant, id, family, client, agent, task, person, resource, jkt, x5t, refresh, generation, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                grant.tenant(),
                grant.id(),
                grant.family(),
                grant.client(),
                grant.agent(),
                grant.task(),
                grant.person(),
                grant.resource(),
                grant.jkt(),
                grant.x5t(),
                grant.refresh(),
                grant.generation(),
                grant.createdAt());
        if (grant.refresh().isPresent()) remember(sql, grant, grant.refresh().get());
    }

    static void refreshed(Sql sql, Grant grant, Digest digest) throws SQLException {
        sql.changeOne(
                "UPDATE grants SET refresh = ?, generation = ? WHERE tenant = ? AND id = ?",
                digest,
                grant.generation(),
                grant.tenant(),
                grant.id());
        remember(sql, grant, digest);
    }

    private static void remember(Sql sql, Grant grant, Digest digest) throws SQLException {
        sql.changeOne(
                "INSERT INTO refreshes (digest, tenant, grant_id) VALUES (?, ?, ?)",
                digest,
                grant.tenant(),
                grant.id());
    }

    Optional<Grant> find(Id id) {
        return Optional.ofNullable(byId.get(id));
    }

    GrantTable with(Grant grant) {
        var all = Copies.with(byId, grant.id(), grant);
        return new GrantTable(
                all,
                grant.refresh()
                        .map(digest -> Copies.with(refreshes, digest, grant.id()))
                        .orElse(refreshes));
    }

    GrantTable changed(UnaryOperator<Grant> change) {
        var changed = new HashMap<>(byId);
        changed.replaceAll((_, grant) -> change.apply(grant));
        return new GrantTable(Map.copyOf(changed), refreshes);
    }

    /** Without those that were over before a moment. */
    GrantTable since(Instant moment) {
        if (byId.values().stream().noneMatch(grant -> overBefore(grant, moment))) return this;
        var kept = new HashMap<>(byId);
        kept.values().removeIf(grant -> overBefore(grant, moment));
        var left = new HashMap<>(refreshes);
        left.values().retainAll(kept.keySet());
        return new GrantTable(Map.copyOf(kept), Map.copyOf(left));
    }

    private static boolean overBefore(Grant grant, Instant moment) {
        return grant.endedAt().filter(moment::isAfter).isPresent()
                || grant.revokedAt().filter(moment::isAfter).isPresent()
                || grant.outlived(moment);
    }

    private static Grant grant(Row row) throws SQLException {
        return new Grant(
                row.name("tenant"),
                row.id("id"),
                row.id("family"),
                row.text("client"),
                row.name("agent"),
                row.id("task"),
                row.id("person"),
                row.text("resource"),
                row.optionalText("jkt"),
                row.optionalText("x5t"),
                row.optionalDigest("refresh"),
                row.integer("generation"),
                row.instant("created_at"),
                row.optionalInstant("ended_at"),
                row.optionalInstant("revoked_at"));
    }
}
