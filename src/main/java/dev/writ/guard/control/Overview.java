package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Rehearsal;
import dev.writ.ledger.Custody;
import dev.writ.ledger.Ledger;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.registry.Agent;
import dev.writ.registry.Group;
import dev.writ.registry.Registry;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import dev.writ.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How a tenant stands: figures, what to look after, and what would become of a call. Changes and records nothing. */
public final class Overview {
    private static final Duration SOON = Duration.ofDays(14);

    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final Ledger ledger;
    private final Vault vault;
    private final dev.writ.guard.Policies policies;
    private final Guard guard;
    private final Rehearsal rehearsal;
    private final InstantSource clock;

    Overview(Control.Parts parts, Directory directory) {
        this.directory = directory;
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.ledger = parts.ledger();
        this.vault = parts.vault();
        this.policies = parts.policies();
        this.guard = parts.guard();
        this.rehearsal = guard.rehearsal();
        this.clock = parts.clock();
    }

    public Reply<Json.Obj> status(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var tenant = caller.tenant();
            var snapshot = directory.of(caller);
            var given = authority.snapshot(tenant);
            var now = clock.instant();
            var bundle = policies.of(tenant).flatMap(LivePolicies::bundle);
            var log = Json.object()
                    .put("size", ledger.size(tenant))
                    .put("closedBecause", ledger.closedBecause())
                    // An insider with the log's keys could rewrite all from here on.
                    .put("unwitnessedFrom", ledger.witnessed(tenant))
                    .put("unwitnessed", ledger.unwitnessed(tenant))
                    .put("witnesses", new Json.Arr(witnesses(tenant)))
                    .put("keys", new Json.Arr(keys(tenant)));
            var turnedAway = guard.turnedAway(tenant);
            var counts = Json.object()
                    .put("agents", snapshot.agents().size())
                    .put("servers", snapshot.servers().size())
                    .put(
                            "tasksOpen",
                            given.tasks().values().stream()
                                    .filter(task -> task.open(now))
                                    .count())
                    .put("approvalsPending", given.pending(now).size())
                    .put("reviewsDue", emergencies(tenant, "opened"))
                    .put("reviewsOverdue", emergencies(tenant, "overdue"))
                    .put("agentsOverdue", overdue(tenant));
            return new Reply.Done<>(Json.object()
                    .put("tenant", tenant.text())
                    .put("state", given.suspension().isPresent() ? "suspended" : "active")
                    .put("ledger", log.build())
                    .put(
                            "policies",
                            Json.object()
                                    .put("bundle", bundle.map(b -> b.digest().toString()))
                                    .put(
                                            "count",
                                            bundle.map(b -> Policies.ids(b).size())
                                                    .orElse(0))
                                    .build())
                    .put("counts", counts.build())
                    .put(
                            "turnedAway",
                            Json.object()
                                    .put("withoutCredential", turnedAway.unknown())
                                    .put("repeatedRefusals", turnedAway.folded())
                                    .build())
                    .build());
        });
    }

    private long emergencies(Name tenant, String state) {
        var now = clock.instant();
        return authority.snapshot(tenant).emergencies().values().stream()
                .filter(each -> each.state(now).equals(state))
                .count();
    }

    private long overdue(Name tenant) {
        var now = clock.instant();
        return registry.snapshot(tenant).agents().values().stream()
                .filter(agent -> agent.status() == Agent.Status.ACTIVE && !agent.mayAct(now))
                .count();
    }

    /** What people put off until an auditor asks: the emergency that nobody looked at, the tenant that stands still. */
    private void put(Name tenant, List<Json.Obj> findings) {
        var given = authority.snapshot(tenant);
        given.suspension()
                .ifPresent(each -> findings.add(finding(
                        "warn",
                        "no agent may act: the tenant is suspended since " + each.at(),
                        each.why(),
                        "writ tenant resume")));
        for (var each : given.emergencies().values().stream()
                .sorted(Comparator.comparing(dev.writ.authority.Emergency::id))
                .toList()) {
            var state = each.state(clock.instant());
            if (!state.equals("opened") && !state.equals("overdue")) continue;
            findings.add(finding(
                    state.equals("overdue") ? "error" : "warn",
                    "the emergency " + each.id().brief() + " was not reviewed"
                            + (state.equals("overdue") ? ", and the review is overdue" : ""),
                    "somebody who did not open it must look at it by "
                            + each.reviewDue().orElseThrow(),
                    "writ break-glass review " + each.id().brief()));
        }
    }

    private List<Json> witnesses(Name tenant) {
        return ledger.heard(tenant).stream()
                .<Json>map(heard -> Json.object()
                        .put("name", heard.witness())
                        .put("url", heard.url())
                        .put("cosigned", heard.cosigned())
                        .put("trouble", heard.trouble())
                        .build())
                .toList();
    }

    private List<Json> keys(Name tenant) {
        return ledger.custody(tenant).map(Custody::keys).orElse(List.of()).stream()
                .<Json>map(key -> Json.object()
                        .put("algorithm", key.algorithm())
                        .put("custody", key.custody())
                        .build())
                .toList();
    }

    /** Says nothing while no token is in use: files are the default. */
    private void keys(Name tenant, List<Json.Obj> findings) {
        ledger.custody(tenant).filter(custody -> custody.token().isPresent()).ifPresent(custody -> {
            var token = custody.token().orElseThrow();
            var places = custody.keys().stream()
                    .map(key -> key.algorithm() + " in a " + key.custody())
                    .toList();
            findings.add(
                    custody.waitsForRotation()
                            ? finding(
                                    "warn",
                                    "the ledger signs with keys in files, although the settings name the token "
                                            + token,
                                    "whoever reads the data folder can sign as this ledger",
                                    "writ key prepare, tell witnesses and auditors, then writ key rotate")
                            : finding(
                                    "ok",
                                    "the ledger's keys: " + String.join(", ", places)
                                            + " (no token is known to have ML-DSA-44)",
                                    "",
                                    ""));
        });
    }

    private void witnesses(Name tenant, List<Json.Obj> findings) {
        if (ledger.heard(tenant).isEmpty())
            findings.add(finding(
                    "warn",
                    "nobody co-signs the ledger",
                    "whoever holds its keys and the disk could rewrite it unseen",
                    "name witnesses in the settings, or keep exports and checkpoints elsewhere: writ evidence export"));
        for (var heard : ledger.heard(tenant))
            if (!heard.trouble().isEmpty())
                findings.add(finding(
                        "warn",
                        "the witness " + heard.witness() + " does not co-sign",
                        heard.trouble(),
                        "see that it runs, is reached at " + heard.url() + ", and knows this log's keys"));
        ledger.unwitnessed(tenant)
                .ifPresent(why -> findings.add(finding(
                        "error",
                        "agents are blocked: the ledger is not witnessed",
                        why,
                        "see what the witnesses say")));
    }

    /** What somebody should look after. */
    public Reply<List<Json.Obj>> doctor(Caller.OfPerson caller, String custody) {
        return directory.reading(caller, () -> {
            var findings = new ArrayList<Json.Obj>();
            var tenant = caller.tenant();
            ledger.closedBecause()
                    .ifPresent(why -> findings.add(finding(
                            "error",
                            "the ledger takes no records",
                            why,
                            "make room on the disk or repair it, then restart Writ; until then nothing is permitted")));
            policies(tenant, findings);
            people(tenant, findings);
            agents(tenant, findings);
            servers(tenant, findings);
            put(tenant, findings);
            if (custody.equals("shared-user"))
                findings.add(finding(
                        "warn",
                        "custody: shared-user",
                        "agents that run as the same system user as Writ could read its keys",
                        "run Writ as a user of its own and set custody: separate"));
            keys(tenant, findings);
            witnesses(tenant, findings);
            if (findings.stream().noneMatch(each -> each.string("level").equals(Optional.of("error"))))
                findings.addFirst(finding("ok", "nothing stands in the way of work", "", ""));
            return new Reply.Done<>(List.copyOf(findings));
        });
    }

    private void policies(Name tenant, List<Json.Obj> findings) {
        var bundle = policies.of(tenant).flatMap(LivePolicies::bundle);
        if (bundle.isEmpty()) {
            findings.add(finding("error", "no policies are in force", "nothing is permitted", "writ policy publish"));
            return;
        }
        for (var guardrail :
                List.of("guard-agent-in-good-standing", "guard-consent", "guard-data-of-the-task", "guard-rule-of-two"))
            if (!Policies.ids(bundle.get()).contains(guardrail))
                findings.add(finding(
                        "warn",
                        "the guardrail " + guardrail + " is not in force",
                        "somebody took it out of the policies",
                        "put it back unless that was meant"));
    }

    private void people(Name tenant, List<Json.Obj> findings) {
        var snapshot = registry.snapshot(tenant);
        long admins = snapshot.people().keySet().stream()
                .filter(person -> snapshot.activeMember(Group.ADMIN, person))
                .count();
        if (admins < 2)
            findings.add(finding(
                    "warn",
                    "there is only one administrator",
                    "nobody can help when that person is away",
                    "name another one: writ group add role-admin PERSON"));
        for (var group : snapshot.groups().values()) {
            if (group.kind() != Group.Kind.PEOPLE || group.name().text().startsWith(Resources.ROLE)) continue;
            long members = snapshot.people().keySet().stream()
                    .filter(person -> snapshot.activeMember(group.name(), person))
                    .count();
            if (members < group.quorum())
                findings.add(finding(
                        "warn",
                        "the group " + group.name() + " cannot approve anything",
                        "it has " + members + " active members and a quorum of " + group.quorum(),
                        "add members: writ group add " + group.name() + " PERSON"));
        }
    }

    private void agents(Name tenant, List<Json.Obj> findings) {
        var snapshot = registry.snapshot(tenant);
        var now = clock.instant();
        for (var agent : snapshot.agents().values().stream()
                .sorted(Comparator.comparing(Agent::name))
                .toList()) {
            if (agent.status() == Agent.Status.RETIRED) continue;
            if (snapshot.person(agent.owner()).filter(owner -> owner.active()).isEmpty())
                findings.add(finding(
                        "error",
                        "the agent " + agent.name() + " has no active owner",
                        "it may do nothing",
                        "give it another owner: writ agent reassign " + agent.name() + " --owner PERSON"));
            if (agent.recertifyBy().isBefore(now.plus(SOON)))
                findings.add(finding(
                        "warn",
                        "the agent " + agent.name() + " must be confirmed by " + agent.recertifyBy(),
                        "after that it may do nothing",
                        "writ agent recertify " + agent.name()));
        }
    }

    private void servers(Name tenant, List<Json.Obj> findings) {
        var snapshot = registry.snapshot(tenant);
        var secrets = vault.names(tenant);
        for (var server : snapshot.servers().values().stream()
                .sorted(Comparator.comparing(Server::name))
                .toList()) {
            for (var credential : server.credentials())
                if (!secrets.contains(credential.name()))
                    findings.add(finding(
                            "error",
                            "the server " + server.name() + " names the secret " + credential.name()
                                    + ", which is not there",
                            "its calls stop before they are sent",
                            "writ secret put " + credential.name()));
            for (var tool : snapshot.toolsOf(server.name()))
                if (tool.state() == Tool.State.QUARANTINED)
                    findings.add(finding(
                            "warn",
                            "the tool " + tool.reference() + " is quarantined",
                            "its definition is not the one that was approved",
                            "look at what changed: writ server diff " + server.name() + " " + tool.name()));
        }
    }

    private static Json.Obj finding(String level, String what, String why, String next) {
        return Json.object()
                .put("level", level)
                .put("what", what)
                .put("why", why)
                .put("next", next)
                .build();
    }

    /** A call to be rehearsed; without a task the agent's newest open one that holds the server is taken. */
    public record Call(Name agent, Optional<String> task, Name server, String tool, Json.Obj arguments) {}

    /** What would become of a call now. */
    public Reply<Json.Obj> can(Caller.OfPerson caller, Call call) {
        return directory.reading(caller, () -> {
            var tenant = caller.tenant();
            var tasks = authority.snapshot(tenant).tasks();
            if (directory.of(caller).agent(call.agent()).isEmpty()) return new Reply.NotFound<>("agent with that name");
            if (call.task().isPresent())
                return Directory.id("task", tasks.keySet(), call.task().get())
                        .map(task -> foretold(rehearsal.call(
                                tenant, call.agent(), task, call.server(), call.tool(), call.arguments())));
            var newest = tasks.values().stream()
                    .filter(task -> task.agent().equals(call.agent())
                            && task.open(clock.instant())
                            && task.scope().allowsServer(call.server()))
                    .max(Comparator.comparing(task -> task.id()));
            if (newest.isEmpty())
                return new Reply.Done<>(foretold(new Rehearsal.Foretold(
                        "absent", List.of(), List.of(), "the agent has no open task that holds this server")));
            return new Reply.Done<>(foretold(rehearsal.call(
                            tenant, call.agent(), newest.get().id(), call.server(), call.tool(), call.arguments()))
                    .with("task", Json.of(newest.get().id().text())));
        });
    }

    private static Json.Obj foretold(Rehearsal.Foretold foretold) {
        var answer = Json.object()
                .put("verdict", foretold.verdict())
                .put("policies", foretold.policies())
                .put("why", foretold.why());
        if (!foretold.of().isEmpty())
            answer.put(
                    "of",
                    new Json.Arr(foretold.of().stream()
                            .<Json>map(set -> Json.Arr.ofStrings(new java.util.TreeSet<>(set)))
                            .toList()));
        return answer.build();
    }
}
