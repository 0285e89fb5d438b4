package dev.writ.admin;

import static dev.writ.admin.Endpoint.get;
import static dev.writ.admin.Endpoint.order;
import static dev.writ.admin.Endpoint.post;
import static dev.writ.admin.Endpoint.put;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.control.Applying;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Reply;
import dev.writ.guard.control.Resource;
import dev.writ.guard.control.Resources;
import dev.writ.http.server.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Who and what there is: people, groups, agents, servers, secrets, policies, and all of it as documents. */
final class RegistryEndpoints {
    private final Control control;
    private final Inspector inspector;
    private final Installation installation;

    RegistryEndpoints(Control control, Inspector inspector, Installation installation) {
        this.installation = installation;
        this.control = control;
        this.inspector = inspector;
    }

    List<Endpoint> all() {
        var all = new ArrayList<Endpoint>();
        all.addAll(people());
        all.addAll(groups());
        all.addAll(agents());
        all.addAll(servers());
        all.addAll(tools());
        all.addAll(configuration());
        return all;
    }

    private List<Endpoint> people() {
        var people = control.people();
        return List.of(
                get("/people", "All people", a -> Answers.items(people.all(a.caller()))),
                post(
                        "/people",
                        "Add a person",
                        "Person",
                        a -> Answers.created(people.create(a.caller(), a.resource(Resource.Person.class)))),
                order(
                        "POST",
                        "/people/{id}/deactivate",
                        "Take a person's every say away",
                        a -> Answers.document(people.deactivate(a.caller(), a.path("id")))),
                order(
                        "POST",
                        "/people/{id}/keys",
                        "Make a command-line credential, shown once",
                        a -> Answers.created(people.issueKey(a.caller(), a.path("id")))),
                order(
                        "POST",
                        "/people/{id}/links",
                        "Make a one-time link with which the person makes a passkey, shown once",
                        a -> Answers.created(people.issueLink(a.caller(), a.path("id"))
                                .map(made -> reachable(a.caller().tenant(), made)))),
                get(
                        "/people/{id}/passkeys",
                        "A person's passkeys",
                        a -> Answers.items(people.passkeys(a.caller(), a.path("id")))),
                order(
                        "DELETE",
                        "/people/{id}/passkeys/{passkey}",
                        "Remove a passkey for good; the person's sessions end",
                        a -> Answers.document(people.removePasskey(a.caller(), a.path("id"), a.path("passkey")))),
                post("/people/{id}/identities", "Say which person a provider's subject is", "provider, subject", a -> {
                    record Said(String provider, String subject) {}
                    var said = a.form(
                            Set.of("provider", "subject"),
                            form -> new Said(form.text("provider"), form.text("subject")));
                    return Answers.document(
                            control.providers().link(a.caller(), a.path("id"), said.provider(), said.subject()));
                }),
                get(
                        "/providers",
                        "The company's identity providers",
                        a -> Answers.items(control.providers().all(a.caller()))),
                put(
                        "/providers",
                        "Trust a provider, in place of the one of that name",
                        "Provider",
                        a -> Answers.document(
                                control.providers().set(a.caller(), a.resource(Resource.Provider.class)))),
                order(
                        "POST",
                        "/providers/{name}/keys",
                        "Make the credential with which a provider tells of people (SCIM), shown once",
                        a -> Answers.created(control.providers().issueKey(a.caller(), a.path("name")))),
                order(
                        "DELETE",
                        "/providers/{name}",
                        "Trust a provider no more",
                        a -> Answers.document(control.providers().remove(a.caller(), a.path("name")))),
                get(
                        "/changes",
                        "Changes that wait for a second administrator",
                        a -> Answers.items(control.changes().waiting(a.caller()))),
                order(
                        "POST",
                        "/changes/{id}/confirm",
                        "Be the second administrator of a change",
                        a -> Answers.document(control.changes().confirm(a.caller(), a.path("id")))),
                order(
                        "POST",
                        "/changes/{id}/withdraw",
                        "End a change that waits",
                        a -> Answers.document(control.changes().withdraw(a.caller(), a.path("id")))));
    }

    /** A link as the person opens it, not its secret alone. */
    private Json.Obj reachable(Name tenant, Json.Obj made) {
        var path = installation.prefix(tenant) + "/ui/enrol?link="
                + made.string("link").orElse("");
        return made.with("link", Json.of(installation.site().get().at(path)));
    }

    private List<Endpoint> groups() {
        var groups = control.groups();
        return List.of(
                get("/groups", "All groups", a -> Answers.items(groups.all(a.caller()))),
                post(
                        "/groups",
                        "Make a group",
                        "Group",
                        a -> Answers.created(groups.create(a.caller(), a.resource(Resource.Group.class)))),
                get("/groups/{name}", "A group", a -> Answers.document(groups.one(a.caller(), a.path("name")))),
                order(
                        "PUT",
                        "/groups/{name}/members/{member}",
                        "Take somebody into a group",
                        a -> Answers.document(groups.join(a.caller(), a.path("name"), a.path("member")))),
                order(
                        "DELETE",
                        "/groups/{name}/members/{member}",
                        "Take somebody out of a group",
                        a -> Answers.document(groups.leave(a.caller(), a.path("name"), a.path("member")))));
    }

