package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.registry.Access;
import dev.writ.registry.Agent;
import dev.writ.registry.Group;
import dev.writ.registry.Person;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** What there is, as the documents that {@link Resources} reads; a status tells what cannot be asked for. */
final class Documents {
    private Documents() {}

    static Json.Obj tenant(Name tenant) {
        return Resource.document("Tenant", Optional.of(tenant.text()), Json.Obj.EMPTY, Json.Obj.EMPTY);
    }

    static Json.Obj person(Person person, RegistrySnapshot registry) {
        var groups = registry.groupsOf(person.id());
        var spec = Json.object()
                .put("displayName", person.displayName())
                .put(
                        "roles",
                        groups.stream()
                                .map(Name::text)
                                .filter(name -> name.startsWith(Resources.ROLE))
                                .map(name -> name.substring(Resources.ROLE.length()))
                                .sorted()
                                .toList());
        var status = Json.object()
                .put("id", person.id().text())
                .put("active", person.active())
                .put("groups", texts(groups));
        return Resource.document("Person", Optional.of(person.email()), spec.build(), status.build());
    }

    static Json.Obj group(Group group, RegistrySnapshot registry) {
        var members = new TreeSet<String>();
        for (var member : group.members())
            members.add(
                    group.kind() == Group.Kind.AGENTS
                            ? member
                            : registry.person(new Id(member)).map(Person::email).orElse(member));
        var spec = Json.object()
                .put("of", word(group.kind()))
                .put("quorum", group.quorum())
                .put("proof", word(group.proof()))
                .put("separation", group.separation())
                .put("members", members);
        return Resource.document("Group", Optional.of(group.name().text()), spec.build(), Json.Obj.EMPTY);
    }

    static Json.Obj agent(Agent agent, RegistrySnapshot registry) {
        var spec = Json.object()
                .put("owner", nameOf(agent.owner(), registry))
                .put("purpose", agent.purpose())
                .put("modelTier", agent.modelTier())
                .put("recertifyBy", agent.recertifyBy().toString())
                .put("groups", texts(registry.groupsOf(agent.name())));
        boolean owned = registry.person(agent.owner()).filter(Person::active).isPresent();
        var status = Json.object().put("status", owned ? word(agent.status()) : ownerless(agent));
        if (!owned) status.put("why", "its owner is no longer active; it needs another one");
        return Resource.document("Agent", Optional.of(agent.name().text()), spec.build(), status.build());
    }

    /** An agent without an owner does nothing until it has another one; a retired one stays retired. */
    private static String ownerless(Agent agent) {
        return agent.status() == Agent.Status.RETIRED ? "retired" : "suspended";
    }

    static Json.Obj server(Server server, RegistrySnapshot registry) {
        var credentials =
                server.credentials().stream().<Json>map(Server.Credential::json).toList();
        var known = new ArrayList<>(registry.toolsOf(server.name()));
        known.sort(Comparator.comparing(Tool::name));
        var pinned = Json.object();
        for (var tool : known)
            tool.pin()
                    .ifPresent(pin -> pinned.put(
                            tool.name().text(),
                            pin.classification()
                                    .json()
                                    .with(
                                            "digest",
                                            Json.of(pin.definition().digest().toString()))));
        var spec = Json.object()
                .put("transport", server.transport().json())
                .put("trust", server.trust())
                .put("credentials", new Json.Arr(credentials));
        if (!server.access().equals(Access.SECRETS))
            spec.put("auth", server.access().json());
        spec.put("tools", pinned.build());
        var refused = registry.refusedOf(server.name()).stream()
                .<Json>map(tool -> Json.object()
                        .put("name", tool.shown())
                        .put("reason", tool.reason())
                        .build())
                .toList();
        var status = Json.object()
                .put("status", word(server.status()))
                .put("tools", new Json.Arr(known.stream().map(Documents::tool).toList()))
                .put("refused", new Json.Arr(refused));
        return Resource.document("Server", Optional.of(server.name().text()), spec.build(), status.build());
    }

    /** A tool as it is listed now; nobody has to see its description to know that there is something odd about it. */
    private static Json tool(Tool tool) {
        var shown = tool.listed().or(() -> tool.pin().map(Tool.Pin::definition));
        return Json.object()
                .put("name", tool.name().text())
                .put("state", word(tool.state()))
                .put("digest", tool.listed().map(listed -> listed.digest().toString()))
                .put("pinned", tool.pin().map(pin -> pin.definition().digest().toString()))
                .put("description", shown.map(definition -> Oddities.shown(definition.description())))
                .put("findings", shown.map(Oddities::of).orElse(List.of()))
                .build();
    }

    static Json.Obj task(Task task, RegistrySnapshot registry, Authority authority, Name tenant, Instant now) {
        var spec = Json.object()
                .put("agent", task.agent().text())
                .put("person", nameOf(task.person(), registry))
                .put("purpose", task.purpose())
                .put("scope", task.scope().json())
                .put("calls", task.callBudget())
                .put("until", task.deadline().toString());
        var status = Json.object()
                .put("state", state(task, now))
                .put("openedBy", nameOf(task.openedBy(), registry))
                .put("openedAt", task.openedAt().toString())
                .put("callsUsed", authority.budgets().used(tenant, task.id()))
                .put("callsPassedOn", task.callsPassed())
                .put("origin", task.origin().json())
                .put("consent", authority.snapshot(tenant).consentOf(task.id()).map(consent -> consent.id()
                        .text()))
                .put("labels", texts(task.labels()));
        task.end()
                .ifPresent(end -> status.put(
                        "end",
                        Json.object()
                                .put("how", word(end.ending()))
                                .put("by", end.by().map(by -> nameOf(by, registry)))
                                .put("at", end.at().toString())
                                .put("why", end.why())
                                .build()));
        return Resource.document("Task", Optional.of(task.id().text()), spec.build(), status.build());
    }

    static String state(Task task, Instant now) {
        if (task.open(now)) return "open";
        return task.end().map(end -> word(end.ending())).orElse("expired");
    }

    /** A person's e-mail address, or the id of one who is not known. */
    static String nameOf(Id person, RegistrySnapshot registry) {
        return registry.person(person).map(Person::email).orElse(person.text());
    }

    static List<String> texts(Collection<Name> names) {
        return names.stream().sorted().map(Name::text).toList();
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
