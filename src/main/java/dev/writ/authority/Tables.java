package dev.writ.authority;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Row;
import dev.writ.store.Schema;
import dev.writ.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Authority's tables, and how snapshots are read out of them. */
final class Tables {
    static final Schema SCHEMA = new Schema("authority", List.of("""
            CREATE TABLE epochs (tenant text PRIMARY KEY, epoch bigint NOT NULL);
            CREATE TABLE tasks (
              tenant text NOT NULL, id text NOT NULL, purpose text NOT NULL, person text NOT NULL, agent text NOT NULL,
              opened_by text NOT NULL, opened_at bigint NOT NULL, scope text NOT NULL, call_budget bigint NOT NULL,
              deadline bigint NOT NULL, calls_leased bigint NOT NULL, ending text, ended_by text, ended_at bigint,
              ended_why text,
              PRIMARY KEY (tenant, id));
            CREATE INDEX tasks_by_end ON tasks (tenant, ended_at);
            CREATE TABLE task_labels (
              tenant text NOT NULL, task text NOT NULL, label text NOT NULL,
              PRIMARY KEY (tenant, task, label));
            CREATE TABLE consents (
              tenant text NOT NULL, id text NOT NULL, task text NOT NULL, person text NOT NULL, at bigint NOT NULL,
              servers text NOT NULL, categories text NOT NULL, data text NOT NULL, pins text NOT NULL,
              PRIMARY KEY (tenant, task));
            CREATE TABLE approvals (
              tenant text NOT NULL, id text NOT NULL, action text NOT NULL, task text NOT NULL, agent text NOT NULL,
              labels text NOT NULL, rules text NOT NULL, alternatives text NOT NULL, parties text NOT NULL,
              round bigint NOT NULL, requested_at bigint NOT NULL, expires_at bigint NOT NULL, state text NOT NULL,
              about text NOT NULL,
              PRIMARY KEY (tenant, id));
            CREATE INDEX approvals_by_task ON approvals (tenant, task);
            CREATE UNIQUE INDEX approvals_open ON approvals (tenant, task, action)
              WHERE state IN ('pending', 'approved');
            CREATE TABLE votes (
              tenant text NOT NULL, approval text NOT NULL, person text NOT NULL, choice text NOT NULL,
              groups text NOT NULL, proof text NOT NULL, reason text NOT NULL, at bigint NOT NULL,
              PRIMARY KEY (tenant, approval, person));
            CREATE INDEX votes_by_person ON votes (tenant, person)""", """
            ALTER TABLE tasks ADD COLUMN calls_used bigint NOT NULL DEFAULT 0""", """
            ALTER TABLE tasks ADD COLUMN calls_passed bigint NOT NULL DEFAULT 0;
            ALTER TABLE tasks ADD COLUMN origin text NOT NULL DEFAULT '{}';
            ALTER TABLE consents ADD COLUMN revoked_at bigint;
            ALTER TABLE epochs ADD COLUMN suspension text;
            CREATE TABLE mandates (
              tenant text NOT NULL, id text NOT NULL, name text NOT NULL, terms text NOT NULL, giver text NOT NULL,
              given_at bigint NOT NULL, until bigint NOT NULL, uses_max bigint NOT NULL, used bigint NOT NULL,
              ending text, ended_by text, ended_at bigint, ended_why text,
              PRIMARY KEY (tenant, id));
            CREATE TABLE mandate_uses (
              tenant text NOT NULL, mandate text NOT NULL, event text NOT NULL, task text NOT NULL,
              at bigint NOT NULL,
              PRIMARY KEY (tenant, mandate, event));
            CREATE TABLE emergencies (
              tenant text NOT NULL, id text NOT NULL, terms text NOT NULL, asked_by text NOT NULL,
              asked_at bigint NOT NULL, state text NOT NULL, second text, opened_at bigint, task text,
              reviewed_by text, reviewed_at bigint, review text,
              PRIMARY KEY (tenant, id))"""));

    private Tables() {}

    static Map<Name, AuthoritySnapshot> load(Sql sql, Instant since) throws SQLException {
        var found = new HashMap<Name, AuthoritySnapshot>();
        for (var tenant : sql.rows("""
                        SELECT tenant FROM tasks UNION SELECT tenant FROM epochs UNION SELECT tenant FROM mandates
                        UNION SELECT tenant FROM emergencies""", row -> row.name("tenant"))) found.put(tenant, snapshot(sql, tenant, since));
        return found;
    }

    private static AuthoritySnapshot snapshot(Sql sql, Name tenant, Instant since) throws SQLException {
        var labels = new HashMap<Id, Set<Name>>();
        sql.rows(
                """
                SELECT l.task, l.label FROM task_labels l JOIN tasks t ON t.tenant = l.tenant AND t.id = l.task
                WHERE l.tenant = ? AND (t.ended_at IS NULL OR t.ended_at >= ?)""",
                row -> labels.computeIfAbsent(row.id("task"), _ -> new HashSet<>())
                        .add(row.name("label")),
                tenant,
                since);
        var tasks = sql
                .rows(
                        "SELECT * FROM tasks WHERE tenant = ? AND (ended_at IS NULL OR ended_at >= ?)",
                        row -> task(row, labels),
                        tenant,
                        since)
                .stream()
                .collect(Collectors.toUnmodifiableMap(Task::id, task -> task));
        long epoch = sql.row("SELECT epoch FROM epochs WHERE tenant = ?", row -> row.integer("epoch"), tenant)
                .orElse(0L);
        var suspension = sql.row(
                        "SELECT suspension FROM epochs WHERE tenant = ?",
                        row -> row.optionalText("suspension").isEmpty()
                                ? Optional.<Suspension>empty()
                                : Optional.of(Suspension.of(row.object("suspension"))),
                        tenant)
                .flatMap(each -> each);
        var snapshot = new AuthoritySnapshot(
                epoch,
                tasks,
                consents(sql, tenant, tasks),
                Map.of(),
                Map.of(),
                StandingTables.mandates(sql, tenant, since),
                StandingTables.emergencies(sql, tenant, since),
                suspension);
        return snapshot.withAll(approvals(sql, tenant, since, tasks));
    }

