package dev.writ.bench;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.policy.Arguments;
import dev.writ.policy.CedarOracle;
import dev.writ.policy.Decision;
import dev.writ.policy.Entities;
import dev.writ.policy.Entity;
import dev.writ.policy.PolicySet;
import dev.writ.policy.Question;
import dev.writ.policy.Schema;
import dev.writ.policy.ToolAction;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import dev.writ.policy.publish.Shipped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What a decision costs as policies grow, beside cedar-java. Run with {@code ./mvnw -B test -Dtest=PolicyBench}; the
 * name keeps it out of the default tests. Prints nanoseconds and bytes for each operation.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx1g", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED"})
public class PolicyBench {
    private static final int CALLS = 64;
    private static final Uid SHOP = uid("McpServer", "shop");
    private static final Uid MONEY = uid("ToolCategory", "money");
    private static final Uid PERSON = uid("Person", "ann");

    @Test
    void run() throws Exception {
        new Runner(new OptionsBuilder()
                        .include(PolicyBench.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .build())
                .run();
    }

    /** Arguments as bytes, parsed, typed, put into a context, decided: what the policy part costs a call. */
    @Benchmark
    public Decision decideFromBytes(Ours ours) {
        return ours.policies.decide(ours.question(ours.next()));
    }

    @Benchmark
    public Decision decidePrebuilt(Ours ours) {
        return ours.policies.decide(ours.questions.get(ours.next()));
    }

    @Benchmark
    public boolean mayPermit(Ours ours) {
        return ours.policies.mayPermit(ours.questions.get(ours.next()));
    }

    @Benchmark
    public boolean cedarJava(Theirs theirs) throws Exception {
        return theirs.allowed();
    }

    /** A server whose tools and agents grow with the policies about them, so that a call meets about as many of them. */
    @State(Scope.Benchmark)
    public static class Ours {
        @Param({"10", "1000", "10000"})
        int count;

        PolicySet policies;
        List<ToolAction> tools;
        Entities snapshot;
        final List<byte[]> arguments = new ArrayList<>();
        final List<Question> questions = new ArrayList<>();
        private List<Map.Entry<String, Value>> facts;
        private int at;

        @Setup
        public void prepare() {
            tools = tools(count);
            policies = CedarOracle.compile(texts(count));
            snapshot = Entities.of(entities(tools));
            facts = List.copyOf(facts().entrySet());
            for (int i = 0; i < CALLS; i++)
                arguments.add(
                        ("{\"order\":\"o-%d\",\"amount\":%d.50,\"currency\":\"EUR\",\"reason\":\"a customer asked\"}"
                                        .formatted(i, i % 3 == 0 ? 900 : 10 + i))
                                .getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < CALLS; i++) questions.add(question(i));
            long allowed = questions.stream()
                    .filter(q -> policies.decide(q) instanceof Decision.Allow)
                    .count();
            if (allowed < CALLS / 4 || allowed == CALLS) throw new IllegalStateException("allowed " + allowed);
        }

        int next() {
            at = at + 1 & CALLS - 1;
            return at;
        }

        Question question(int call) {
            var tool = tools.get(call % tools.size());
            var typed = (Arguments.Typed) tool.arguments(JsonReader.readObject(arguments.get(call)));
            var context = Value.Record.builder();
            for (var fact : facts) context.put(fact.getKey(), fact.getValue());
            context.put("input", typed.input());
            return new Question(
                    uid("Agent", "a" + call % tools.size()),
                    tool.uid(),
                    uid("Tool", "t" + call % tools.size()),
                    context.build(),
                    snapshot);
        }
    }

    /** The same through cedar-java, its policies cached on the native side, without request validation. */
    @State(Scope.Benchmark)
    public static class Theirs {
        @Param({"10", "1000"})
        int count;

        private final BasicAuthorizationEngine engine = new BasicAuthorizationEngine();
        private final List<AuthorizationRequest> requests = new ArrayList<>();
        private com.cedarpolicy.model.policy.PolicySet policies;
        private Set<com.cedarpolicy.model.entity.Entity> entities;
        private int at;

        @Setup
        public void prepare() throws Exception {
            var texts = new LinkedHashSet<Policy>();
            texts(count).forEach((id, text) -> texts.add(new Policy(text, id)));
            policies = new com.cedarpolicy.model.policy.PolicySet(texts);
            policies.cache();
            entities = new HashSet<>();
            for (var entity : entities(tools(count)).stream().limit(30).toList()) entities.add(theirs(entity));
            for (int i = 0; i < CALLS; i++)
                requests.add(new AuthorizationRequest(
                        theirs(uid("Agent", "a0")),
                        theirs(new Uid("Writ::Action", "call:shop/t0")),
                        theirs(uid("Tool", "t0")),
                        Map.of(
                                "consented", new com.cedarpolicy.value.PrimBool(true),
                                "input",
                                        new com.cedarpolicy.value.CedarMap(
                                                Map.of("amount", new com.cedarpolicy.value.Decimal("10.5"))))));
        }

        boolean allowed() throws Exception {
            at = at + 1 & CALLS - 1;
            return engine.isAuthorized(requests.get(at), policies, entities)
                    .success
                    .orElseThrow()
                    .isAllowed();
        }

        private static com.cedarpolicy.model.entity.Entity theirs(Entity entity) {
            var parents = new HashSet<EntityUID>();
            for (var parent : entity.parents()) parents.add(theirs(parent));
            return new com.cedarpolicy.model.entity.Entity(theirs(entity.uid()), Map.of(), parents);
        }

        private static EntityUID theirs(Uid uid) {
            return new EntityUID(EntityTypeName.parse(uid.type()).orElseThrow(), uid.id());
        }
    }

    private static Map<String, String> texts(int count) {
        var texts = new LinkedHashMap<String, String>();
        var guardrails = Shipped.guardrails().split("(?=@id)");
        for (var guardrail : guardrails)
            if (guardrail.startsWith("@id")) texts.put("guard-" + texts.size(), guardrail.replaceAll("(?m)^//.*$", ""));
        int tools = toolCount(count);
        for (int i = 0; texts.size() < count + guardrails.length - 1; i++) texts.put("p" + i, text(i, tools));
        return texts;
    }

    /** Of ten policies one forbids, two are for an agent, seven for a group; each ten have a tool of their own. */
    private static String text(int i, int tools) {
        int tool = i / 10 % tools;
        return switch (i % 10) {
            case 0 ->
                "forbid (principal, action == Writ::Action::\"call:shop/t%d\", resource) when { context.input.amount.greaterThan(decimal(\"%d.0\")) } unless { context.approvals.contains(Writ::Group::\"finance-leads\") };"
                        .formatted(tool, 1_000 + i % 50);
            case 1, 2 ->
                "permit (principal == Writ::Agent::\"a%d\", action in Writ::Action::\"tool:call\", resource in Writ::McpServer::\"shop\") when { context.task.purpose == \"audit\" };"
                        .formatted(tool);
            default ->
                "permit (principal in Writ::Group::\"g%d\", action == Writ::Action::\"call:shop/t%d\", resource) when { context.input.amount.lessThanOrEqual(decimal(\"%d.0\")) && context.task.purpose == \"support case\" };"
                        .formatted(i % 5, tool, 100 + i % 400);
        };
    }

    private static int toolCount(int count) {
        return Math.max(1, count / 10);
    }

    private static List<ToolAction> tools(int count) {
        var schema = JsonReader.readObject("""
                {"type":"object","required":["order","amount","currency"],"properties":{"order":{"type":"string"},
                 "amount":{"type":"number"},"currency":{"enum":["EUR","USD"]},"reason":{"type":"string"}}}
                """.getBytes(StandardCharsets.UTF_8));
        var tools = new ArrayList<ToolAction>();
        for (int i = 0; i < toolCount(count); i++)
            tools.add(ToolAction.of(new Name("shop"), "t" + i, schema, Set.of()));
        return tools;
    }

    private static List<Entity> entities(List<ToolAction> tools) {
        var entities = new ArrayList<>(Schema.actions());
        entities.add(Entity.of(SHOP));
        entities.add(Entity.of(MONEY));
        entities.add(Entity.of(PERSON, Value.Record.of(Map.of("active", Value.Bool.TRUE)), Set.of()));
        for (int i = 0; i < 5; i++) entities.add(Entity.of(uid("Group", "g" + i)));
        for (int i = 0; i < tools.size(); i++)
            entities.add(Entity.of(
                    uid("Agent", "a" + i),
                    Value.Record.of(Map.of(
                            "owner", new Value.Entity(PERSON),
                            "status", new Value.Entity(uid("AgentStatus", "active")),
                            "modelTier", new Value.Long(1),
                            "recertifyBy", new Value.DateTime(2_000_000))),
                    Set.of(
                            uid("Group", "g" + i % 5),
                            uid("Group", "g" + (i + 1) % 5),
                            uid("Group", "g" + (i + 2) % 5))));
        for (int i = 0; i < tools.size(); i++) {
            entities.add(tools.get(i).entity());
            entities.add(Entity.of(
                    uid("Tool", "t" + i),
                    Value.Record.of(Map.of("data", Value.Set.ofEntities(List.of(uid("Label", "personal"))))),
                    Set.of(SHOP, MONEY)));
        }
        return entities;
    }

    private static Map<String, Value> facts() {
        var labels = Value.Set.ofEntities(List.of(uid("Label", "personal")));
        return Map.of(
                "now", new Value.DateTime(1_000_000),
                "task",
                        Value.Record.of(
                                Map.of("purpose", new Value.Str("support case"), "data", labels, "labels", labels)),
                "approvals", Value.Set.EMPTY,
                "consented", Value.Bool.TRUE,
                "caller", new Value.Str("direct"),
                "binding", new Value.Str("none"),
                "depth", new Value.Long(0),
                "modelOutput", new Value.Str("none"),
                "untrustedInputs", Value.Set.EMPTY);
    }

    private static Uid uid(String type, String id) {
        return new Uid("Writ::" + type, id);
    }
}
