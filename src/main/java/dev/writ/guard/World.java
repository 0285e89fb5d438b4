package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.policy.Entities;
import dev.writ.policy.Entity;
import dev.writ.policy.Schema;
import dev.writ.policy.ToolAction;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import dev.writ.registry.Agent;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import dev.writ.registry.ToolName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * One registry snapshot as policies see it: every person, group, agent, server and approved tool as an entity, and each
 * approved tool's typed action and input schema. Made once for each snapshot, so that a call builds nothing but its
 * context.
 */
final class World {
    static final Uid CONSOLE = new Uid("Writ::Console", "console");

    private final RegistrySnapshot registry;
    private final Entities entities;
    private final Map<String, Callable> callables;

    /** Dossiers and forms of questions, of a few kilobytes each, beyond which all are made anew. */
    private static final int KEPT_MAX = 4_000;

    private final AtomicInteger kept = new AtomicInteger();

    private final Map<DossierKey, Dossier> dossiers = new ConcurrentHashMap<>();

    private record DossierKey(Id task, Name server) {}

    /**
     * An approved tool, ready to be judged.
     *
     * @param reference {@code server/tool}
     * @param uid the action's uid
     * @param resource the tool's uid
     */
    record Callable(
            Tool tool,
            Tool.Pin pin,
            ToolAction action,
            InputSchema schema,
            String reference,
            String definition,
            Uid uid,
            Uid resource) {
        static Callable of(Tool tool, Tool.Pin pin, ToolAction action, InputSchema schema) {
            var resource = Uids.tool(tool.server(), tool.name());
            var definition = pin.definition().digest().toString();
            return new Callable(tool, pin, action, schema, tool.reference(), definition, action.uid(), resource);
        }
    }

    private World(RegistrySnapshot registry, Entities entities, Map<String, Callable> callables) {
        this.registry = registry;
        this.entities = entities;
        this.callables = callables;
    }

    RegistrySnapshot registry() {
        return registry;
    }

    Entities entities() {
        return entities;
    }

    Optional<Callable> callable(Name server, String tool) {
        return Optional.ofNullable(callables.get(server + "/" + tool));
    }

    /** What stays the same of a standing from call to call. */
    Dossier dossier(Under under, Server server) {
        var key = new DossierKey(under.task().id(), server.name());
        var known = dossiers.get(key);
        if (known != null && known.isOf(under.task(), under.consent())) return known;
        var made = new Dossier(under, server);
        keeping();
        dossiers.put(key, made);
        return made;
    }

    /** Counts what is kept, and lets go of everything when it is too much: however many tasks there are, memory is not. */
    void keeping() {
        if (kept.incrementAndGet() <= KEPT_MAX) return;
        dossiers.clear();
        kept.set(0);
    }

    List<ToolAction> actions() {
        return callables.values().stream().map(Callable::action).toList();
    }

    /** Keeps the world of the newest snapshot, and what was compiled from definitions across snapshots. */
    static final class Maker {
        private record Compiled(Digest definition, Set<String> paths) {}

        private record Parts(ToolAction action, InputSchema schema) {}

        private final Map<String, Map<Compiled, Parts>> compiled = new ConcurrentHashMap<>();
        private final Map<Name, World> worlds = new ConcurrentHashMap<>();

        @SuppressWarnings(
                "ReferenceEquality") // a snapshot is replaced, never changed: the same object is the same world
        World of(Name tenant, RegistrySnapshot registry) {
            var known = worlds.get(tenant);
            if (known != null && known.registry == registry) return known;
            var made = make(tenant, registry);
            worlds.put(tenant, made);
            return made;
        }

        private World make(Name tenant, RegistrySnapshot registry) {
            var callables = new HashMap<String, Callable>();
            for (var ofServer : registry.tools().values())
                for (var tool : ofServer.values())
                    tool.pin().ifPresent(pin -> callables.put(tool.reference(), callable(tenant, tool, pin)));
            return new World(registry, entities(registry, callables), Map.copyOf(callables));
        }

