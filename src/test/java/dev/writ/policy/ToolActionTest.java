package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.JsonSamples;
import dev.writ.base.Name;
import dev.writ.policy.publish.Shipped;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolActionTest {
    private static final Name SHOP = new Name("shop");

    @ParameterizedTest
    @CsvSource(
            delimiter = '^',
            quoteCharacter = '~',
            value = {
                "{\"type\":\"string\"}^String",
                "{\"type\":\"string\",\"format\":\"email\"}^String",
                "{\"type\":\"string\",\"format\":\"date-time\"}^datetime",
                "{\"type\":\"string\",\"format\":\"date\"}^String",
                "{\"type\":\"string\",\"format\":\"duration\"}^duration",
                "{\"type\":\"string\",\"format\":\"ipv4\"}^ipaddr",
                "{\"type\":\"string\",\"format\":\"ipv6\"}^ipaddr",
                "{\"type\":\"integer\"}^Long",
                "{\"type\":\"number\"}^decimal",
                "{\"type\":\"boolean\"}^Bool",
                "{\"enum\":[\"a\",\"b\"]}^String",
                "{\"const\":\"a\"}^String",
                "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}^Set<Long>",
                "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}^Set<Set<String>>",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{}},\"required\":[\"a\"]}^{ a: String }",
                "{\"$ref\":\"#/$defs/Size\"}^Long",
                "{\"$ref\":\"#/$defs/Size\",\"description\":\"how big\"}^Long",
                "{\"type\":[\"string\",\"null\"]}^",
                "{\"type\":\"null\"}^",
                "{\"type\":\"object\"}^",
                "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}^",
                "{\"type\":\"array\"}^",
                "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"string\"}]}}^",
                "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"string\"}}^",
                "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}^",
                "{\"enum\":[\"a\",1]}^",
                "{\"enum\":[]}^",
                "{}^",
                "true^",
                "{\"$ref\":\"#/$defs/Loop\"}^",
                "{\"$ref\":\"#/$defs/Gone\"}^",
                "{\"$ref\":\"https://example.com/schema\"}^",
                "{\"$ref\":\"#/$defs/Size\",\"type\":\"string\"}^",
                "{\"type\":\"money\"}^",
            })
    void aSchemaBecomesACedarTypeOrNone(String property, String type) {
        var found = tool("{\"type\":\"object\",\"required\":[\"x\"],\"$defs\":{\"Size\":{\"type\":\"integer\"},"
                        + "\"Loop\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/Loop\"}}},\"properties\":{\"x\":"
                        + property + "}}")
                .inputType();
        assertThat(found).isEqualTo(type == null ? "{}" : "{ x: " + type + " }");
    }

    @Test
    void namesThatAreNoIdentifiersAreQuotedAndTheSchemaIsValid() {
        var odd = List.of(
                "plain",
                "_x9",
                "with-dash",
                "in",
                "if",
                "true",
                "__cedar",
                "quo\"te",
                "back\\slash",
                "ünï",
                "9a",
                "",
                "new\nline",
                "$ref",
                "a b",
                "\u202e",
                "like",
                "is");
        var properties = Json.object();
        for (var name : odd)
            properties.put(name, Json.object().put("type", "string").build());
        var tool = ToolAction.of(
                SHOP,
                "odd \"tool\"\\\n名",
                Json.object()
                        .put("type", "object")
                        .put("properties", properties.build())
                        .build(),
                Set.of());
        assertThat(tool.inputType()).contains("plain?: String, _x9?: String, \"with-dash\"?: String, \"in\"?: String");
        var schema = Schema.text(Shipped.schema(), List.of(tool));
        var clauses = new StringBuilder("true");
        for (var name : odd) {
            var quoted = CedarText.quoted(name);
            clauses.append(" && (context.input has ")
                    .append(quoted)
                    .append(" && context.input[")
                    .append(quoted)
                    .append("] != \"x\")");
        }
        var policy = "permit (principal, action == " + tool.uid() + ", resource) when { " + clauses + " };";
        assertThat(CedarOracle.valid(Map.of("p", policy), schema)).hasSize(1);
        var set = CedarOracle.compile("@id(\"p\") " + policy);
        assertThat(set.size()).isEqualTo(1);
    }

    @Test
    void theGeneratedActionReadsAsInTheDesign() {
        var tool = ToolAction.of(SHOP, "create_refund", object("""
                        {"type":"object","required":["order","amount","currency"],"properties":{"order":{"type":"string"},
                         "amount":{"type":"number"},"currency":{"enum":["EUR"]},"reason":{"type":"string"}}}
                        """), Set.of());
        assertThat(tool.schemaText()).isEqualTo("""
                          action "call:shop/create_refund" in ["tool:call"] appliesTo { principal: [Agent, Run], resource: Tool, context: {
                            now: datetime, task: Task, approvals: Set<Group>, consented: Bool, caller: String, binding: String, depth: Long,
                            modelOutput: String, untrustedInputs: Set<String>,
                            input: { order: String, amount: decimal, currency: String, reason?: String } } };
                        """);
        assertThat(tool.entity()).isEqualTo(Entity.of(tool.uid(), ToolAction.TOOL_CALL));
    }

    @Test
    void theActionsAsEntitiesAreThoseOfTheSchema() {
        var schema = Shipped.schema();
        var declared = java.util.regex.Pattern.compile(
                        "^ {2}action \"([^\"]+)\"( in \\[\"any\"])?", java.util.regex.Pattern.MULTILINE)
                .matcher(schema)
                .results()
                .map(found -> new Entity(
                        new Uid("Writ::Action", found.group(1)),
                        Value.Record.EMPTY,
                        Map.of(),
                        found.group(2) == null ? Set.of() : Set.of(new Uid("Writ::Action", "any"))))
                .toList();
        assertThat(declared).containsExactlyInAnyOrderElementsOf(Schema.actions());
    }

    @Test
    void twoToolsCannotClaimOneAction() {
        var tool = tool("{}");
        assertThatThrownBy(() -> Schema.text(Shipped.schema(), List.of(tool, tool)))
                .isInstanceOfSatisfying(PolicyException.class, e -> assertThat(e.code())
                        .isEqualTo(PolicyException.Code.DUPLICATE_ACTION));
    }

    @Test
    void theOrderOfToolsDoesNotChangeTheSchema() {
        var one = ToolAction.of(SHOP, "one", Json.Obj.EMPTY, Set.of());
        var two = ToolAction.of(SHOP, "two", Json.Obj.EMPTY, Set.of());
        assertThat(Schema.text(Shipped.schema(), List.of(one, two)))
                .isEqualTo(Schema.text(Shipped.schema(), List.of(two, one)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            nullValues = "broken",
            value = {
                "string#\"a\"#Str[value=a]",
                "string#1#broken",
                "string#null#broken",
                "integer#1#Long[value=1]",
                "integer#1.0#Long[value=1]",
                "integer#1e3#Long[value=1000]",
                "integer#-9223372036854775808#Long[value=-9223372036854775808]",
                "integer#9223372036854775808#broken",
                "integer#1.5#broken",
                "integer#1e999999999#broken",
                "integer#0e999999999#Long[value=0]",
                "integer#\"1\"#broken",
                "number#1#Decimal[tenThousandths=10000]",
                "number#-1.2345#Decimal[tenThousandths=-12345]",
                "number#1.23450000#Decimal[tenThousandths=12345]",
                "number#1.00001#broken",
                "number#1e-4#Decimal[tenThousandths=1]",
                "number#1e-5#broken",
                "number#922337203685477.5807#Decimal[tenThousandths=9223372036854775807]",
                "number#922337203685477.5808#broken",
                "number#1e-999999999#broken",
                "number#1e400#broken",
                "boolean#true#Bool[value=true]",
                "boolean#\"true\"#broken",
                "date-time#\"1970-01-01T00:00:00.001Z\"#DateTime[epochMillis=1]",
                "date-time#\"1970-01-01T01:00:00+01:00\"#DateTime[epochMillis=0]",
                "date-time#\"1970-01-01t00:00:00z\"#DateTime[epochMillis=0]",
                "date-time#\"1970-01-01T00:00:00.0001Z\"#broken",
                "date-time#\"1970-01-01T00:00:60Z\"#broken",
                "date-time#\"1970-01-01\"#broken",
                "date-time#\"1970-02-30T00:00:00Z\"#broken",
                "duration#\"P1DT2H\"#Duration[millis=93600000]",
                "duration#\"P2W\"#Duration[millis=1209600000]",
                "duration#\"PT0S\"#Duration[millis=0]",
                "duration#\"P1Y\"#broken",
                "duration#\"P1M\"#broken",
                "duration#\"P\"#broken",
                "duration#\"PT\"#broken",
                "duration#\"P1DT\"#broken",
                "duration#\"-P1D\"#broken",
                "duration#\"P999999999999D\"#broken",
                "ipv4#\"127.0.0.1\"#IpAddr[v6=false, high=0, low=2130706433, prefix=32]",
                "ipv4#\"127.0.0.0/8\"#broken",
                "ipv4#\"::1\"#broken",
                "ipv6#\"::1\"#IpAddr[v6=true, high=0, low=1, prefix=128]",
                "ipv6#\"127.0.0.1\"#broken",
            })
    void anArgumentBecomesAValueOrBroken(String type, String json, String value) {
        var schema = List.of("string", "integer", "number", "boolean").contains(type)
                ? "{\"type\":\"" + type + "\"}"
                : "{\"type\":\"string\",\"format\":\"" + type + "\"}";
        var found = input(tool("{\"properties\":{\"x\":" + schema + "},\"type\":\"object\"}"), "{\"x\":" + json + "}")
                .field("x")
                .orElseThrow();
        if (value == null) assertThat(found).isInstanceOf(Value.Broken.class);
        else assertThat(found).hasToString(value);
    }

    @Test
    void absentUnknownAndNestedMembersKeepTheirMeaning() {
        var tool = tool("""
                {"type":"object","required":["must"],"properties":{"must":{"type":"string"},"may":{"type":"string"},
                 "list":{"type":"array","items":{"type":"number"}},
                 "deep":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}}
                """);
        var input = input(tool, "{\"extra\":1,\"list\":[1,1.0,2],\"deep\":{\"n\":5,\"m\":6}}");
        assertThat(input.names()).containsExactlyInAnyOrder("must", "list", "deep");
        assertThat(input.field("must").orElseThrow()).isInstanceOf(Value.Broken.class);
        assertThat(input.field("list"))
                .contains(Value.Set.of(List.of(new Value.Decimal(10_000), new Value.Decimal(20_000))));
        assertThat(input.field("deep")).contains(Value.Record.of(Map.of("n", new Value.Long(5))));
        assertThat(input(tool, "{\"must\":\"a\",\"list\":[1.00001]}")
                        .field("list")
                        .orElseThrow())
                .isInstanceOf(Value.Broken.class);
        assertThat(input(tool, "{\"must\":\"a\",\"deep\":{\"n\":1.5}}").unusable())
                .isTrue();
    }

    @Test
    void readingTheWholeOfARecordWithABrokenFieldIsAnError() {
        var set = CedarOracle.compile("""
                @id("other") permit (principal, action, resource) when { context.input.b == "b" };
                @id("whole") permit (principal, action, resource) when { context.input == {a: 1, b: "b"} };
                @id("has") permit (principal, action, resource) when { context.input has a };
                @id("in-set") permit (principal, action, resource) when { [context.input].isEmpty() };
                @id("in-record") permit (principal, action, resource) when { {r: context.input} != {r: context.input} };
                """);
        var input = input(
                tool("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"string\"}}}"),
                "{\"a\":1.5,\"b\":\"b\"}");
        var nobody = new Uid("A", "a");
        var answer = set.evaluate(
                new Question(nobody, nobody, nobody, Value.Record.of(Map.of("input", input)), Entities.NONE));
        assertThat(answer.determining()).containsExactly("has", "other");
        assertThat(answer.errors()).extracting(PolicyError::policy).containsExactly("in-record", "in-set", "whole");
    }

    @Test
    void noArgumentsAndNoSchemaCanThrow() {
        var random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            var schema = JsonSamples.object(random, 4);
            var tool = ToolAction.of(SHOP, "t", schema.with("type", Json.of("object")), Set.of("a"));
            var outcome = tool.arguments(JsonSamples.object(random, 3));
            assertThat(outcome).isNotNull();
            var fixed = tool(
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\"},\"b\":{\"type\":\"array\",\"items\":"
                            + "{\"type\":\"integer\"}},\"zz\":{\"type\":\"string\",\"format\":\"ipv6\"}}}");
            assertThat(fixed.arguments(JsonSamples.object(random, 3))).isInstanceOf(Arguments.Typed.class);
        }
    }

    @Test
    void aHugeSchemaIsCutNotFollowed() {
        var properties = Json.object();
        for (int i = 0; i < 5_000; i++)
            properties.put("p" + i, Json.object().put("type", "string").build());
        var wide = ToolAction.of(
                SHOP,
                "t",
                Json.object()
                        .put("type", "object")
                        .put("properties", properties.build())
                        .build(),
                Set.of());
        assertThat(wide.inputType().split(",")).hasSize(InputTypes.MEMBERS_MAX);
        // A doubling reference: 2^16 members if it were followed without a bound.
        var doubling = tool("""
                {"type":"object","properties":{"x":{"$ref":"#/$defs/D"}},"$defs":{"D":{"type":"object",
                 "properties":{"l":{"$ref":"#/$defs/D"},"r":{"$ref":"#/$defs/D"}}}}}
                """);
        assertThat(doubling.inputType().length()).isLessThan(100_000);
    }

    private static ToolAction tool(String schema) {
        return ToolAction.of(SHOP, "t", object(schema), Set.of());
    }

    private static Value.Record input(ToolAction tool, String arguments) {
        return ((Arguments.Typed) tool.arguments(object(arguments))).input();
    }

    private static Json.Obj object(String text) {
        return (Json.Obj) JsonReader.read(text);
    }
}
