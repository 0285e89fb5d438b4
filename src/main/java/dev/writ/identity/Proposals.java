package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Row;
import dev.writ.store.Store;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Changes that one administrator has ordered and that wait for a second one. */
public final class Proposals {
    public static final Duration LIFE = Duration.ofDays(7);
    /** How many may wait in a tenant. */
    public static final int WAITING_MAX = 200;

    static final String TABLE = """
            CREATE TABLE proposals (
              tenant text NOT NULL, id text NOT NULL, operation text NOT NULL, target text NOT NULL,
              payload text NOT NULL, matter text NOT NULL, by_person text NOT NULL, at bigint NOT NULL,
              until bigint NOT NULL, confirmed_by text, over_at bigint, PRIMARY KEY (tenant, id))""";

    private static final String WAITING = "SELECT * FROM proposals WHERE tenant = ? AND over_at IS NULL AND until > ?";

    private final Store store;
    private final InstantSource clock;

    Proposals(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A change that waits.
     *
     * @param matter digest of what is to be changed: whoever orders the same has the same
     * @param confirmedBy the second administrator, where only the first one can carry it out
     */
    public record Proposal(
            Name tenant,
            Id id,
            String operation,
            String target,
            Json.Obj payload,
            Digest matter,
            Id by,
            Instant at,
            Instant until,
            Optional<Id> confirmedBy) {}

    /** False when too many wait already. */
    public boolean add(Proposal proposal) {
        if (waiting(proposal.tenant()).size() >= WAITING_MAX) return false;
        store.write(sql -> sql.change(
                """
                INSERT INTO proposals (tenant, id, operation, target, payload, matter, by_person, at, until)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                proposal.tenant(),
                proposal.id(),
                proposal.operation(),
                proposal.target(),
                proposal.payload(),
                proposal.matter(),
                proposal.by(),
                proposal.at(),
                proposal.until()));
        return true;
    }

    public List<Proposal> waiting(Name tenant) {
        return store.read(sql -> sql.rows(WAITING + " ORDER BY at, id", Proposals::proposal, tenant, clock.instant()));
    }

    /** The one that waits for the same change. */
    public Optional<Proposal> about(Name tenant, Digest matter) {
        return store.read(sql -> sql
                .rows(WAITING + " AND matter = ? ORDER BY at, id", Proposals::proposal, tenant, clock.instant(), matter)
                .stream()
                .findFirst());
    }

    /** Lets the first administrator carry a change out; false when it does not wait, or somebody has confirmed it. */
    public boolean confirm(Name tenant, Id id, Id by) {
        return store.write(sql -> sql.change(
                        "UPDATE proposals SET confirmed_by = ? WHERE tenant = ? AND id = ? AND confirmed_by IS NULL"
                                + " AND over_at IS NULL",
                        by,
                        tenant,
                        id))
                == 1;
    }

    /** Ends a proposal, carried out or not; false when it was over. */
    public boolean end(Name tenant, Id id) {
        var now = clock.instant();
        return store.write(sql -> sql.change(
                        "UPDATE proposals SET over_at = ? WHERE tenant = ? AND id = ? AND over_at IS NULL",
                        now,
                        tenant,
                        id))
                == 1;
    }

    /** Ends every proposal of a tenant that was made up to a moment, or seems to be made in the future. */
    void endAll(Name tenant, Instant until) {
        var now = clock.instant();
        store.write(sql -> sql.change(
                "UPDATE proposals SET over_at = ? WHERE tenant = ? AND (at <= ? OR at > ?) AND over_at IS NULL",
                now,
                tenant,
                until,
                now));
    }

    private static Proposal proposal(Row row) throws SQLException {
        return new Proposal(
                row.name("tenant"),
                row.id("id"),
                row.text("operation"),
                row.text("target"),
                row.object("payload"),
                row.digest("matter"),
                row.id("by_person"),
                row.instant("at"),
                row.instant("until"),
                row.optionalId("confirmed_by"));
    }
}