        private Callable callable(Name tenant, Tool tool, Tool.Pin pin) {
            var paths = pin.classification().pathArguments();
            var key = new Compiled(pin.definition().digest(), paths);
            var parts = compiled.computeIfAbsent(tenant + "/" + tool.reference(), _ -> new ConcurrentHashMap<>())
                    .computeIfAbsent(key, _ -> {
                        var schema = pin.definition().inputSchema();
                        return new Parts(
                                ToolAction.of(tool.server(), tool.name().text(), schema, paths),
                                InputSchema.of(schema));
                    });
            return Callable.of(tool, pin, parts.action(), parts.schema());
        }
    }

    private static Entities entities(RegistrySnapshot registry, Map<String, Callable> callables) {
        var all = new LinkedHashSet<>(Schema.actions());
        for (var status : Agent.Status.values()) all.add(Entity.of(agentStatus(status)));
        all.add(Entity.of(CONSOLE));
        for (var group : registry.groups().values()) all.add(Entity.of(group(group.name())));
        for (var person : registry.people().values())
            all.add(Entity.of(
                    Uids.person(person.id()),
                    Value.Record.of(Map.of("active", Value.Bool.of(person.active()))),
                    groups(registry.groupsOf(person.id()))));
        for (var agent : registry.agents().values()) all.add(agent(agent, registry));
        for (var server : registry.servers().values())
            all.add(Entity.of(
                    Uids.server(server.name()),
                    Value.Record.of(Map.of("trust", new Value.Long(server.trust()))),
                    Set.of()));
        var categories = new TreeSet<Name>();
        var labels = new TreeSet<Name>();
        for (var callable : callables.values()) {
            var classification = callable.pin().classification();
            categories.addAll(classification.categories());
            labels.addAll(classification.data());
            labels.addAll(classification.labels());
            all.add(callable.action().entity());
            all.add(tool(callable));
        }
        for (var category : categories) all.add(Entity.of(Uids.category(category)));
        for (var label : labels) all.add(Entity.of(Uids.label(label)));
        return Entities.of(new ArrayList<>(all));
    }

    private static Entity agent(Agent agent, RegistrySnapshot registry) {
        var attributes = Map.of(
                "owner", new Value.Entity(Uids.person(agent.owner())),
                "status", new Value.Entity(agentStatus(agent.status())),
                "modelTier", new Value.Long(agent.modelTier()),
                "recertifyBy", new Value.DateTime(agent.recertifyBy().toEpochMilli()));
        return Entity.of(
                Uids.agent(agent.name()), Value.Record.of(attributes), groups(registry.groupsOf(agent.name())));
    }

    private static Entity tool(Callable callable) {
        var parents = callable.pin().classification().categories().stream()
                .map(Uids::category)
                .collect(Collectors.toCollection(TreeSet::new));
        parents.add(Uids.server(callable.tool().server()));
        return Entity.of(
                Uids.tool(callable.tool().server(), callable.tool().name()),
                Value.Record.of(Map.of(
                        "data", Uids.labels(callable.pin().classification().data()))),
                parents);
    }

    private static Set<Uid> groups(Set<Name> names) {
        return names.stream().map(World::group).collect(Collectors.toUnmodifiableSet());
    }

    private static Uid group(Name name) {
        return new Uid("Writ::Group", name.text());
    }

    private static Uid agentStatus(Agent.Status status) {
        return new Uid("Writ::AgentStatus", status.name().toLowerCase(Locale.ROOT));
    }

    /** The uids under which policies know things. */
    static final class Uids {
        private Uids() {}

        static Uid person(dev.writ.base.Id id) {
            return new Uid("Writ::Person", id.text());
        }

        static Uid agent(Name name) {
            return new Uid("Writ::Agent", name.text());
        }

        static Uid server(Name name) {
            return new Uid("Writ::McpServer", name.text());
        }

        static Uid tool(Name server, ToolName tool) {
            return new Uid("Writ::Tool", server + "/" + tool);
        }

        static Uid resource(Name server, String uri) {
            return new Uid("Writ::Resource", server + "/" + uri);
        }

        static Uid prompt(Name server, String prompt) {
            return new Uid("Writ::Prompt", server + "/" + prompt);
        }

        static Uid category(Name name) {
            return new Uid("Writ::ToolCategory", name.text());
        }

        static Uid label(Name name) {
            return new Uid("Writ::Label", name.text());
        }

        static Value labels(Set<Name> names) {
            return Value.Set.ofEntities(names.stream().map(Uids::label).toList());
        }
    }
}
