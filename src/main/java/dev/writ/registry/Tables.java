package dev.writ.registry;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Row;
import dev.writ.store.Schema;
import dev.writ.store.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The registry's tables, and how snapshots are read out of them. */
final class Tables {
    static final Schema SCHEMA = new Schema("registry", List.of("""
            CREATE TABLE tenants (name text PRIMARY KEY, created_at bigint NOT NULL);
            CREATE TABLE people (
              tenant text NOT NULL, id text NOT NULL, display_name text NOT NULL, email text NOT NULL,
              active bigint NOT NULL,
              PRIMARY KEY (tenant, id));
            CREATE TABLE groups (
              tenant text NOT NULL, name text NOT NULL, kind text NOT NULL, quorum bigint NOT NULL,
              proof text NOT NULL, separation bigint NOT NULL,
              PRIMARY KEY (tenant, name));
            CREATE TABLE members (
              tenant text NOT NULL, grp text NOT NULL, member text NOT NULL,
              PRIMARY KEY (tenant, grp, member));
            CREATE TABLE agents (
              tenant text NOT NULL, name text NOT NULL, owner text NOT NULL, purpose text NOT NULL,
              status text NOT NULL, model_tier bigint NOT NULL, recertify_by bigint NOT NULL,
              registered_at bigint NOT NULL,
              PRIMARY KEY (tenant, name));
            CREATE TABLE servers (
              tenant text NOT NULL, name text NOT NULL, transport text NOT NULL, trust bigint NOT NULL,
              status text NOT NULL, credentials text NOT NULL, registered_by text NOT NULL,
              registered_at bigint NOT NULL,
              PRIMARY KEY (tenant, name));
            CREATE TABLE tools (
              tenant text NOT NULL, server text NOT NULL, name text NOT NULL, listed text, ambiguous bigint NOT NULL,
              pinned text, classification text, approved_by text, approved_at bigint,
              PRIMARY KEY (tenant, server, name));
            CREATE TABLE refused_tools (
              tenant text NOT NULL, server text NOT NULL, place bigint NOT NULL, shown text NOT NULL,
              reason text NOT NULL,
              PRIMARY KEY (tenant, server, place));
            CREATE TABLE tool_episodes (
              tenant text NOT NULL, server text NOT NULL, seq bigint NOT NULL, name text NOT NULL, kind text NOT NULL,
              definition text, at bigint NOT NULL,
              PRIMARY KEY (tenant, server, seq))""", "ALTER TABLE servers ADD COLUMN access text"));

    private Tables() {}

    static Map<Name, RegistrySnapshot> load(Sql sql) throws SQLException {
        var found = new HashMap<Name, RegistrySnapshot>();
        for (var tenant : sql.rows("SELECT name FROM tenants", row -> row.name("name")))
            found.put(tenant, snapshot(sql, tenant));
        return found;
    }

    private static RegistrySnapshot snapshot(Sql sql, Name tenant) throws SQLException {
        var snapshot = RegistrySnapshot.EMPTY
                .withPeople(all(sql, "people", tenant, Tables::person, Person::id))
                .withGroups(groups(sql, tenant))
                .withAgents(all(sql, "agents", tenant, Tables::agent, Agent::name))
                .withServers(all(sql, "servers", tenant, Tables::server, Server::name));
        var tools = sql.rows("SELECT * FROM tools WHERE tenant = ?", Tables::tool, tenant).stream()
                .collect(Collectors.groupingBy(Tool::server));
        for (var server : tools.entrySet())
            snapshot = snapshot.withToolsOf(server.getKey(), byKey(server.getValue(), Tool::name));
        for (var server : refused(sql, tenant).entrySet())
            snapshot = snapshot.withRefused(server.getKey(), List.copyOf(server.getValue()));
        return snapshot;
    }

    private static <K, V> Map<K, V> all(Sql sql, String table, Name tenant, Row.Reader<V> reader, Function<V, K> key)
            throws SQLException {
        return byKey(sql.rows("SELECT * FROM " + table + " WHERE tenant = ?", reader, tenant), key);
    }

    private static <K, V> Map<K, V> byKey(List<V> values, Function<V, K> key) {
        return values.stream().collect(Collectors.toUnmodifiableMap(key, Function.identity()));
    }

    private static Map<Name, Group> groups(Sql sql, Name tenant) throws SQLException {
        var members = new HashMap<Name, Set<String>>();
        sql.rows(
                "SELECT grp, member FROM members WHERE tenant = ?",
                row -> members.computeIfAbsent(row.name("grp"), _ -> new HashSet<>())
                        .add(row.text("member")),
                tenant);
        return all(sql, "groups", tenant, row -> group(row, members), Group::name);
    }

    private static Group group(Row row, Map<Name, Set<String>> members) throws SQLException {
        var name = row.name("name");
        return new Group(
                name,
                row.choice("kind", Group.Kind.class),
                (int) row.integer("quorum"),
                row.choice("proof", Proof.class),
                row.flag("separation"),
                members.getOrDefault(name, Set.of()));
    }

    private static Person person(Row row) throws SQLException {
        return new Person(row.id("id"), row.text("display_name"), row.text("email"), row.flag("active"));
    }

    private static Agent agent(Row row) throws SQLException {
        return new Agent(
                row.name("name"),
                row.id("owner"),
                row.text("purpose"),
                row.choice("status", Agent.Status.class),
                (int) row.integer("model_tier"),
                row.instant("recertify_by"),
                row.instant("registered_at"));
    }

    private static Server server(Row row) throws SQLException {
        return new Server(
                row.name("name"),
                Transport.of(row.object("transport")),
                (int) row.integer("trust"),
                row.choice("status", Server.Status.class),
                credentials(row.text("credentials")),
                row.optionalText("access").isEmpty() ? Access.SECRETS : Access.of(row.object("access")),
                row.id("registered_by"),
                row.instant("registered_at"));
    }

    static String credentials(List<Server.Credential> credentials) {
        return new Json.Arr(
                        credentials.stream().<Json>map(Server.Credential::json).toList())
                .text();
    }

    private static List<Server.Credential> credentials(String text) {
        return ((Json.Arr) JsonReader.read(text))
                .items().stream()
                        .map(item -> Server.Credential.of((Json.Obj) item))
                        .toList();
    }

    private static Tool tool(Row row) throws SQLException {
        Optional<Definition> listed = row.optionalText("listed").isPresent()
                ? Optional.of(Definition.of(row.object("listed")))
                : Optional.empty();
        return new Tool(row.name("server"), new ToolName(row.text("name")), listed, pin(row), row.flag("ambiguous"));
    }

    private static Optional<Tool.Pin> pin(Row row) throws SQLException {
        if (row.optionalText("pinned").isEmpty()) return Optional.empty();
        return Optional.of(new Tool.Pin(
                Definition.of(row.object("pinned")),
                Classification.of(row.object("classification")),
                row.id("approved_by"),
                row.instant("approved_at")));
    }

    private static Map<Name, List<RefusedTool>> refused(Sql sql, Name tenant) throws SQLException {
        var found = new HashMap<Name, List<RefusedTool>>();
        sql.rows(
                "SELECT server, shown, reason FROM refused_tools WHERE tenant = ? ORDER BY server, place",
                row -> found.computeIfAbsent(row.name("server"), _ -> new ArrayList<>())
                        .add(new RefusedTool(row.text("shown"), row.text("reason"))),
                tenant);
        return found;
    }
}
