package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.identity.Key.AgentKey;
import dev.writ.identity.Key.PersonKey;
import dev.writ.store.Row;
import dev.writ.store.Schema;
import dev.writ.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Identity's table, and how keys are read out of it. */
final class Tables {
    static final Schema SCHEMA = new Schema(
            "identity",
            List.of(
                    """
            CREATE TABLE keys (
              tenant text NOT NULL, id text NOT NULL, digest text NOT NULL, agent text, task text, person text,
              created_at bigint NOT NULL, ended_at bigint, revoked_at bigint, last_used bigint,
              PRIMARY KEY (tenant, id));
            CREATE UNIQUE INDEX keys_by_digest ON keys (digest)""",
                    GrantTable.STEP,
                    Sessions.TABLE,
                    Trusts.TABLE,
                    Passkeys.TABLE + ";" + SignInLinks.TABLE + ";" + Notices.TABLE + ";" + Proposals.TABLE + ";"
                            + Providers.TABLE,
                    GrantTable.CERTIFICATES));

    private Tables() {}

    static Keys load(Sql sql, Instant since) throws SQLException {
        var byDigest = new HashMap<Digest, Key>();
        var byId = new HashMap<Id, Digest>();
        for (var key : sql.rows("""
                SELECT * FROM keys
                WHERE (ended_at IS NULL OR ended_at >= ?) AND (revoked_at IS NULL OR revoked_at >= ?)""", Tables::key, since, since)) {
            byDigest.put(key.digest(), key);
            byId.put(key.id(), key.digest());
        }
        return new Keys(Map.copyOf(byDigest), Map.copyOf(byId));
    }

    static void insert(Sql sql, Key key) throws SQLException {
        Optional<AgentKey> agent = key instanceof AgentKey each ? Optional.of(each) : Optional.empty();
        Optional<PersonKey> person = key instanceof PersonKey each ? Optional.of(each) : Optional.empty();
        sql.changeOne(
                "INSERT INTO keys (tenant, id, digest, agent, task, person, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                key.tenant(),
                key.id(),
                key.digest(),
                agent.map(AgentKey::agent),
                agent.map(AgentKey::task),
                person.map(PersonKey::person),
                key.createdAt());
    }

    private static Key key(Row row) throws SQLException {
        var person = row.optionalId("person");
        if (person.isPresent())
            return new PersonKey(
                    row.name("tenant"),
                    row.id("id"),
                    row.digest("digest"),
                    person.get(),
                    row.instant("created_at"),
                    row.optionalInstant("revoked_at"));
        return new AgentKey(
                row.name("tenant"),
                row.id("id"),
                row.digest("digest"),
                row.name("agent"),
                row.id("task"),
                row.instant("created_at"),
                row.optionalInstant("ended_at"),
                row.optionalInstant("revoked_at"));
    }
}
