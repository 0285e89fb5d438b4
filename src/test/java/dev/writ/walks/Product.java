package dev.writ.walks;

import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.authority.Consent;
import dev.writ.authority.Opening;
import dev.writ.authority.Scope;
import dev.writ.authority.Task;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.demo.Shop;
import dev.writ.guard.Caller;
import dev.writ.guard.Presented;
import dev.writ.identity.Issue;
import dev.writ.policy.Schema;
import dev.writ.policy.ToolAction;
import dev.writ.policy.publish.BundleStore;
import dev.writ.policy.publish.FrontEnd;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.PolicyFolder;
import dev.writ.policy.publish.Publisher;
import dev.writ.policy.publish.Shipped;
import dev.writ.registry.Agent;
import dev.writ.registry.Classification;
import dev.writ.registry.Group;
import dev.writ.registry.Outcome;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.registry.Server;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import dev.writ.store.Databases;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The whole product in this process, on a free port, with a shop behind it and a tenant that knows two agents and three
 * people. Nothing in it is a stand-in: real store, ledger, policies, HTTP on both sides.
 */
public final class Product implements AutoCloseable {
    public static final Name TENANT = new Name("acme");
    public static final Name SHOP = new Name("shop");
    public static final Name BOT = new Name("support-bot");
    public static final Name OTHER_BOT = new Name("other-bot");
    public static final Name FINANCE = new Name("finance-leads");

    public final Wiring wiring;
    public final Shop shop;
    public final Id owner;
    public final Id dana;
    public final Id erin;
    private final LivePolicies policies;

    private Product(Wiring wiring, Shop shop, Id owner, Id dana, Id erin, LivePolicies policies) {
        this.wiring = wiring;
        this.shop = shop;
        this.owner = owner;
        this.dana = dana;
        this.erin = erin;
        this.policies = policies;
    }

    public static Product start(Path data) {
        return start(data, UnaryOperator.identity());
    }

    public static Product start(Path data, UnaryOperator<Settings> settings) {
        return start(data, settings, InstantSource.system());
    }

    public static Product start(Path data, UnaryOperator<Settings> settings, InstantSource clock) {
        var shop = Shop.start(0, Optional.of("shop-secret"));
        var wiring = Wiring.start(settings.apply(defaults(data)), clock, new SecureRandom());
        var parts = wiring.parts();
        var registry = parts.registry();
        done(registry.createTenant(TENANT));
        var owner = person(parts, "Olga Owner", "olga@acme.example");
        var dana = person(parts, "Dana Reyes", "dana@acme.example");
        var erin = person(parts, "Erin Example", "erin@acme.example");
        done(registry.people().join(TENANT, Group.ADMIN, owner.text()));
        done(registry.people().addGroup(TENANT, Group.ofPeople(FINANCE)));
        done(registry.people().join(TENANT, FINANCE, dana.text()));
        done(registry.people().addGroup(TENANT, Group.ofAgents(new Name("support-agents"))));
        for (var agent : List.of(BOT, OTHER_BOT)) {
            done(registry.agents().register(TENANT, agent(agent, owner)));
            done(registry.people().join(TENANT, new Name("support-agents"), agent.text()));
        }
        var store = new BundleStore(data.resolve("bundles-of-test"));
        var live = LivePolicies.open(store, new Publisher(new FrontEnd(Duration.ofSeconds(60))));
        parts.policies().add(TENANT, live);
        parts.vault().put(TENANT, new Name("shop-key"), Secret.of("Bearer shop-secret"));
        var product = new Product(wiring, shop, owner, dana, erin, live);
        product.addServer(SHOP, shop);
        product.publish(DEMO_POLICY);
        return product;
    }

    /** With {@code -Dwrit.walks.db=postgres} every walk has its state on a PostgreSQL server. */
    private static Settings defaults(Path data) {
        // Tests refuse faster than anybody should, and look at each record.
        var settings = Settings.of(data).toBuilder()
                .port(0)
                .hold(Duration.ZERO)
                .refusalsPerSecond(10_000)
                .refusalMegabytesPerDay(4_096)
                .build();
        return "postgres".equals(System.getProperty("writ.walks.db")) ? settings.withDb(Databases.url(data)) : settings;
    }

    /** How an installation that there is already is started again. */
    public static Settings settings(Path data) {
        var settings = Settings.of(data).withPort(0);
        return Folders.onServer(data) ? settings.withDb(Databases.url(data)) : settings;
    }

    /** What a test does to the files of an installation that is stopped. */
    public interface Meanwhile {
        void run() throws java.io.IOException;
    }

    /** Stops Writ, not the shop, has something done, and starts the same installation again. */
    public Product again(Path data, Meanwhile meanwhile) throws java.io.IOException {
        wiring.close();
        meanwhile.run();
        return onceMore(data);
    }

