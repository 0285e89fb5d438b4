package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import dev.writ.store.Plan;
import dev.writ.store.Row;
import dev.writ.store.Sql;
import dev.writ.store.Store;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose signed word is taken, by tenant. Looking one up touches no disk. Thread-safe. */
public final class Trusts {
    static final String TABLE = """
            CREATE TABLE trusts (
              tenant text NOT NULL, id text NOT NULL, kind text NOT NULL, agent text NOT NULL, issuer text NOT NULL,
              audience text, claims text NOT NULL, jwks text NOT NULL, created_at bigint NOT NULL, revoked_at bigint,
              PRIMARY KEY (tenant, id))""";

    /** How many may be in force for one tenant. */
    public static final int TRUSTS_MAX = 1_000;

    private final InstantSource clock;
    private final Book<Map<Id, Trust>> book;

    Trusts(Store store, InstantSource clock) {
        this.clock = clock;
        this.book = new Book<>(store, store.read(Trusts::load));
    }

    /** False when there are too many. */
    public boolean add(Trust trust) {
        return book.command(now -> {
            long inForce = now.values().stream()
                    .filter(each -> each.tenant().equals(trust.tenant()))
                    .count();
            if (inForce >= TRUSTS_MAX) return Plan.nothing(false);
            return Plan.of(true, Change.of(all -> Copies.with(all, trust.id(), trust), sql -> insert(sql, trust)));
        });
    }

    /** From now on nothing of it is believed; whether it was in force. */
    public boolean revoke(Name tenant, Id id) {
        var at = clock.instant();
        return book.atOnce(
                        now -> {
                            if (find(now, tenant, id).isEmpty()) return Plan.<Map<Id, Trust>, Boolean>nothing(false);
                            return Plan.of(
                                    true,
                                    Change.of(
                                            all -> Copies.without(all, id),
                                            sql -> sql.change(
                                                    "UPDATE trusts SET revoked_at = ? WHERE tenant = ? AND id = ? AND revoked_at IS NULL",
                                                    at,
                                                    tenant,
                                                    id)));
                        },
                        _ -> {})
                .answer();
    }

    /** Those in force, of a tenant. */
    public List<Trust> all(Name tenant) {
        return book.now().values().stream()
                .filter(trust -> trust.tenant().equals(tenant))
                .sorted(Comparator.comparing(Trust::id))
                .toList();
    }

    public Optional<Trust> trust(Name tenant, Id id) {
        return find(book.now(), tenant, id);
    }

    void settle() {
        book.settle();
    }

    private static Optional<Trust> find(Map<Id, Trust> all, Name tenant, Id id) {
        return Optional.ofNullable(all.get(id)).filter(trust -> trust.tenant().equals(tenant));
    }

    private static Map<Id, Trust> load(Sql sql) throws SQLException {
        var all = new HashMap<Id, Trust>();
        for (var trust : sql.rows("SELECT * FROM trusts WHERE revoked_at IS NULL", Trusts::trust))
            all.put(trust.id(), trust);
        return Map.copyOf(all);
    }

    private static void insert(Sql sql, Trust trust) throws SQLException {
        var claims = Json.object();
        trust.claims().forEach(claims::put);
        sql.changeOne(
                """
                INSERT INTO trusts (tenant, id, kind, agent, issuer, audience, claims, jwks, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                trust.tenant(),
                trust.id(),
                trust.kind().name(),
                trust.agent(),
                trust.issuer(),
                trust.audience(),
                claims.build().text(),
                trust.jwks().text(),
                trust.createdAt());
    }

    private static Trust trust(Row row) throws SQLException {
        var claims = new HashMap<String, String>();
        row.object("claims").members().forEach((name, value) -> {
            if (value instanceof Json.Str(var text)) claims.put(name, text);
        });
        return new Trust(
                row.name("tenant"),
                row.id("id"),
                Trust.Kind.valueOf(row.text("kind")),
                row.name("agent"),
                row.text("issuer"),
                row.optionalText("audience"),
                claims,
                row.object("jwks"),
                row.instant("created_at"),
                row.optionalInstant("revoked_at"));
    }
}
