package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.registry.Definition;
import dev.writ.registry.Outcome;
import dev.writ.registry.Registry;
import dev.writ.registry.Tool;
import dev.writ.registry.ToolChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an agent may see of a server's lists, and what a new list means for the pins. */
final class Shown {
    private final Standings standings;
    private final AgentAdmission admission;
    private final Registry registry;
    private final Recorder recorder;
    private final Evidence evidence;

    Shown(Standings standings, AgentAdmission admission, Registry registry, Recorder recorder, Evidence evidence) {
        this.standings = standings;
        this.admission = admission;
        this.registry = registry;
        this.recorder = recorder;
        this.evidence = evidence;
    }

    List<Json> of(Caller.OfAgent caller, Action.ListItems list, List<Json> items, Instant now) {
        if (list.listing() == Action.Listing.TOOLS) seen(caller.tenant(), list.server(), items, now);
        if (list.listing() == Action.Listing.RESOURCES) admission.listed.seen(caller, list.server(), items);
        // After the pins were compared: a tool that has just changed must not be shown.
        if (!(standings.of(caller, list.server(), now) instanceof Standings.Found.Yes(var standing))) return List.of();
        var shown = new ArrayList<Json>();
        for (var item : items)
            if (item instanceof Json.Obj object && visible(standing, list.listing(), object)) shown.add(object);
        return List.copyOf(shown);
    }

    Optional<Json.Obj> definition(Caller.OfAgent caller, Name server, String tool, Instant now) {
        return standings.of(caller, server, now) instanceof Standings.Found.Yes(var standing)
                ? pinned(standing, tool).map(Definition::json)
                : Optional.empty();
    }

    private Optional<Definition> pinned(Standing standing, String tool) {
        return standing.world()
                .callable(standing.server().name(), tool)
                .filter(callable -> callable.tool().state() == Tool.State.APPROVED)
                .filter(callable -> admission.visible(standing, callable))
                .map(callable -> callable.pin().definition());
    }

    /** What a server's list would hold for an agent if the server had not changed anything. */
    List<Json> approved(Permit permit, Instant now) {
        if (!(permit.attempt().caller() instanceof Caller.OfAgent caller)) return List.of();
        var server = permit.target().orElseThrow().server();
        var found = new ArrayList<Json>();
        if (standings.of(caller, server, now) instanceof Standings.Found.Yes(var standing))
            for (var tool : inOrder(standing.world().registry().toolsOf(server)))
                pinned(standing, tool.name().text()).ifPresent(definition -> found.add(definition.json()));
        return List.copyOf(found);
    }

    Digest tools(Caller.OfAgent caller, Name server, Instant now) {
        var shown = new StringBuilder();
        if (standings.of(caller, server, now) instanceof Standings.Found.Yes(var standing))
            for (var tool : inOrder(standing.world().registry().toolsOf(server)))
                pinned(standing, tool.name().text()).ifPresent(definition -> shown.append(tool.name())
                        .append(' ')
                        .append(definition.digest())
                        .append('\n'));
        return Digest.of(shown.toString().getBytes(UTF_8));
    }

    boolean server(Caller.OfAgent caller, Name server, Instant now) {
        return standings.of(caller, server, now) instanceof Standings.Found.Yes(var standing)
                && admission.visible(standing, Questions.server(standing));
    }

    List<Name> servers(Caller.OfAgent caller, Instant now) {
        return registry.snapshot(caller.tenant()).servers().keySet().stream()
                .sorted()
                .filter(name -> server(caller, name, now))
                .toList();
    }

    List<String> toolNames(Caller.OfAgent caller, Name server) {
        return inOrder(registry.snapshot(caller.tenant()).toolsOf(server)).stream()
                .map(tool -> tool.name().text())
                .toList();
    }

    boolean resource(Caller.OfAgent caller, Name server, String uri, Instant now) {
        return standings.of(caller, server, now) instanceof Standings.Found.Yes(var standing)
                && admission.visible(standing, Questions.resource(standing, uri));
    }

    private static List<Tool> inOrder(Collection<Tool> tools) {
        return tools.stream()
                .sorted(Comparator.comparing(tool -> tool.name().text()))
                .toList();
    }

    /** Holds a server's tools against the pins and records what changed. */
    void seen(Name tenant, Name server, List<Json> definitions, Instant now) {
        if (!(registry.tools().seen(tenant, server, definitions) instanceof Outcome.Done<?>(var value))
                || !(value instanceof dev.writ.registry.Tools.Seen seen)) return;
        for (var change : seen.changes())
            recorder.begin(
                    tenant, evidence.transition("definition-pin", event(change), tenant, now, about(server, change)));
    }

    private boolean visible(Standing standing, Action.Listing listing, Json.Obj item) {
        return switch (listing) {
            case TOOLS ->
                item.string("name").flatMap(name -> pinned(standing, name)).isPresent();
            case PROMPTS -> visible(standing, item.string("name").map(name -> Questions.prompt(standing, name)));
            case RESOURCES -> visible(standing, item.string("uri").map(uri -> Questions.resource(standing, uri)));
            case RESOURCE_TEMPLATES ->
                visible(standing, item.string("uriTemplate").map(uri -> Questions.resource(standing, uri)));
        };
    }

    private boolean visible(Standing standing, Optional<dev.writ.policy.Question> question) {
        return question.map(asked -> admission.visible(standing, asked)).orElse(false);
    }

    private static String event(ToolChange change) {
        return change.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static Json.Obj about(Name server, ToolChange change) {
        var json = Json.object().put("target", server + "/" + change.name());
        switch (change) {
            case ToolChange.Added(var _, var digest) -> json.put("definition", digest.toString());
            case ToolChange.Changed(var _, var from, var to) ->
                json.put("before", from.toString()).put("definition", to.toString());
            case ToolChange.Restored(var _, var digest) -> json.put("definition", digest.toString());
            case ToolChange.Returned(var _, var digest) -> json.put("definition", digest.toString());
            case ToolChange.Removed _ -> {}
            case ToolChange.Unclear(var _, var last) -> last.ifPresent(digest -> json.put("before", digest.toString()));
        }
        return json.build();
    }
}
