package dev.writ.store;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the database knows of the ledgers that it is the index of. Everything recorded below {@code applied} is in the
 * database; nothing in it is younger than {@code seen}. So a ledger longer than {@code applied} is replayed, and one
 * shorter than {@code seen} is not the one that this database goes with.
 */
public final class Positions {
    static final String TABLES = """
            CREATE TABLE positions (
              tenant text NOT NULL, node text NOT NULL, seen bigint NOT NULL, head bigint NOT NULL, root text NOT NULL,
              bundle text NOT NULL, clean bigint NOT NULL,
              PRIMARY KEY (tenant, node));
            CREATE TABLE clocks (node text PRIMARY KEY, at bigint NOT NULL)""";

    private Positions() {}

    /**
     * The state of one tenant on one node.
     *
     * @param head the size of a checkpoint that the ledger had, {@code root} its root; 0 when none was noted
     * @param bundle digest of the policies that were in force; empty when none were
     * @param clean whether the process that wrote it ended in order, so that nothing was under way
     */
    public record Position(
            Name tenant, long applied, long seen, long head, Digest root, Optional<Digest> bundle, boolean clean) {}

    /** Every position of a node. */
    public static List<Position> of(Sql sql, Name node) throws SQLException {
        return sql.rows(
                """
                SELECT p.*, COALESCE(a.size, 0) AS applied FROM positions p
                LEFT JOIN applied a ON a.tenant = p.tenant AND a.node = p.node WHERE p.node = ?""",
                row -> new Position(
                        row.name("tenant"),
                        row.integer("applied"),
                        row.integer("seen"),
                        row.integer("head"),
                        row.digest("root"),
                        Optional.of(row.text("bundle"))
                                .filter(text -> !text.isEmpty())
                                .map(Digest::parse),
                        row.flag("clean")),
                node);
    }

    /** Notes up to where the ledger was durable when the transaction ran; from now on something is under way. */
    public static void seen(Sql sql, Name tenant, Name node, long size) throws SQLException {
        sql.change("""
                INSERT INTO positions (tenant, node, seen, head, root, bundle, clean) VALUES (?, ?, ?, 0, ?, '', 0)
                ON CONFLICT (tenant, node) DO UPDATE SET clean = 0,
                  seen = CASE WHEN positions.seen < excluded.seen THEN excluded.seen ELSE positions.seen END""", tenant, node, size, Digest.of());
    }

    /** Notes a position as a whole; its {@code seen} only grows. */
    public static void note(Sql sql, Name node, Position position) throws SQLException {
        seen(sql, position.tenant(), node, position.seen());
        sql.changeOne(
                "UPDATE positions SET head = ?, root = ?, bundle = ?, clean = ? WHERE tenant = ? AND node = ?",
                position.head(),
                position.root(),
                position.bundle().map(Digest::toString).orElse(""),
                position.clean(),
                position.tenant(),
                node);
        Store.applied(sql, position.tenant(), node, position.applied());
    }

    /** Forgets every position: after a restore another log begins. */
    public static void forget(Sql sql) throws SQLException {
        sql.change("DELETE FROM positions");
        sql.change("DELETE FROM applied");
    }

    /** The latest moment that a node has acted at; empty when none was noted. */
    public static Optional<Instant> clock(Sql sql, Name node) throws SQLException {
        return sql.row("SELECT at FROM clocks WHERE node = ?", row -> row.instant("at"), node);
    }

    /** The latest moment that any node has acted at. */
    public static Optional<Instant> latestClock(Sql sql) throws SQLException {
        return sql.rows("SELECT at FROM clocks", row -> row.instant("at")).stream()
                .max(java.util.Comparator.naturalOrder());
    }

    /** Notes a moment; one before the noted one changes nothing. */
    public static void clock(Sql sql, Name node, Instant at) throws SQLException {
        sql.change("""
                INSERT INTO clocks (node, at) VALUES (?, ?)
                ON CONFLICT (node) DO UPDATE SET at = excluded.at WHERE clocks.at < excluded.at""", node, at);
    }

    /** Believes the clock again after a person has said so. */
    public static void forgetClock(Sql sql) throws SQLException {
        sql.change("DELETE FROM clocks");
    }
}
