package dev.writ.authority;

import dev.writ.authority.Approval.State;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Change;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Every change of a tenant's authority, as it is in memory and as it is in the database. */
final class Changes {
    private Changes() {}

    static Change<AuthoritySnapshot> opened(Name tenant, Task task) {
        return Change.of(s -> s.with(task), sql -> {
            sql.changeOne(
                    """
                            INSERT INTO tasks (tenant, id, purpose, person, agent, opened_by, opened_at, scope,
                                               call_budget, deadline, calls_leased, origin)
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)""",
                    tenant,
                    task.id(),
                    task.purpose(),
                    task.person(),
                    task.agent(),
                    task.openedBy(),
                    task.openedAt(),
                    task.scope().json(),
                    task.callBudget(),
                    task.deadline(),
                    task.origin().json());
            for (var label : task.labels())
                sql.changeOne(
                        "INSERT INTO task_labels (tenant, task, label) VALUES (?, ?, ?)", tenant, task.id(), label);
        });
    }

    /** @param leased what is left leased for the task itself */
    static Change<AuthoritySnapshot> passed(Name tenant, Id task, long leased, long calls) {
        return Change.of(
                s -> s.changeTask(task, before -> before.withPassed(leased, before.callsPassed() + calls)),
                sql -> sql.changeOne(
                        "UPDATE tasks SET calls_leased = ?, calls_passed = calls_passed + ? WHERE tenant = ? AND id = ?",
                        leased,
                        calls,
                        tenant,
                        task));
    }

    static Change<AuthoritySnapshot> returned(Name tenant, Id task, long calls) {
        return Change.of(
                s -> s.changeTask(
                        task, before -> before.withPassed(before.callsLeased(), before.callsPassed() - calls)),
                sql -> sql.change(
                        "UPDATE tasks SET calls_passed = calls_passed - ? WHERE tenant = ? AND id = ?",
                        calls,
                        tenant,
                        task));
    }

