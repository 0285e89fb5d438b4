package dev.writ.guard.control;

import dev.writ.authority.Scope;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.ledger.Ledger;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What an agent was given and what it did with it, from the ledger alone: what whoever confirms it looks at. */
public final class Usage {
    /** How many of the newest records are read. */
    static final int RECORDS_MAX = 200_000;

    private static final Set<String> GRANTS = Set.of("task/opened", "delegation/opened");

    private final Ledger ledger;
    private final Registry registry;
    private final Evidence evidence;
    private final Directory directory;

    Usage(Control.Parts parts, Evidence evidence, Directory directory) {
        this.ledger = parts.ledger();
        this.registry = parts.registry();
        this.evidence = evidence;
        this.directory = directory;
    }

    private static final class Tally {
        private long calls;
        private long refused;
        private String last = "";
    }

    /** Granted is every tool that a task of the agent allowed and that is approved now. */
    public Reply<Json.Obj> of(Caller.OfPerson caller, String name) {
        return evidence.looking(caller, "agent-usage", () -> Directory.name(name)
                .flatMap(directory.of(caller)::agent)
                .<Reply<Json.Obj>>map(agent -> new Reply.Done<>(read(caller.tenant(), agent.name())))
                .orElseGet(() -> new Reply.NotFound<>("agent with that name")));
    }

    private Json.Obj read(Name tenant, Name agent) {
        long end = ledger.size(tenant);
        long from = Math.max(0, end - RECORDS_MAX);
        var scopes = new ArrayList<Scope>();
        var tools = new TreeMap<String, Tally>();
        ledger.scan(tenant, from, entry -> {
            var record = entry.record();
            if (!record.string("agent").equals(Optional.of(agent.text()))) return entry.index() < end;
            if (GRANTS.contains(entry.kind() + "/" + record.string("event").orElse("")))
                record.object("scope").map(Usage::scope).ifPresent(scopes::add);
            count(record, entry.kind(), tools);
            return entry.index() < end;
        });
        var granted = granted(scopes, registry.snapshot(tenant));
        var unused = new TreeSet<>(granted);
        tools.forEach((tool, tally) -> {
            if (tally.calls > 0) unused.remove(tool);
        });
        return Json.object()
                .put("agent", agent.text())
                .put("tasks", scopes.size())
                .put("granted", granted)
                .put("used", new Json.Arr(used(tools)))
                .put("unused", unused)
                .put("whole", from == 0)
                .build();
    }

    private static Scope scope(Json.Obj json) {
        return new Scope(
                names(json, "servers"),
                json.array("tools").map(_ -> Set.copyOf(json.strings("tools"))),
                names(json, "categories"),
                names(json, "data"));
    }

    private static Set<Name> names(Json.Obj json, String member) {
        var names = new TreeSet<Name>();
        for (var text : json.strings(member)) names.add(new Name(text));
        return names;
    }

    private static void count(Json.Obj record, String kind, Map<String, Tally> tools) {
        var action = record.object("action").orElse(Json.Obj.EMPTY);
        if (!action.string("kind").equals(Optional.of("call-tool"))) return;
        var tally = tools.computeIfAbsent(action.string("target").orElse(""), _ -> new Tally());
        if (kind.equals("intent")) {
            tally.calls++;
            tally.last = record.string("time").orElse("");
        }
        if (kind.equals("refusal")) tally.refused += record.integer("count").orElse(1L);
    }

    private static Set<String> granted(List<Scope> scopes, RegistrySnapshot registry) {
        var granted = new TreeSet<String>();
        for (var tools : registry.tools().values())
            for (var tool : tools.values())
                if (tool.state() == Tool.State.APPROVED
                        && scopes.stream()
                                .anyMatch(scope -> scope.allowsTool(
                                        tool.server(), tool.name().text()))) granted.add(tool.reference());
        return granted;
    }

    private static List<Json> used(Map<String, Tally> tools) {
        var used = new ArrayList<Json>();
        tools.forEach((tool, tally) -> used.add(Json.object()
                .put("tool", tool)
                .put("calls", tally.calls)
                .put("refused", tally.refused)
                .put("last", tally.last)
                .build()));
        return List.copyOf(used);
    }
}
