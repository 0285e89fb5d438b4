package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.policy.publish.Shipped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The shipped guardrails and a support team's policies, as guard will ask them. */
class DecisionTest {
    private static final String SUPPORT = """
            @id("refund-small")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/create_refund", resource)
            when { context.input.amount.lessThanOrEqual(decimal("500.00")) && context.task.purpose == "support case" };
            @id("refund-large")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/create_refund", resource)
            when { context.task.purpose == "support case" && context.approvals.contains(Writ::Group::"finance-leads") };
            """;
    private static final PolicySet SET = CedarOracle.compile(Shipped.guardrails() + SUPPORT);
    private static final ToolAction REFUND =
            ToolAction.of(new Name("shop"), "create_refund", (Json.Obj) JsonReader.read("""
                    {"type":"object","required":["order","amount"],"properties":{"order":{"type":"string"},
                     "amount":{"type":"number"}}}
                    """), Set.of());
    private static final Uid AGENT = new Uid("Writ::Agent", "triage");
    private static final Uid OWNER = new Uid("Writ::Person", "ann");
    private static final Uid TOOL = new Uid("Writ::Tool", "shop/create_refund");
    private static final Uid SUPPORT_AGENTS = new Uid("Writ::Group", "support-agents");
    private static final Uid SHOP = new Uid("Writ::McpServer", "shop");
    private static final Uid EXTERNAL = new Uid("Writ::ToolCategory", "external");

    private final Map<String, Value> facts = new HashMap<>(Map.of(
            "now",
            new Value.DateTime(1_000),
            "task",
            task("support case", Set.of("personal"), Set.of()),
            "approvals",
            Value.Set.EMPTY,
            "consented",
            Value.Bool.TRUE,
            "input",
            input("100.00")));
    private final List<Entity> described = new ArrayList<>(List.of(
            agent("active"),
            Entity.of(OWNER, Value.Record.of(Map.of("active", Value.Bool.TRUE)), Set.of()),
            Entity.of(SUPPORT_AGENTS),
            Entity.of(SHOP),
            Entity.of(EXTERNAL),
            Entity.of(TOOL, Value.Record.of(Map.of("data", labels(Set.of("personal")))), Set.of(SHOP, EXTERNAL)),
            REFUND.entity()));

    @Test
    void aSmallRefundIsAllowed() {
        assertThat(decide()).isEqualTo(new Decision.Allow(List.of("refund-small"), List.of()));
    }

    @Test
    void aLargeRefundAsksFinance() {
        facts.put("input", input("500.01"));
        assertThat(decide())
                .isEqualTo(
                        new Decision.Ask(List.of("refund-large"), List.of(), List.of(Set.of("finance-leads")), false));
        facts.put("approvals", groups("finance-leads"));
        assertThat(decide()).isEqualTo(new Decision.Allow(List.of("refund-large"), List.of()));
    }

    @Test
    void outsideTheConsentThePersonIsAskedAndSometimesFinanceToo() {
        facts.put("consented", Value.Bool.FALSE);
        assertThat(decide())
                .isEqualTo(new Decision.Ask(List.of("guard-consent", "refund-small"), List.of(), List.of(), true));
        facts.put("input", input("900.00"));
        assertThat(decide())
                .isEqualTo(new Decision.Ask(
                        List.of("guard-consent", "refund-large"), List.of(), List.of(Set.of("finance-leads")), true));
    }

    @Test
    void afterUntrustedAndPersonalContentBothGroupsMustAgree() {
        facts.put("task", task("support case", Set.of("personal"), Set.of("personal", "untrusted")));
        facts.put("input", input("900.00"));
        assertThat(decide())
                .isEqualTo(new Decision.Ask(
                        List.of("guard-rule-of-two", "refund-large"),
                        List.of(),
                        List.of(Set.of("data-owners", "finance-leads")),
                        false));
    }

    @Test
    void aSuspendedAgentIsForbiddenAndNoApprovalHelps() {
        described.set(0, agent("suspended"));
        facts.put("approvals", groups("finance-leads", "data-owners"));
        assertThat(decide())
                .isEqualTo(new Decision.Deny(
                        List.of("guard-agent-in-good-standing"),
                        List.of(),
                        new Decision.Reason.Forbidden(List.of("guard-agent-in-good-standing"))));
    }