    private List<Endpoint> agents() {
        var agents = control.agents();
        return List.of(
                get("/agents", "All agents", a -> Answers.items(agents.all(a.caller()))),
                post(
                        "/agents",
                        "Register an agent",
                        "Agent",
                        a -> Answers.created(agents.create(a.caller(), a.resource(Resource.Agent.class)))),
                get("/agents/{name}", "An agent", a -> Answers.document(agents.one(a.caller(), a.path("name")))),
                order(
                        "POST",
                        "/agents/{name}/suspend",
                        "Stop an agent now; its tasks end",
                        a -> Answers.document(agents.suspend(a.caller(), a.path("name")))),
                order(
                        "POST",
                        "/agents/{name}/resume",
                        "Let a suspended agent act again",
                        a -> Answers.document(agents.resume(a.caller(), a.path("name")))),
                order(
                        "POST",
                        "/agents/{name}/retire",
                        "End an agent for good",
                        a -> Answers.document(agents.retire(a.caller(), a.path("name")))),
                post("/agents/{name}/recertify", "Confirm an agent until a later date", "until", a -> {
                    var until = a.form(Set.of("until"), form -> form.time("until")
                            .orElseThrow(() -> new IllegalArgumentException("until is missing")));
                    return Answers.document(agents.recertify(a.caller(), a.path("name"), until));
                }));
    }

    private List<Endpoint> servers() {
        var servers = control.servers();
        return List.of(
                get("/servers", "All servers", a -> Answers.items(servers.all(a.caller()))),
                post(
                        "/servers",
                        "Register a server",
                        "Server",
                        a -> Answers.created(servers.create(a.caller(), a.resource(Resource.Server.class)))),
                get(
                        "/servers/{name}",
                        "A server with its tools",
                        a -> Answers.document(servers.one(a.caller(), a.path("name")))),
                order(
                        "POST",
                        "/servers/{name}/inspect",
                        "Ask a server for its tools",
                        a -> Answers.document(inspector.inspect(a.caller(), a.path("name")))),
                order(
                        "POST",
                        "/servers/{name}/disable",
                        "Stop all calls to a server now",
                        a -> Answers.document(servers.disable(a.caller(), a.path("name")))),
                order(
                        "POST",
                        "/servers/{name}/enable",
                        "Let a disabled server be called again",
                        a -> Answers.document(servers.enable(a.caller(), a.path("name")))));
    }

    private List<Endpoint> tools() {
        var tools = control.tools();
        return List.of(
                post("/servers/{name}/approve", "Approve tools as they were shown", "tools", a -> {
                    var approved = a.form(Set.of("tools"), Resources::approvals);
                    return Answers.document(tools.approve(a.caller(), a.path("name"), approved));
                }),
                get(
                        "/servers/{name}/tools/{tool}/diff",
                        "What changed in a tool's definition",
                        a -> Answers.document(tools.diff(a.caller(), a.path("name"), a.path("tool")))),
                order(
                        "POST",
                        "/servers/{name}/tools/{tool}/withdraw",
                        "Take a tool's approval back",
                        a -> Answers.document(tools.withdraw(a.caller(), a.path("name"), a.path("tool")))));
    }

    private List<Endpoint> configuration() {
        var secrets = control.secrets();
        var own = control.ownCredentials();
        return List.of(
                get(
                        "/policies",
                        "The policies in force",
                        a -> Answers.document(control.policies().current(a.caller()))),
                order(
                        "POST",
                        "/policies/publish",
                        "Put the policies of the folder in force",
                        a -> published(control.policies().publish(a.caller()))),
                get("/secrets", "The names of secrets", a -> Answers.names(secrets.names(a.caller()))),
                put("/secrets/{name}", "Keep a secret", "value", a -> {
                    var value = a.form(Set.of("value"), form -> Secret.of(form.text("value")));
                    return Answers.document(secrets.put(a.caller(), a.path("name"), value));
                }),
                order(
                        "DELETE",
                        "/secrets/{name}",
                        "Delete a secret",
                        a -> Answers.document(secrets.delete(a.caller(), a.path("name")))),
                put("/servers/{name}/own/{secret}", "Keep a secret of one's own for a server", "value", a -> {
                    var value = a.form(Set.of("value"), form -> Secret.of(form.text("value")));
                    return Answers.document(own.put(a.caller(), a.path("name"), a.path("secret"), value));
                }),
                order(
                        "DELETE",
                        "/servers/{name}/own/{secret}",
                        "Take a secret of one's own back",
                        a -> Answers.document(own.delete(a.caller(), a.path("name"), a.path("secret")))),
                order(
                        "DELETE",
                        "/servers/{name}/connection",
                        "Give up one's own connection with a server",
                        a -> Answers.document(own.disconnect(a.caller(), a.path("name")))),
                post("/apply", "Make things like documents say", "resources, dryRun", this::apply),
                get(
                        "/export",
                        "Documents of everything there is",
                        a -> Answers.items(control.applying().export(a.caller()))));
    }

    private static Answer published(Reply<Json.Obj> reply) {
        return reply instanceof Reply.Done<Json.Obj>(var document, var warnings)
                ? Answers.json(200, document.with("warnings", Json.Arr.ofStrings(warnings)))
                : Problem.of(reply);
    }

    private Answer apply(Asked asked) {
        record Wanted(List<Resource> resources, boolean dryRun) {}
        var wanted = asked.form(
                Set.of("resources", "dryRun"),
                form -> new Wanted(
                        form.objects("resources").stream().map(Resources::read).toList(), form.flag("dryRun", false)));
        var reply = control.applying().apply(asked.caller(), wanted.resources(), wanted.dryRun());
        return Answers.items(
                reply.map(items -> items.stream().map(RegistryEndpoints::item).toList()));
    }

    private static Json.Obj item(Applying.Item item) {
        return Json.object()
                .put("kind", item.kind())
                .put("name", item.name())
                .put("change", item.change())
                .put("why", item.why())
                .build();
    }
}