    /** Starts the installation in a folder, with the shop that is running. */
    public Product onceMore(Path data) {
        return onceMore(data, InstantSource.system());
    }

    public Product onceMore(Path data, InstantSource clock) {
        return onceMore(data, clock, new SecureRandom());
    }

    /** On the port that it had: what names a URL of ours is good again. */
    public Product onceMore(Path data, int port) {
        return onceMore(data, InstantSource.system(), new SecureRandom(), port);
    }

    public Product onceMore(Path data, InstantSource clock, SecureRandom random) {
        return onceMore(data, clock, random, 0);
    }

    private Product onceMore(Path data, InstantSource clock, SecureRandom random, int port) {
        var next = Wiring.start(settings(data).withPort(port).withHold(Duration.ZERO), clock, random);
        var store = new BundleStore(data.resolve("bundles-of-test"));
        var live = LivePolicies.open(store, new Publisher(new FrontEnd(Duration.ofSeconds(60))));
        next.parts().policies().add(TENANT, live);
        return new Product(next, shop, owner, dana, erin, live);
    }

    /** Registers a shop under a name and approves its tools as they are listed now. */
    public void addServer(Name name, Shop at) {
        addServer(name, at.url(), "shop-secret");
    }

    /** @param secret what the server asks of its clients; here only to read its list */
    public void addServer(Name name, String url, String secret) {
        var registry = registry();
        done(registry.servers()
                .register(
                        TENANT,
                        new Server(
                                name,
                                new Transport.Http(URI.create(url)),
                                3,
                                Server.Status.PENDING,
                                List.of(new Server.Credential(new Name("shop-key"), "Authorization")),
                                owner,
                                Instant.now())));
        done(registry.servers().approve(TENANT, name));
        done(registry.tools().seen(TENANT, name, definitions(url, secret)));
        for (var tool : registry.snapshot(TENANT).toolsOf(name)) approve(name, tool.name());
    }

    /** Approves a tool as its server lists it now. */
    public void approve(Name server, ToolName tool) {
        var listed = registry()
                .snapshot(TENANT)
                .tool(server, tool)
                .orElseThrow()
                .listed()
                .orElseThrow();
        done(registry().tools().approve(TENANT, server, tool, listed.digest(), classification(tool), owner));
    }

    private static Classification classification(ToolName tool) {
        var categories =
                switch (tool.text()) {
                    case "get_order", "list_orders" -> Set.of(new Name("read"));
                    case "create_refund" -> Set.of(new Name("money"));
                    case "send_email" -> Set.of(new Name("external"));
                    default -> Set.of(new Name("irreversible"));
                };
        return new Classification(categories, Set.of(), Set.of(), Set.of(), true);
    }

    private static List<Json> definitions(String url, String secret) {
        try (var client = McpClient.to(url, secret)) {
            client.initialize();
            return client.list("tools/list", "tools");
        }
    }

    /** Puts the guardrails and a policy text in force. */
    public void publish(String text) {
        var registry = registry().snapshot(TENANT);
        var actions = new ArrayList<ToolAction>();
        for (var tools : registry.tools().values())
            for (var tool : tools.values())
                tool.pin()
                        .ifPresent(pin -> actions.add(ToolAction.of(
                                tool.server(),
                                tool.name().text(),
                                pin.definition().inputSchema(),
                                Set.of())));
        var files = new TreeMap<>(Map.of("guardrails.cedar", Shipped.guardrails(), "test.cedar", text));
        var groups = registry.groups().keySet().stream().map(Name::text).collect(Collectors.toSet());
        var outcome = policies.publish(
                new PolicyFolder.Sources(files, List.of()), Schema.text(Shipped.schema(), actions), groups);
        if (!(outcome instanceof Publisher.Published)) throw new AssertionError("rejected: " + outcome);
    }

    /** What a test's task is like; change what matters to the test. */
    public record TaskSpec(
            Name agent, String purpose, Set<Name> servers, Optional<Set<String>> tools, long calls, Duration life) {
        public static final TaskSpec SUPPORT =
                new TaskSpec(BOT, "support case", Set.of(SHOP), Optional.empty(), 1_000, Duration.ofHours(1));

        public TaskSpec of(Name other) {
            return new TaskSpec(other, purpose, servers, tools, calls, life);
        }

        public TaskSpec on(Name... others) {
            return new TaskSpec(agent, purpose, Set.of(others), tools, calls, life);
        }

        public TaskSpec calling(long atMost) {
            return new TaskSpec(agent, purpose, servers, tools, atMost, life);
        }

        public TaskSpec only(String... references) {
            return new TaskSpec(agent, purpose, servers, Optional.of(Set.of(references)), calls, life);
        }
    }

