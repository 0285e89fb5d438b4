package dev.writ.admin;

import static dev.writ.admin.Endpoint.get;
import static dev.writ.admin.Endpoint.order;
import static dev.writ.admin.Endpoint.post;

import dev.writ.base.Json;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Evidence;
import dev.writ.guard.control.Overview;
import dev.writ.guard.control.Resource;
import dev.writ.guard.control.Resources;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What goes on: tasks, questions to people, decisions and their evidence, and how the installation stands. */
final class WorkEndpoints {
    private static final Set<String> VERDICTS = Set.of("permit", "deny", "hold");

    private final Control control;
    private final Installation installation;

    WorkEndpoints(Control control, Installation installation) {
        this.control = control;
        this.installation = installation;
    }

    List<Endpoint> all() {
        var all = new ArrayList<Endpoint>();
        all.addAll(overview());
        all.addAll(tasks());
        all.addAll(approvals());
        all.addAll(decisions());
        all.addAll(evidence());
        all.addAll(logKeys());
        return all;
    }

    private List<Endpoint> overview() {
        return List.of(
                get("/status", "How the installation stands", this::status),
                get("/doctor", "What somebody should look after", this::doctor),
                post(
                        "/can",
                        "What would become of a call; nothing is recorded or charged",
                        "agent, task, server, tool, arguments",
                        this::can));
    }

    private Answer status(Asked asked) {
        return Answers.document(control.overview().status(asked.caller()).map(status -> {
            var whole = Json.object()
                    .put("version", installation.version())
                    .put("node", installation.node())
                    .put("custody", installation.custody())
                    .put("listen", installation.listen().get())
                    .put("started", installation.started().toString());
            status.members().forEach(whole::put);
            return whole.build();
        }));
    }

    private Answer doctor(Asked asked) {
        return Answers.document(control.overview()
                .doctor(asked.caller(), installation.custody())
                .map(findings -> Json.object()
                        .put("findings", new Json.Arr(withTls(findings)))
                        .build()));
    }

    private List<Json> withTls(List<Json.Obj> findings) {
        var all = new ArrayList<Json>(findings);
        installation
                .tls()
                .get()
                .ifPresent(why -> all.add(Json.object()
                        .put("level", "warn")
                        .put("what", "the listener's TLS")
                        .put("why", why)
                        .put("next", "put good files in their place; Writ takes them up by itself")
                        .build()));
        return all;
    }

    private Answer can(Asked asked) {
        var call = asked.form(
                Set.of("agent", "task", "server", "tool", "arguments"),
                form -> new Overview.Call(
                        form.name("agent"),
                        form.textIf("task"),
                        form.name("server"),
                        form.text("tool"),
                        form.has("arguments") ? form.object("arguments") : Json.Obj.EMPTY));
        return Answers.document(control.overview().can(asked.caller(), call));
    }

    private List<Endpoint> tasks() {
        var tasks = control.tasks();
        return List.of(
                get(
                                "/tasks",
                                "Tasks, open and lately ended",
                                a -> Answers.items(tasks.all(a.caller(), a.query("state"))))
                        .asking("state"),
                post(
                        "/tasks",
                        "Open a task with the consent of the person it is for",
                        "Task",
                        a -> Answers.created(tasks.open(a.caller(), a.resource(Resource.Task.class)))),
                get("/tasks/{id}", "A task", a -> Answers.document(tasks.one(a.caller(), a.path("id")))),
                post(
                        "/tasks/{id}/revoke",
                        "End a task now",
                        "reason",
                        a -> Answers.document(tasks.revoke(a.caller(), a.path("id"), a.reason()))),
                post(
                                "/tasks/{id}/complete",
                                "End a task whose purpose is fulfilled",
                                "reason",
                                a -> Answers.document(tasks.complete(a.caller(), a.path("id"), a.reason())))
                        .alsoOfAgents((request, agent) -> Answers.document(tasks.complete(
                                agent,
                                request.parameter("id"),
                                Asked.form(request, Set.of("reason"), form -> form.text("reason"))))),
                delegation(),
                order(
                        "POST",
                        "/tasks/{id}/keys",
                        "Make a key for the task's agent, shown once",
                        a -> Answers.created(tasks.issueKey(a.caller(), a.path("id")))));
    }