    @Test
    void anotherPurposeIsPermittedByNothing() {
        facts.put("task", task("marketing", Set.of("personal"), Set.of()));
        assertThat(decide()).isEqualTo(new Decision.Deny(List.of(), List.of(), new Decision.Reason.NoPermit()));
    }

    @Test
    void aNumberThatCannotBeExpressedSkipsThePermitThatReadsIt() {
        facts.put("input", input("1.00001"));
        var decision = decide();
        assertThat(decision).isInstanceOf(Decision.Ask.class);
        assertThat(decision.errors()).hasSize(1).allMatch(error -> error.policy()
                .equals("refund-small"));
        facts.put("approvals", groups("finance-leads"));
        assertThat(decide()).isInstanceOfSatisfying(Decision.Allow.class, allow -> {
            assertThat(allow.determining()).containsExactly("refund-large");
            assertThat(allow.errors()).extracting(PolicyError::policy).containsExactly("refund-small");
        });
    }

    @Test
    void anErrorInAForbidDeniesWhereCedarWouldSkipIt() {
        var set = CedarOracle.compile(SUPPORT
                + "@id(\"limit\") forbid (principal, action, resource) when { context.input.amount.greaterThan(decimal(\"9.0\")) };"
                + "@id(\"all\") permit (principal, action, resource);");
        facts.put("input", input("1.00001"));
        assertThat(set.evaluate(question()).allowed()).isTrue();
        assertThat(set.decide(question())).isInstanceOfSatisfying(Decision.Deny.class, deny -> {
            assertThat(deny.reason().code()).isEqualTo("policy_error");
            assertThat(deny.reason().text()).contains("limit").contains("four places");
            assertThat(deny.determining()).isEmpty();
        });
    }

    @Test
    void anEntityThatNobodyDescribedDenies() {
        for (var gone : List.of(AGENT, OWNER, TOOL, SUPPORT_AGENTS, SHOP, EXTERNAL, REFUND.uid())) {
            var less = described.stream().filter(e -> !e.uid().equals(gone)).toList();
            var decision = SET.decide(question(less));
            assertThat(decision).as(gone.toString()).isInstanceOfSatisfying(Decision.Deny.class, deny -> assertThat(
                            deny.reason())
                    .isEqualTo(new Decision.Reason.IncompleteEntities(gone)));
        }
    }

    @Test
    void anAncestorThatNobodyDescribedCannotHideAForbid() {
        var inner = new Uid("Writ::Group", "inner");
        var set = CedarOracle.compile("""
                @id("p") permit (principal, action, resource);
                @id("f") forbid (principal in Writ::Group::"outer", action, resource);
                """);
        described.set(0, Entity.of(AGENT, inner));
        assertThat(set.decide(question())).isInstanceOfSatisfying(Decision.Deny.class, deny -> assertThat(deny.reason())
                .isEqualTo(new Decision.Reason.IncompleteEntities(inner)));
        described.add(Entity.of(inner, new Uid("Writ::Group", "outer")));
        described.add(Entity.of(new Uid("Writ::Group", "outer")));
        assertThat(set.decide(question()))
                .isInstanceOfSatisfying(Decision.Deny.class, deny -> assertThat(deny.determining())
                        .containsExactly("f"));
    }

    @Test
    void theSearchForGroupsIsBoundedAndStillAnswers() {
        var all = new TreeSet<String>();
        var condition = new StringBuilder("true");
        for (int i = 0; i < 24; i++) {
            all.add("g" + i);
            condition
                    .append(" && context.approvals.contains(Writ::Group::\"g")
                    .append(i)
                    .append("\")");
        }
        var set = CedarOracle.compile("@id(\"p\") permit (principal, action, resource) when { " + condition + " };");
        assertThat(set.decide(question())).isEqualTo(new Decision.Ask(List.of("p"), List.of(), List.of(all), false));
    }

    @Test
    void alternativesAreNamedSmallestFirstAndAtMostEight() {
        var text = new StringBuilder();
        for (int i = 0; i < 12; i++)
            text.append(
                    "@id(\"p%d\") permit (principal, action, resource) when { context.approvals.contains(Writ::Group::\"g%d\") };"
                            .formatted(i, i));
        var decision = CedarOracle.compile(text.toString()).decide(question());
        assertThat(decision).isInstanceOfSatisfying(Decision.Ask.class, ask -> assertThat(ask.of())
                .hasSize(8)
                .allMatch(one -> one.size() == 1));
    }

