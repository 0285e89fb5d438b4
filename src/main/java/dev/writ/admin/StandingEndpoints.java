package dev.writ.admin;

import static dev.writ.admin.Endpoint.get;
import static dev.writ.admin.Endpoint.order;
import static dev.writ.admin.Endpoint.post;

import dev.writ.guard.control.Control;
import dev.writ.guard.control.Resource;
import dev.writ.guard.control.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What stands beside tasks: mandates, emergencies, consents, keys, the tenant; and what becomes of agents over time. */
final class StandingEndpoints {
    private final Control control;

    StandingEndpoints(Control control) {
        this.control = control;
    }

    List<Endpoint> all() {
        var all = new ArrayList<Endpoint>();
        all.addAll(mandates());
        all.addAll(emergencies());
        all.addAll(revocations());
        all.addAll(lifecycle());
        return all;
    }

    private List<Endpoint> mandates() {
        var mandates = control.mandates();
        return List.of(
                get("/mandates", "Mandates", a -> Answers.items(mandates.all(a.caller()))),
                post(
                        "/mandates",
                        "Give a mandate in one's own name",
                        "Mandate",
                        a -> Answers.created(mandates.give(a.caller(), a.resource(Resource.Mandate.class)))),
                get("/mandates/{id}", "A mandate", a -> Answers.document(mandates.one(a.caller(), a.path("id")))),
                post(
                        "/mandates/{id}/tasks",
                        "Open a task under a mandate, once for each event",
                        "event",
                        a -> Answers.created(mandates.use(
                                a.caller(), a.path("id"), a.form(Set.of("event"), form -> form.text("event"))))),
                post(
                        "/mandates/{id}/revoke",
                        "End a mandate and every task under it",
                        "reason",
                        a -> Answers.document(mandates.revoke(a.caller(), a.path("id"), a.reason()))));
    }

    private List<Endpoint> emergencies() {
        var emergencies = control.emergencies();
        return List.of(
                get("/emergencies", "Emergencies", a -> Answers.items(emergencies.all(a.caller()))),
                post(
                        "/emergencies",
                        "Ask for a task in an emergency; a second person opens it",
                        "agent, person, reason, scope, calls, for",
                        a -> Answers.created(emergencies.ask(
                                a.caller(),
                                a.form(
                                        Set.of("agent", "person", "reason", "scope", "calls", "for"),
                                        Resources::emergency)))),
                get(
                        "/emergencies/{id}",
                        "An emergency",
                        a -> Answers.document(emergencies.one(a.caller(), a.path("id")))),
                order(
                        "POST",
                        "/emergencies/{id}/open",
                        "Open what another person asked for",
                        a -> Answers.document(emergencies.open(a.caller(), a.path("id")))),
                post(
                        "/emergencies/{id}/review",
                        "Say that somebody else has looked at it",
                        "note",
                        a -> Answers.document(emergencies.review(
                                a.caller(), a.path("id"), a.form(Set.of("note"), form -> form.text("note"))))));
    }

    private List<Endpoint> revocations() {
        var revocations = control.revocations();
        return List.of(
                get("/keys", "Keys, without their text", a -> Answers.items(revocations.keys(a.caller()))),
                post(
                        "/keys/{id}/revoke",
                        "Revoke one key",
                        "reason",
                        a -> Answers.document(revocations.revokeKey(a.caller(), a.path("id"), a.reason()))),
                get("/consents", "Consents that stand", a -> Answers.items(revocations.consents(a.caller()))),
                post(
                        "/consents/{id}/revoke",
                        "Take a consent back; its task ends",
                        "reason",
                        a -> Answers.document(revocations.revokeConsent(a.caller(), a.path("id"), a.reason()))),
                get("/tenant", "The tenant", a -> Answers.document(revocations.tenant(a.caller()))),
                post(
                        "/tenant/suspend",
                        "Stop every agent of the tenant until it is resumed",
                        "reason",
                        a -> Answers.document(revocations.suspend(a.caller(), a.reason()))),
                order(
                        "POST",
                        "/tenant/resume",
                        "Let the tenant's agents act again",
                        a -> Answers.document(revocations.resume(a.caller()))));
    }

    private List<Endpoint> lifecycle() {
        var agents = control.agents();
        return List.of(
                post(
                        "/agents/{name}/reassign",
                        "Give an agent another owner",
                        "owner",
                        a -> Answers.document(agents.reassign(
                                a.caller(), a.path("name"), a.form(Set.of("owner"), form -> form.text("owner"))))),
                get(
                        "/agents/{name}/usage",
                        "What an agent was given and what it used, from the ledger",
                        a -> Answers.document(control.usage().of(a.caller(), a.path("name")))),
                get(
                        "/visitors",
                        "Agents that came and are not registered",
                        a -> Answers.items(agents.seen(a.caller()))));
    }
}