    static Change<AuthoritySnapshot> consented(Name tenant, Consent consent) {
        var pins = Json.object();
        for (var pin : new TreeMap<>(consent.pins()).entrySet())
            pins.put(pin.getKey(), pin.getValue().toString());
        return Change.of(
                s -> s.with(consent),
                sql -> sql.changeOne(
                        """
                        INSERT INTO consents (tenant, id, task, person, at, servers, categories, data, pins)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                        tenant,
                        consent.id(),
                        consent.task(),
                        consent.person(),
                        consent.at(),
                        Tables.array(consent.servers()),
                        Tables.array(consent.categories()),
                        Tables.array(consent.data()),
                        pins.build()));
    }

    /** Forgets in memory what is long over; the database keeps it. */
    static Change<AuthoritySnapshot> pruned(Instant now) {
        return Change.of(s -> s.pruned(now), _ -> {});
    }

    /** The task's end, and the end of every approval that it still had. */
    static Change<AuthoritySnapshot> ended(Name tenant, Id task, Task.End end) {
        return Change.of(
                s -> s.changeTask(task, before -> before.with(end))
                        .changeApprovals(approval -> approval.task().equals(task) ? voided(approval) : approval),
                sql -> {
                    sql.change("""
                            UPDATE tasks SET ending = ?, ended_by = ?, ended_at = ?, ended_why = ?
                            WHERE tenant = ? AND id = ? AND ending IS NULL""", end.ending(), end.by(), end.at(), end.why(), tenant, task);
                    sql.change("""
                            UPDATE approvals SET state = 'void'
                            WHERE tenant = ? AND task = ? AND state IN ('pending', 'approved')""", tenant, task);
                });
    }

    /** The end of every approval that a person has approved and that was not used. */
    static Change<AuthoritySnapshot> votesWithdrawn(Name tenant, Id person) {
        return Change.of(
                s -> s.changeApprovals(approval -> approvedBy(approval, person) ? voided(approval) : approval),
                sql -> sql.change("""
                        UPDATE approvals SET state = 'void'
                        WHERE tenant = ? AND state IN ('pending', 'approved') AND id IN (
                          SELECT approval FROM votes WHERE tenant = ? AND person = ? AND choice = 'approve')""", tenant, tenant, person));
    }

    static Change<AuthoritySnapshot> epoch(Name tenant) {
        return Change.of(s -> s.withEpoch(s.epoch() + 1), sql -> sql.changeOne("""
                        INSERT INTO epochs (tenant, epoch) VALUES (?, 1)
                        ON CONFLICT (tenant) DO UPDATE SET epoch = epochs.epoch + 1""", tenant));
    }

    static Change<AuthoritySnapshot> labelled(Name tenant, Id task, Set<Name> labels) {
        return Change.of(s -> s.changeTask(task, before -> before.withLabels(labels)), sql -> {
            for (var label : labels) sql.change("""
                        INSERT INTO task_labels (tenant, task, label) VALUES (?, ?, ?)
                        ON CONFLICT (tenant, task, label) DO NOTHING""", tenant, task, label);
        });
    }

    static Change<AuthoritySnapshot> leased(Name tenant, Id task, long calls) {
        return Change.of(
                s -> s.changeTask(task, before -> before.withLeased(calls)),
                sql -> sql.changeOne(
                        "UPDATE tasks SET calls_leased = ? WHERE tenant = ? AND id = ?", calls, tenant, task));
    }

    static Change<AuthoritySnapshot> asked(Name tenant, Approval approval, Json.Obj about) {
        return Change.of(s -> s.with(approval), sql -> {
            // Memory may have forgotten an earlier question that expired; the database allows one open one.
            sql.change("""
                    UPDATE approvals SET state = 'expired'
                    WHERE tenant = ? AND task = ? AND action = ? AND state IN ('pending', 'approved')
                      AND expires_at <= ?""", tenant, approval.task(), approval.action(), approval.requestedAt());
            sql.changeOne(
                    """
                    INSERT INTO approvals (tenant, id, action, task, agent, labels, rules, alternatives, parties,
                                           requested_at, expires_at, state, about, round)
                    SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, COUNT(*) FROM approvals
                    WHERE tenant = ? AND task = ? AND action = ?""",
                    tenant,
                    approval.id(),
                    approval.action(),
                    approval.task(),
                    approval.agent(),
                    Tables.array(approval.labels()),
                    Tables.rules(approval),
                    Tables.alternatives(approval),
                    Tables.parties(approval),
                    approval.requestedAt(),
                    approval.expiresAt(),
                    approval.state(),
                    about,
                    tenant,
                    approval.task(),
                    approval.action());
        });
    }

    static Change<AuthoritySnapshot> voted(Name tenant, Approval before, Vote vote) {
        var id = before.id();
        var after = before.with(vote).state();
        return Change.of(s -> s.changeApproval(id, approval -> approval.with(vote)), sql -> {
            sql.changeOne(
                    """
                    INSERT INTO votes (tenant, approval, person, choice, groups, proof, reason, at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                    tenant,
                    id,
                    vote.person(),
                    vote.choice(),
                    Tables.array(vote.groups()),
                    vote.proof(),
                    vote.reason(),
                    vote.at());
            sql.changeOne(
                    "UPDATE approvals SET state = ? WHERE tenant = ? AND id = ? AND state = 'pending'",
                    after,
                    tenant,
                    id);
        });
    }

    /** The one use of an approval: in the database a compare-and-set, so that two nodes cannot both succeed. */
    static Change<AuthoritySnapshot> consumed(Name tenant, Id approval) {
        return state(tenant, approval, State.APPROVED, State.CONSUMED);
    }

    static Change<AuthoritySnapshot> state(Name tenant, Id approval, State from, State to) {
        return Change.of(
                s -> s.changeApproval(approval, before -> before.with(to)),
                sql -> sql.changeOne(
                        "UPDATE approvals SET state = ? WHERE tenant = ? AND id = ? AND state = ?",
                        to,
                        tenant,
                        approval,
                        from));
    }

    static Change<AuthoritySnapshot> consentRevoked(Name tenant, Id task, Instant at) {
        return Change.of(
                s -> s.withoutConsent(task),
                sql -> sql.change(
                        "UPDATE consents SET revoked_at = ? WHERE tenant = ? AND task = ? AND revoked_at IS NULL",
                        at,
                        tenant,
                        task));
    }

