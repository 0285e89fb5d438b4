package dev.writ.registry;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.Sql;
import dev.writ.store.Store;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * Commands about tools: comparing what a server lists with what people approved, approving, withdrawing.
 *
 * <p>A tool whose definition changed after approval is quarantined at once: not callable. When the server lists the
 * approved definition again it is callable again, for that is what people approved; that it was away is in
 * {@link #history}.
 */
public final class Tools {
    /** How many tools of one server are remembered, those that are gone included. */
    public static final int KNOWN_MAX = 2_000;
    /** How many episodes of one server are remembered; approvals and withdrawals are kept beyond that. */
    public static final int EPISODES_MAX = 1_000;

    private final Registry registry;
    private final Store store;
    private final InstantSource clock;

    Tools(Registry registry, Store store, InstantSource clock) {
        this.registry = registry;
        this.store = store;
        this.clock = clock;
    }

    /** What a list changed, and what of it was not taken. */
    public record Seen(List<ToolChange> changes, List<RefusedTool> refused) {}

    /** What happened to a tool. */
    public record Episode(ToolName tool, Kind kind, Optional<Definition> definition, Instant at) {
        /** The cases of {@link ToolChange}, and what people did. */
        public enum Kind {
            ADDED,
            CHANGED,
            RESTORED,
            RETURNED,
            REMOVED,
            UNCLEAR,
            APPROVED,
            WITHDRAWN
        }
    }

    /** Compares a server's complete answer to {@code tools/list}, all pages of it, with what is known and approved. */
    public Outcome<Seen> seen(Name tenant, Name server, List<Json> definitions) {
        var answer = ToolList.of(definitions);
        var at = clock.instant();
        return registry.atOnce(tenant, now -> {
            if (now.server(server).isEmpty()) return Registry.notFound("server " + server);
            var known = now.tools().getOrDefault(server, Map.of());
            var list = answer.against(known.keySet());
            var changes = new ArrayList<ToolChange>();
            var newly = new ArrayList<Tool>();
            var plan = new ArrayList<Change<RegistrySnapshot>>();
            for (var tool : known.values()) {
                var newest = listed(list, tool);
                var change = ToolComparison.change(tool, newest);
                change.ifPresent(changes::add);
                if (!newest.equals(tool)) newly.add(newest);
                change.ifPresent(c -> plan.add(episode(tenant, newest, ToolComparison.kind(c), newest.listed(), at)));
            }
            for (var entry : list.definitions().entrySet()) {
                if (known.containsKey(entry.getKey())) continue;
                var tool = new Tool(server, entry.getKey(), Optional.of(entry.getValue()), Optional.empty(), false);
                changes.add(new ToolChange.Added(tool.name(), entry.getValue().digest()));
                newly.add(tool);
                plan.add(episode(tenant, tool, Episode.Kind.ADDED, tool.listed(), at));
            }
            if (!newly.isEmpty()) plan.add(listing(tenant, server, newly));
            if (!list.refused().equals(now.refusedOf(server))) plan.add(refusals(tenant, server, list.refused()));
            return new Plan<>(new Outcome.Done<>(new Seen(List.copyOf(changes), list.refused())), plan);
        });
    }

    /**
     * Pins the definition that a person has seen and says what the tool is.
     *
     * @param digest of the definition that the person saw; when the server lists another one by now, it is refused
     */
    public Outcome<Tool> approve(
            Name tenant, Name server, ToolName name, Digest digest, Classification classification, Id by) {
        var at = clock.instant();
        return registry.command(tenant, now -> {
            var tool = now.tool(server, name);
            if (tool.isEmpty()) return Registry.notFound("tool " + server + "/" + name);
            var listed = tool.get().listed();
            if (listed.isEmpty()) return Registry.refused("the server no longer lists this tool");
            if (tool.get().ambiguous()) return Registry.refused("the server's newest list cannot be compared");
            if (!listed.get().digest().equals(digest))
                return Registry.refused("the definition has changed since it was shown: "
                        + listed.get().digest());
            var pin = Optional.of(new Tool.Pin(listed.get(), classification, by, at));
            return pinned(tenant, tool.get().withPin(pin), Episode.Kind.APPROVED, at);
        });
    }

    /**
     * Holds a tool back until its server's list was compared again, because the ledger says that it changed; for
     * replaying the ledger at start.
     */
    public Outcome<Tool> replayChanged(Name tenant, Name server, ToolName name) {
        return registry.atOnce(tenant, now -> {
            var tool = now.tool(server, name);
            if (tool.isEmpty()) return Registry.notFound("tool " + server + "/" + name);
            var unclear = tool.get().withListed(tool.get().listed(), true);
            return Registry.done(unclear, listing(tenant, server, List.of(unclear)));
        });
    }

    /**
     * Pins a definition that is known here as the ledger says it was approved; for replaying the ledger at start. A
     * definition that is not known here leaves the tool without a pin: what people approved last is not what it has.
     */
    public Outcome<Tool> replayApproved(
            Name tenant, Name server, ToolName name, Digest digest, Classification classification, Id by) {
        var at = clock.instant();
        return registry.atOnce(tenant, now -> {
            var tool = now.tool(server, name);
            if (tool.isEmpty()) return Registry.notFound("tool " + server + "/" + name);
            var pinned = tool.get().pin().map(Tool.Pin::definition);
            var known = pinned.filter(each -> each.digest().equals(digest))
                    .or(() -> tool.get().listed().filter(each -> each.digest().equals(digest)));
            if (known.isEmpty() && pinned.isEmpty()) return Registry.unchanged(new Outcome.Done<>(tool.get()));
            var pin = known.map(definition -> new Tool.Pin(definition, classification, by, at));
            var kind = pin.isPresent() ? Episode.Kind.APPROVED : Episode.Kind.WITHDRAWN;
            return pinned(tenant, tool.get().withPin(pin), kind, at);
        });
    }

    /** Takes the approval of a tool back, at once. */
    public Outcome<Tool> withdraw(Name tenant, Name server, ToolName name) {
        var at = clock.instant();
        return registry.atOnce(tenant, now -> {
            var tool = now.tool(server, name);
            if (tool.isEmpty()) return Registry.notFound("tool " + server + "/" + name);
            if (tool.get().pin().isEmpty()) return Registry.unchanged(new Outcome.Done<>(tool.get()));
            return pinned(tenant, tool.get().withPin(Optional.empty()), Episode.Kind.WITHDRAWN, at);
        });
    }

    /** What happened to a tool, oldest first. Reads the database. */
    public List<Episode> history(Name tenant, Name server, ToolName name) {
        return store.read(sql -> sql.rows(
                "SELECT * FROM tool_episodes WHERE tenant = ? AND server = ? AND name = ? ORDER BY seq",
                row -> new Episode(
                        name,
                        row.choice("kind", Episode.Kind.class),
                        row.optionalText("definition").isPresent()
                                ? Optional.of(Definition.of(row.object("definition")))
                                : Optional.empty(),
                        row.instant("at")),
                tenant,
                server,
                name.text()));
    }

    private static Tool listed(ToolList list, Tool tool) {
        boolean unclear = !list.comparable() || list.ambiguous().contains(tool.name());
        if (unclear) return tool.withListed(tool.listed(), true);
        return tool.withListed(Optional.ofNullable(list.definitions().get(tool.name())), false);
    }

    private static Plan<RegistrySnapshot, Outcome<Tool>> pinned(Name tenant, Tool tool, Episode.Kind kind, Instant at) {
        var pin = tool.pin();
        Change<RegistrySnapshot> change = Change.of(
                s -> changed(s, tool.server(), List.of(tool), (known, _) -> known.withPin(pin)),
                sql -> sql.changeOne(
                        """
                        UPDATE tools SET pinned = ?, classification = ?, approved_by = ?, approved_at = ?
                        WHERE tenant = ? AND server = ? AND name = ?""",
                        pin.map(p -> p.definition().json()),
                        pin.map(p -> p.classification().json()),
                        pin.map(Tool.Pin::approvedBy),
                        pin.map(Tool.Pin::approvedAt),
                        tenant,
                        tool.server(),
                        tool.name().text()));
        return new Plan<>(new Outcome.Done<>(tool), List.of(change, episode(tenant, tool, kind, tool.listed(), at)));
    }

    private static Change<RegistrySnapshot> listing(Name tenant, Name server, List<Tool> newly) {
        return Change.of(
                s -> changed(s, server, newly, (known, tool) -> known.withListed(tool.listed(), tool.ambiguous())),
                sql -> {
                    for (var tool : newly)
                        sql.changeOne(
                                """
                        INSERT INTO tools (tenant, server, name, listed, ambiguous) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (tenant, server, name)
                        DO UPDATE SET listed = excluded.listed, ambiguous = excluded.ambiguous""",
                                tenant,
                                server,
                                tool.name().text(),
                                tool.listed().map(Definition::json),
                                tool.ambiguous());
                });
    }

    /** With tools that are put in when they are new and merged into the known ones otherwise. */
    private static RegistrySnapshot changed(
            RegistrySnapshot now, Name server, List<Tool> newly, BinaryOperator<Tool> merge) {
        var tools = new HashMap<>(now.tools().getOrDefault(server, Map.of()));
        for (var tool : newly) tools.merge(tool.name(), tool, merge);
        return now.withToolsOf(server, Map.copyOf(tools));
    }

    private static Change<RegistrySnapshot> refusals(Name tenant, Name server, List<RefusedTool> refused) {
        return Change.of(s -> s.withRefused(server, List.copyOf(refused)), sql -> {
            sql.change("DELETE FROM refused_tools WHERE tenant = ? AND server = ?", tenant, server);
            for (int i = 0; i < refused.size(); i++)
                sql.changeOne(
                        "INSERT INTO refused_tools (tenant, server, place, shown, reason) VALUES (?, ?, ?, ?, ?)",
                        tenant,
                        server,
                        i,
                        refused.get(i).shown(),
                        refused.get(i).reason());
        });
    }

    private static Change<RegistrySnapshot> episode(
            Name tenant, Tool tool, Episode.Kind kind, Optional<Definition> definition, Instant at) {
        return Change.of(s -> s, sql -> saveEpisode(sql, tenant, tool, kind, definition, at));
    }

    private static void saveEpisode(
            Sql sql, Name tenant, Tool tool, Episode.Kind kind, Optional<Definition> definition, Instant at)
            throws SQLException {
        long seq = sql.rows(
                        "SELECT COALESCE(MAX(seq), 0) + 1 AS next FROM tool_episodes WHERE tenant = ? AND server = ?",
                        row -> row.integer("next"),
                        tenant,
                        tool.server())
                .getFirst();
        sql.changeOne("""
                INSERT INTO tool_episodes (tenant, server, seq, name, kind, definition, at)
                VALUES (?, ?, ?, ?, ?, ?, ?)""", tenant, tool.server(), seq, tool.name().text(), kind, definition.map(Definition::json), at);
        sql.change("""
                DELETE FROM tool_episodes
                WHERE tenant = ? AND server = ? AND seq <= ? AND kind NOT IN ('approved', 'withdrawn')""", tenant, tool.server(), seq - EPISODES_MAX);
    }
}
