package dev.writ.peers;

import static dev.writ.walks.Product.TENANT;
import static dev.writ.walks.Product.done;

import dev.writ.app.Settings;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.registry.Classification;
import dev.writ.registry.Server;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import dev.writ.upstream.Answer;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Incoming;
import dev.writ.upstream.Upstreams;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The whole product with servers that others wrote, each looked at and approved the way an administrator would. */
public final class PeerStage implements AutoCloseable {
    static final String REVISION = "2025-11-25";
    public final Product product;
    private final Caller.OfPerson owner;

    private PeerStage(Product product) {
        this.product = product;
        this.owner = product.caller(product.owner);
    }

    public static PeerStage start(Path data) {
        return start(data, UnaryOperator.identity());
    }

    public static PeerStage start(Path data, InstantSource clock) {
        return new PeerStage(Product.start(data, UnaryOperator.identity(), clock));
    }

    static PeerStage start(Path data, UnaryOperator<Settings> settings) {
        return new PeerStage(Product.start(data, settings));
    }

    /** Registers a server, looks at its tools through the one door, and approves server and tools. */
    public void register(Name server, Transport transport, Function<String, Classification> classification) {
        var registry = product.registry();
        registered(server, transport);
        inspect(server);
        done(registry.servers().approve(TENANT, server));
        for (var tool : registry.snapshot(TENANT).toolsOf(server))
            approve(server, tool.name(), classification.apply(tool.name().text()));
    }

    /** Registers a server that cannot be looked at, and approves it all the same. */
    void registerUnseen(Name server, Transport transport) {
        registered(server, transport);
        done(product.registry().servers().approve(TENANT, server));
    }

    private void registered(Name server, Transport transport) {
        done(product.registry()
                .servers()
                .register(
                        TENANT,
                        new Server(
                                server, transport, 3, Server.Status.PENDING, List.of(), product.owner, Instant.now())));
    }

    private void approve(Name server, ToolName tool, Classification classification) {
        var listed = product.registry()
                .snapshot(TENANT)
                .tool(server, tool)
                .orElseThrow()
                .listed()
                .orElseThrow();
        done(product.registry().tools().approve(TENANT, server, tool, listed.digest(), classification, product.owner));
    }

    /** Has Writ ask the server for its tools, as the owner. */
    void inspect(Name server) {
        var opened = product.parts().upstreams().open(inspecting(server), REVISION, Incoming.NOBODY);
        if (!(opened instanceof Upstreams.Opened.Open(var session)))
            throw new AssertionError("not opened: " + server + ", " + opened);
        try (session) {
            var permit = inspecting(server);
            if (!(session.list(permit, "tools/list", "tools", new Cancellation()) instanceof Answer.Result(var result)))
                throw new AssertionError("no tools: " + server);
            product.parts()
                    .guard()
                    .inspected(permit, result.array("tools").orElseThrow().items());
        }
    }

    private Permit inspecting(Name server) {
        var action = new Action.Administer(Guard.INSPECT, server.text(), Json.Obj.EMPTY);
        if (product.parts().guard().admit(new Attempt(owner, action)) instanceof Permit permit) return permit;
        throw new AssertionError("the owner may not look at " + server);
    }

    public static Classification reading(String... pathArguments) {
        return classified("read", pathArguments);
    }

    static Classification classified(String category, String... pathArguments) {
        return new Classification(Set.of(new Name(category)), Set.of(), Set.of(pathArguments), Set.of(), true);
    }

    String url(Name server) {
        return product.wiring.url() + "/mcp/" + server;
    }

    /** The key of a new task of the bot on these servers. */
    public String key(Name... servers) {
        return product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(servers)));
    }

    /** The official TypeScript client with a session under a new task. */
    NodeClient typescript(Name server) {
        return NodeClient.connected(url(server), key(server));
    }

    /** Our own client with a session under a new task, for what an official one would not send. */
    public McpClient raw(Name server) {
        return product.client(key(server), server);
    }

    Id open(Name... servers) {
        return product.open(Product.TaskSpec.SUPPORT.on(servers));
    }

    /** What is known of the calls of a tool, oldest first; an outcome is written a moment after its answer is given. */
    public List<String> outcomes(String target) {
        var records = product.records();
        var intents = records.stream()
                .filter(record -> record.string("kind").equals(Optional.of("intent")))
                .filter(record -> record.object("action")
                        .flatMap(action -> action.string("target"))
                        .equals(Optional.of(target)))
                .map(record -> record.string("id"))
                .toList();
        return records.stream()
                .filter(record -> record.string("kind").equals(Optional.of("outcome")))
                .filter(record -> intents.contains(record.string("intent")))
                .map(record -> record.string("status").orElseThrow())
                .toList();
    }

    /** Waits until the last outcome of a target's calls is this one. */
    public void lastOutcome(String target, String status) {
        Eventually.that(target + ": " + status, () -> {
            var outcomes = outcomes(target);
            return !outcomes.isEmpty() && outcomes.getLast().equals(status);
        });
    }

    static UnaryOperator<Settings> patience(Duration patience) {
        return settings -> settings.withPatience(patience);
    }

    @Override
    public void close() {
        product.close();
    }
}