    private static Map<Id, Consent> consents(Sql sql, Name tenant, Map<Id, Task> tasks) throws SQLException {
        return sql
                .rows("SELECT * FROM consents WHERE tenant = ? AND revoked_at IS NULL", Tables::consent, tenant)
                .stream()
                .filter(consent -> tasks.containsKey(consent.task()))
                .collect(Collectors.toUnmodifiableMap(Consent::task, consent -> consent));
    }

    private static List<Approval> approvals(Sql sql, Name tenant, Instant since, Map<Id, Task> tasks)
            throws SQLException {
        var votes = new HashMap<Id, List<Vote>>();
        sql.rows(
                """
                SELECT v.* FROM votes v JOIN approvals a ON a.tenant = v.tenant AND a.id = v.approval
                WHERE v.tenant = ? AND a.expires_at >= ? ORDER BY v.at, v.person""",
                row -> votes.computeIfAbsent(row.id("approval"), _ -> new ArrayList<>())
                        .add(vote(row)),
                tenant,
                since);
        return sql
                .rows(
                        "SELECT * FROM approvals WHERE tenant = ? AND expires_at >= ? ORDER BY round",
                        row -> approval(row, votes),
                        tenant,
                        since)
                .stream()
                .filter(approval -> tasks.containsKey(approval.task()))
                .toList();
    }

    private static Task task(Row row, Map<Id, Set<Name>> labels) throws SQLException {
        var id = row.id("id");
        return new Task(
                id,
                row.text("purpose"),
                row.id("person"),
                row.name("agent"),
                row.id("opened_by"),
                row.instant("opened_at"),
                Scope.of(row.object("scope")),
                row.integer("call_budget"),
                row.instant("deadline"),
                labels.getOrDefault(id, Set.of()),
                row.integer("calls_leased"),
                row.integer("calls_passed"),
                Origin.of(row.object("origin")),
                end(row));
    }

    static Optional<Task.End> end(Row row) throws SQLException {
        if (row.optionalText("ending").isEmpty()) return Optional.empty();
        return Optional.of(new Task.End(
                row.choice("ending", Task.Ending.class),
                row.optionalId("ended_by"),
                row.instant("ended_at"),
                row.text("ended_why")));
    }

    private static Consent consent(Row row) throws SQLException {
        var pins = new HashMap<String, Digest>();
        var written = row.object("pins");
        for (var tool : written.members().keySet())
            pins.put(tool, Digest.parse(written.string(tool).orElse("")));
        return new Consent(
                row.id("id"),
                row.id("task"),
                row.id("person"),
                row.instant("at"),
                names(row, "servers"),
                names(row, "categories"),
                names(row, "data"),
                pins);
    }

    private static Approval approval(Row row, Map<Id, List<Vote>> votes) throws SQLException {
        var id = row.id("id");
        var rules = objects(row, "rules").stream()
                .map(GroupRule::of)
                .collect(Collectors.toUnmodifiableMap(GroupRule::name, rule -> rule));
        var alternatives = objects(row, "alternatives").stream()
                .map(each -> Scope.names(each.strings("groups")))
                .collect(Collectors.toUnmodifiableSet());
        var parties =
                row.object("parties").strings("values").stream().map(Id::new).collect(Collectors.toUnmodifiableSet());
        return new Approval(
                id,
                row.digest("action"),
                row.id("task"),
                row.name("agent"),
                names(row, "labels"),
                rules,
                alternatives,
                parties,
                row.instant("requested_at"),
                row.instant("expires_at"),
                row.choice("state", Approval.State.class),
                votes.getOrDefault(id, List.of()));
    }

    private static Vote vote(Row row) throws SQLException {
        return new Vote(
                row.id("person"),
                row.choice("choice", Vote.Choice.class),
                names(row, "groups"),
                row.choice("proof", Proof.class),
                row.text("reason"),
                row.instant("at"));
    }

    // Lists are written as objects with one member, so that a later version can add others.

    static Json.Obj array(Set<Name> names) {
        return Json.object().put("values", Scope.texts(names)).build();
    }

    static Json.Obj rules(Approval approval) {
        var rules = approval.rules().values().stream()
                .sorted(Comparator.comparing(GroupRule::name))
                .<Json>map(GroupRule::json)
                .toList();
        return Json.object().put("values", new Json.Arr(rules)).build();
    }

    static Json.Obj alternatives(Approval approval) {
        var sets = approval.alternatives().stream()
                .<Json>map(groups ->
                        Json.object().put("groups", Scope.texts(groups)).build())
                .toList();
        return Json.object().put("values", new Json.Arr(sets)).build();
    }

    static Json.Obj parties(Approval approval) {
        return Json.object()
                .put(
                        "values",
                        approval.parties().stream().sorted().map(Id::text).toList())
                .build();
    }

    private static Set<Name> names(Row row, String column) throws SQLException {
        return Scope.names(row.object(column).strings("values"));
    }

    private static List<Json.Obj> objects(Row row, String column) throws SQLException {
        var found = new ArrayList<Json.Obj>();
        for (var item : row.object(column)
                .array("values")
                .orElse(new Json.Arr(List.of()))
                .items()) if (item instanceof Json.Obj object) found.add(object);
        return found;
    }
}