    /** Opens a task for Erin and returns its id. */
    public Id open(TaskSpec spec) {
        var now = parts().clock().instant();
        var categories = Set.of(new Name("read"), new Name("money"), new Name("external"), new Name("irreversible"));
        var scope = new Scope(spec.servers(), spec.tools(), categories, Set.of());
        var id = parts().ids().next("tsk");
        var task = Task.opening(
                id, spec.purpose(), erin, spec.agent(), owner, now, scope, spec.calls(), now.plus(spec.life()));
        var pins = new HashMap<String, Digest>();
        for (var server : spec.servers())
            for (var tool : registry().snapshot(TENANT).toolsOf(server))
                tool.pin()
                        .ifPresent(pin ->
                                pins.put(tool.reference(), pin.definition().digest()));
        var consent = new Consent(parts().ids().next("con"), id, erin, now, spec.servers(), categories, Set.of(), pins);
        var opened = parts().authority().open(TENANT, task, consent);
        if (!(opened instanceof Opening.Opened)) throw new AssertionError("not opened: " + opened);
        return id;
    }

    public String key(Name agent, Id task) {
        var issued = parts().identity().issueForAgent(TENANT, parts().ids().next("key"), agent, task);
        if (issued instanceof Issue.Issued(var _, var text)) return text.reveal();
        throw new AssertionError("no key: " + issued);
    }

    /** An agent's client with a session on a server, under a new task. */
    public McpClient client(TaskSpec spec) {
        return client(key(spec.agent(), open(spec)), SHOP);
    }

    public McpClient client(String key, Name server) {
        var client = McpClient.to(wiring.url() + "/mcp/" + server, key);
        client.initialize();
        return client;
    }

    /** Dana's yes to an approval, by the way every vote takes. */
    public void approveAs(Id person, String approval) {
        var voted = parts().guard().vote(caller(person), new Id(approval), true, "checked");
        if (!(voted instanceof dev.writ.guard.Voted.Counted)) throw new AssertionError("not counted: " + voted);
    }

    public Caller.OfPerson caller(Id person) {
        return (Caller.OfPerson)
                parts().guard().callerOf(Presented.bearer(personKey(person))).orElseThrow();
    }

    /** A person's command-line credential. */
    public String personKey(Id person) {
        var issued = parts().identity().issueForPerson(TENANT, parts().ids().next("key"), person);
        if (issued instanceof Issue.Issued(var _, var text)) return text.reveal();
        throw new AssertionError("no key: " + issued);
    }

    /** All records of the tenant, oldest first, after everything begun was written. */
    public List<Json.Obj> records() {
        var all = new ArrayList<Json.Obj>();
        parts().ledger().checkpoint(TENANT);
        parts().ledger().scan(TENANT, 0, entry -> all.add(entry.record()));
        return all;
    }

    public Json.Obj lastOf(String kind) {
        return records().stream()
                .filter(record -> record.string("kind").equals(Optional.of(kind)))
                .reduce((_, later) -> later)
                .orElseThrow(() -> new AssertionError("no record of kind " + kind));
    }

    public long countOf(String kind) {
        return records().stream()
                .filter(record -> record.string("kind").equals(Optional.of(kind)))
                .count();
    }

    /** How many tool calls have reached the shop. */
    public long calls() {
        return shop.effects().object("calls").orElseThrow().members().values().stream()
                .mapToLong(count -> ((Json.Num) count).asLong().orElseThrow())
                .sum();
    }

    public Wiring.Parts parts() {
        return wiring.parts();
    }

    public Registry registry() {
        return parts().registry();
    }

    private static Id person(Wiring.Parts parts, String name, String email) {
        var id = parts.ids().pseudonym("per");
        done(parts.registry().people().add(TENANT, new Person(id, name, email, true)));
        return id;
    }

    private static Agent agent(Name name, Id owner) {
        var now = Instant.now();
        return new Agent(
                name, owner, "answers support cases", Agent.Status.ACTIVE, 1, now.plus(Duration.ofDays(90)), now);
    }

    public static <T> T done(Outcome<T> outcome) {
        if (outcome instanceof Outcome.Done<T>(var value)) return value;
        throw new AssertionError("not done: " + outcome);
    }

    @Override
    public void close() {
        wiring.close();
        shop.close();
    }

    public static final String DEMO_POLICY = """
            @id("support-reads")
            permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"shop")
            when { resource is Writ::McpServer || resource in Writ::ToolCategory::"read" };
            @id("support-mails")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/send_email", resource)
            when { context.input.to like "*@customer.example" };
            @id("refund-small")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/create_refund", resource)
            when { context.input.amount.lessThanOrEqual(decimal("500.00")) && context.task.purpose == "support case" };
            @id("refund-large")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/create_refund", resource)
            when { context.task.purpose == "support case" && context.approvals.contains(Writ::Group::"finance-leads") };
            """;
}