    @Test
    void anUnknownNodeStopsTheLoad() {
        var good = CedarOracle.est("permit (principal, action, resource) when { principal has a.b && 1 < 2 };")
                .text();
        for (var change : List.of(
                List.of("\"<\"", "\"<<\""),
                List.of("\"effect\":\"permit\"", "\"effect\":\"allow\""),
                List.of("\"op\":\"All\"", "\"op\":\"Any\""),
                List.of("\"kind\":\"when\"", "\"kind\":\"while\""),
                List.of("\"Var\":\"principal\"", "\"Var\":\"tenant\""),
                List.of("\"Value\":1", "\"Value\":null"),
                List.of("\"Value\":1", "\"Value\":1.5"),
                List.of("\"Value\":1", "\"Slot\":\"?principal\""),
                List.of("\"Value\":1", "\"shout\":[]"),
                List.of("\"left\":", "\"middle\":1,\"left\":"),
                List.of("\"conditions\":", "\"surprise\":1,\"conditions\":"))) {
            var odd = good.replace(change.getFirst(), change.getLast());
            assertThat(odd).as(change.toString()).isNotEqualTo(good);
            assertThatThrownBy(() -> compile(odd))
                    .as(change.toString())
                    .isInstanceOfSatisfying(PolicyException.class, e -> assertThat(e.code())
                            .isEqualTo(PolicyException.Code.UNKNOWN_NODE))
                    .hasMessageContaining("policy x");
        }
        assertThat(compile(good).size()).isEqualTo(1);
    }

    @Test
    void templatesAndUnknownMembersOfABundleStopTheLoad() {
        for (var bundle : List.of(
                "{}",
                "{\"staticPolicies\":{},\"templates\":{\"t\":{}}}",
                "{\"staticPolicies\":{},\"templateLinks\":[{}]}",
                "{\"staticPolicies\":{\"a\":1}}",
                "{\"staticPolicies\":{\"a\":{}}}",
                "{\"staticPolicies\":{},\"more\":1}"))
            assertThatThrownBy(() -> PolicySet.compile((Json.Obj) JsonReader.read(bundle)))
                    .as(bundle)
                    .isInstanceOf(PolicyException.class);
    }

    private static PolicySet compile(String est) {
        return PolicySet.compile(Json.object()
                .put(
                        "staticPolicies",
                        Json.object().put("x", JsonReader.read(est)).build())
                .build());
    }

    private Decision decide() {
        return SET.decide(question());
    }

    private Question question() {
        return question(described);
    }

    private Question question(List<Entity> entities) {
        var snapshot = Entities.of(Schema.actions());
        return new Question(AGENT, REFUND.uid(), TOOL, Value.Record.of(facts), snapshot.with(entities));
    }

    private static Value input(String amount) {
        var arguments = (Json.Obj) JsonReader.read("{\"order\":\"o-1\",\"amount\":" + amount + "}");
        return ((Arguments.Typed) REFUND.arguments(arguments)).input();
    }

    private static Entity agent(String status) {
        return Entity.of(
                AGENT,
                Value.Record.of(Map.of(
                        "owner", new Value.Entity(OWNER),
                        "status", new Value.Entity(new Uid("Writ::AgentStatus", status)),
                        "modelTier", new Value.Long(1),
                        "recertifyBy", new Value.DateTime(2_000))),
                Set.of(SUPPORT_AGENTS));
    }

    private static Value task(String purpose, Set<String> data, Set<String> labels) {
        return Value.Record.of(
                Map.of("purpose", new Value.Str(purpose), "data", labels(data), "labels", labels(labels)));
    }

    private static Value labels(Set<String> names) {
        return Value.Set.ofEntities(
                names.stream().map(name -> new Uid("Writ::Label", name)).toList());
    }

    private static Value groups(String... names) {
        return Value.Set.ofEntities(List.of(names).stream()
                .map(name -> new Uid("Writ::Group", name))
                .toList());
    }
}