    /** For the agent whose task it is, and for people. */
    private Endpoint delegation() {
        var delegations = control.delegations();
        return post(
                        "/tasks/{id}/delegations",
                        "Pass a part of a task on to another agent",
                        "agent, scope, calls, for or until",
                        a -> Answers.created(delegations.delegate(a.caller(), a.path("id"), part(a.request()))))
                .alsoOfAgents((request, agent) ->
                        Answers.created(delegations.delegate(agent, request.parameter("id"), part(request))));
    }

    private static Resource.Delegation part(Request request) {
        return Asked.form(request, Set.of("agent", "scope", "calls", "for", "until"), Resources::delegation);
    }

    private List<Endpoint> approvals() {
        var approvals = control.approvals();
        return List.of(
                get(
                                "/approvals",
                                "Questions to people",
                                a -> Answers.items(approvals.all(a.caller(), a.query("state"))))
                        .asking("state"),
                get(
                        "/approvals/{id}",
                        "A question with everything that a yes would bind",
                        a -> Answers.document(approvals.one(a.caller(), a.path("id")))),
                post("/approvals/{id}/approve", "Say yes", "reason", a -> vote(a, true)),
                post("/approvals/{id}/refuse", "Say no", "reason", a -> vote(a, false)));
    }

    private Answer vote(Asked asked, boolean approve) {
        var reason = asked.request().body().length == 0
                ? ""
                : asked.form(Set.of("reason"), form -> form.textIf("reason").orElse(""));
        return Answers.document(control.approvals().vote(asked.caller(), asked.path("id"), approve, reason));
    }

    private List<Endpoint> decisions() {
        return List.of(
                get("/decisions", "Decisions in the order of the log", this::decisions)
                        .asking("limit", "after", "agent", "task", "verdict"),
                get(
                        "/decisions/{id}",
                        "Every record of a decision",
                        a -> Answers.document(control.evidence().decision(a.caller(), a.path("id")))));
    }

    private Answer decisions(Asked asked) {
        long limit = asked.number("limit").orElse(100L);
        if (limit < 1 || limit > Evidence.LIMIT_MAX) throw Problem.invalid("a limit is 1 to " + Evidence.LIMIT_MAX);
        var after = asked.number("after");
        if (after.filter(index -> index < -1).isPresent()) throw Problem.invalid("after is the index of a record");
        var verdict = asked.query("verdict");
        if (verdict.filter(v -> !VERDICTS.contains(v)).isPresent())
            throw Problem.invalid("a verdict is permit, deny or hold");
        var wanted = new Evidence.Wanted((int) limit, after, asked.query("agent"), asked.query("task"), verdict);
        return Answers.document(control.evidence().decisions(asked.caller(), wanted));
    }

    private List<Endpoint> logKeys() {
        var keys = control.logKeys();
        return List.of(
                order(
                        "POST",
                        "/evidence/keys/prepare",
                        "Make the log's next keys",
                        a -> Answers.document(keys.prepare(a.caller()))),
                order(
                        "POST",
                        "/evidence/keys/rotate",
                        "Sign with the next keys and destroy the old ones",
                        a -> Answers.document(keys.rotate(a.caller()))),
                post(
                        "/evidence/keys/compromised",
                        "Change the log's keys and say from where the old ones are not to be believed",
                        "from",
                        a -> Answers.document(keys.compromised(a.caller(), from(a)))));
    }

    private static Optional<Long> from(Asked asked) {
        if (asked.request().body().length == 0) return Optional.empty();
        return asked.form(
                Set.of("from"), form -> form.has("from") ? Optional.of(form.number("from", -1)) : Optional.empty());
    }

    private List<Endpoint> evidence() {
        var evidence = control.evidence();
        return List.of(
                get(
                                "/evidence/{decision}/receipt",
                                "A receipt that verifies offline",
                                a -> Answers.bytes(
                                        "application/json",
                                        evidence.receipt(a.caller(), a.path("decision"), a.flag("disclose"))))
                        .asking("disclose"),
                get(
                        "/evidence/{decision}/who-authorised",
                        "Who authorised it, in one sentence",
                        a -> Answers.document(evidence.whoAuthorised(a.caller(), a.path("decision")))),
                get("/evidence/trust", "The keys that verify the log", a -> Answers.text(evidence.trust(a.caller()))),
                order(
                        "POST",
                        "/evidence/checkpoint",
                        "A signed head of the log as it is now",
                        a -> Answers.text(evidence.checkpoint(a.caller()))),
                get(
                        "/evidence/export",
                        "The whole log as a zip file",
                        a -> Answers.bytes("application/zip", evidence.export(a.caller()))));
    }
}