    static Change<AuthoritySnapshot> suspended(Name tenant, Optional<Suspension> suspension) {
        var json = suspension.map(Suspension::json);
        return Change.of(s -> s.with(suspension), sql -> sql.changeOne("""
                        INSERT INTO epochs (tenant, epoch, suspension) VALUES (?, 1, ?)
                        ON CONFLICT (tenant) DO UPDATE SET suspension = excluded.suspension""", tenant, json));
    }

    static Change<AuthoritySnapshot> given(Name tenant, Mandate mandate) {
        return Change.of(
                s -> s.with(mandate),
                sql -> sql.changeOne(
                        """
                        INSERT INTO mandates (tenant, id, name, terms, giver, given_at, until, uses_max, used)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)""",
                        tenant,
                        mandate.id(),
                        mandate.name(),
                        mandate.terms().json(),
                        mandate.giver(),
                        mandate.givenAt(),
                        mandate.until(),
                        mandate.usesMax()));
    }

    /** One use of a mandate: in the database a compare-and-set, so that two nodes cannot both succeed. */
    static Change<AuthoritySnapshot> used(Name tenant, Mandate mandate, String event, Id task, Instant at) {
        return Change.of(s -> s.changeMandate(mandate.id(), Mandate::usedOnceMore), sql -> {
            sql.changeOne(
                    "UPDATE mandates SET used = used + 1 WHERE tenant = ? AND id = ? AND used = ? AND used < uses_max",
                    tenant,
                    mandate.id(),
                    mandate.used());
            sql.changeOne(
                    "INSERT INTO mandate_uses (tenant, mandate, event, task, at) VALUES (?, ?, ?, ?, ?)",
                    tenant,
                    mandate.id(),
                    event,
                    task,
                    at);
        });
    }

    static Change<AuthoritySnapshot> ended(Name tenant, Mandate mandate, Task.End end) {
        return Change.of(
                s -> s.changeMandate(mandate.id(), before -> before.with(end)),
                sql -> sql.change("""
                        UPDATE mandates SET ending = ?, ended_by = ?, ended_at = ?, ended_why = ?
                        WHERE tenant = ? AND id = ? AND ending IS NULL""", end.ending(), end.by(), end.at(), end.why(), tenant, mandate.id()));
    }

    static Change<AuthoritySnapshot> emergency(Name tenant, Emergency emergency) {
        return Change.of(
                s -> s.with(emergency),
                sql -> sql.changeOne(
                        """
                        INSERT INTO emergencies (tenant, id, terms, asked_by, asked_at, state)
                        VALUES (?, ?, ?, ?, ?, 'waiting')""",
                        tenant,
                        emergency.id(),
                        emergency.terms().json(),
                        emergency.askedBy(),
                        emergency.askedAt()));
    }

    static Change<AuthoritySnapshot> emergencyOpened(Name tenant, Emergency emergency) {
        var opened = emergency.opened().orElseThrow();
        return Change.of(
                s -> s.with(emergency),
                sql -> sql.changeOne("""
                        UPDATE emergencies SET state = 'opened', second = ?, opened_at = ?, task = ?
                        WHERE tenant = ? AND id = ? AND state = 'waiting'""", opened.by(), opened.at(), opened.task(), tenant, emergency.id()));
    }

    static Change<AuthoritySnapshot> reviewed(Name tenant, Emergency emergency) {
        var review = emergency.review().orElseThrow();
        return Change.of(
                s -> s.with(emergency),
                sql -> sql.changeOne("""
                        UPDATE emergencies SET state = 'reviewed', reviewed_by = ?, reviewed_at = ?, review = ?
                        WHERE tenant = ? AND id = ? AND state = 'opened'""", review.by(), review.at(), review.note(), tenant, emergency.id()));
    }

    private static Approval voided(Approval approval) {
        return switch (approval.state()) {
            case PENDING, APPROVED -> approval.with(State.VOID);
            case REFUSED, CONSUMED, EXPIRED, VOID -> approval;
        };
    }

    private static boolean approvedBy(Approval approval, Id person) {
        return approval.votes().stream()
                .anyMatch(vote -> vote.person().equals(person) && vote.choice() == Vote.Choice.APPROVE);
    }
}
