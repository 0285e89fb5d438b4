package dev.writ.guard.control;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.registry.Definition;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import dev.writ.registry.ToolName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is done to tools: looking at what changed, pinning the definition that a person saw, taking that back. */
public final class Tools {
    private final Orders orders;
    private final Directory directory;
    private final Servers servers;
    private final Policies policies;
    private final Registry registry;

    Tools(Control.Parts parts, Orders orders, Directory directory, Servers servers, Policies policies) {
        this.orders = orders;
        this.directory = directory;
        this.servers = servers;
        this.policies = policies;
        this.registry = parts.registry();
    }

    /**
     * Approves tools as they were shown, and their server with them. The policy schema then knows them; when the
     * policies in force do not fit the new definitions, they stay in force and the answer warns.
     */
    public Reply<Json.Obj> approve(Caller.OfPerson caller, String name, Resource.Approvals approvals) {
        var tools = approvals.tools();
        for (var tool : tools.entrySet())
            if (tool.getValue().digest().isEmpty())
                return new Reply.Invalid<>("the digest of " + tool.getKey() + " is missing: approve what you saw");
        return directory.reading(caller, () -> servers.found(caller, name)
                .then(server -> orders.carry(
                        caller,
                        Orders.administer("server:approve", server.name().text(), asked(tools)),
                        () -> approval(caller, server.name(), tools)))
                .then(document -> new Reply.Done<>(document, policies.learnTools(caller.tenant()))));
    }

    private Plan<Json.Obj> approval(Caller.OfPerson caller, Name name, Map<ToolName, Resource.Approving> tools) {
        var tenant = caller.tenant();
        var now = registry.snapshot(tenant);
        if (now.server(name).filter(s -> s.status() != Server.Status.DISABLED).isEmpty())
            return new Plan.Stay<>(new Reply.Conflict<>("the server is disabled; enable it first"));
        for (var tool : tools.entrySet()) {
            var obstacle = obstacle(now, name, tool.getKey(), digest(tool.getValue()));
            if (obstacle.isPresent()) return new Plan.Stay<>(obstacle.get());
        }
        var records = new ArrayList<Transition>();
        if (now.server(name).filter(s -> s.status() == Server.Status.PENDING).isPresent())
            records.add(new Transition("administration", "server-approved", Servers.named(name)));
        new TreeMap<>(tools).forEach((tool, approving) -> records.add(pinned(name, tool, approving)));
        return new Plan.Go<>(records, () -> {
            Reply<Server> done = Directory.reply(registry.servers().approve(tenant, name));
            for (var tool : tools.entrySet())
                done = done.then(server -> Directory.reply(registry.tools()
                                .approve(
                                        tenant,
                                        name,
                                        tool.getKey(),
                                        digest(tool.getValue()),
                                        tool.getValue().classification(),
                                        caller.person()))
                        .map(_ -> server));
            return done.map(server -> servers.document(tenant, server));
        });
    }

    /** The registry checks the same again; here nothing has been recorded yet. */
    private static Optional<Reply<Json.Obj>> obstacle(RegistrySnapshot now, Name server, ToolName name, Digest digest) {
        var tool = now.tool(server, name);
        if (tool.isEmpty()) return Optional.of(new Reply.NotFound<>("tool " + server + "/" + name));
        var listed = tool.get().listed();
        if (listed.isEmpty() || tool.get().ambiguous())
            return Optional.of(new Reply.Conflict<>("the server does not clearly list " + name + " now"));
        if (!listed.get().digest().equals(digest))
            return Optional.of(new Reply.Conflict<>(
                    "the definition of " + name + " is not the one that you saw; look at it again and approve "
                            + listed.get().digest()));
        return Optional.empty();
    }

    private static Digest digest(Resource.Approving approving) {
        return approving.digest().orElseThrow();
    }

    private static Transition pinned(Name server, ToolName tool, Resource.Approving approving) {
        return new Transition(
                "definition-pin",
                "approved",
                Json.object()
                        .put("target", server + "/" + tool)
                        .put("definition", digest(approving).toString())
                        .put("classification", approving.classification().json())
                        .build());
    }

    private static Json.Obj asked(Map<ToolName, Resource.Approving> tools) {
        var asked = Json.object();
        new TreeMap<>(tools)
                .forEach((name, approving) -> asked.put(
                        name.text(),
                        approving
                                .classification()
                                .json()
                                .with("digest", Json.of(digest(approving).toString()))));
        return Json.object().put("tools", asked.build()).build();
    }

    public Reply<Json.Obj> withdraw(Caller.OfPerson caller, String server, String tool) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> found(caller, server, tool)
                .then(known -> orders.takeAway(
                        caller, Orders.administer("tool:withdraw", known.reference(), Json.Obj.EMPTY), () -> {
                            var done = Directory.reply(registry.tools().withdraw(tenant, known.server(), known.name()));
                            var about = Json.object().put("target", known.reference());
                            return new Taken<>(
                                    done.then(_ -> servers.one(caller, server)),
                                    List.of(new Transition("revocation", "tool-withdrawn", about.build())));
                        })));
    }

    /** What changed between the approved definition and what the server lists now. */
    public Reply<Json.Obj> diff(Caller.OfPerson caller, String server, String tool) {
        return directory.reading(caller, () -> found(caller, server, tool).map(known -> {
            var before = known.pin().map(pin -> pin.definition().json());
            var after = known.listed().map(Definition::json);
            var lines = Diff.lines(
                    before.<Json>map(json -> json).orElse(Json.Null.VALUE),
                    after.<Json>map(json -> json).orElse(Json.Null.VALUE));
            return Json.object()
                    .put("before", before.<Json>map(json -> json).orElse(Json.Null.VALUE))
                    .put("after", after.<Json>map(json -> json).orElse(Json.Null.VALUE))
                    .put("lines", lines)
                    .put("findings", known.listed().map(Oddities::of).orElse(List.of()))
                    .build();
        }));
    }

    private Reply<Tool> found(Caller.OfPerson caller, String server, String tool) {
        return servers.found(caller, server).then(known -> directory.of(caller).toolsOf(known.name()).stream()
                .filter(each -> each.name().text().equals(tool))
                .findFirst()
                .<Reply<Tool>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("tool with that name")));
    }
}
