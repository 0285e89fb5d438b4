package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputSchemaTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** What common frameworks generate: zod's converter, pydantic, and what people write by hand. */
    private static final List<String> USUAL = List.of("""
            {"type":"object","properties":{"order":{"type":"string","minLength":1,"pattern":"^o-[0-9]+$"},
             "amount":{"type":"number","exclusiveMinimum":0,"maximum":1000.00,"multipleOf":0.01},
             "currency":{"enum":["EUR","USD"],"x-mcp-header":"Currency"}},
             "required":["order"],"additionalProperties":false}""", """
            {"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
             "properties":{"paths":{"type":"array","items":{"type":"string"},"minItems":1,"uniqueItems":true},
             "edits":{"type":"array","items":{"type":"object","properties":{"oldText":{"type":"string",
             "description":"Text to search for"}},"required":["oldText"],"additionalProperties":false}}},
             "required":["paths"],"additionalProperties":false}""", """
            {"$defs":{"Point":{"properties":{"x":{"title":"X","type":"integer"}},"required":["x"],"title":"Point",
             "type":"object"}},"properties":{"at":{"anyOf":[{"$ref":"#/$defs/Point"},{"type":"null"}],"default":null},
             "limit":{"anyOf":[{"type":"integer"},{"type":"null"}],"default":null,"title":"Limit"}},
             "title":"searchArguments","type":"object"}""", "{\"type\":\"object\"}", "{}");

    private static final List<String> MORE_THAN_A_SHAPE = List.of(
            "{\"not\":{}}",
            "{\"oneOf\":[{},{\"type\":\"string\"}]}",
            "{\"properties\":{\"a\":{\"if\":{},\"then\":false}}}",
            "{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\"}",
            "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"properties\":{\"a\":{\"format\":\"email\"}}}",
            "{\"$id\":\"https://example.com/x\"}",
            "{\"properties\":{\"a\":{\"$ref\":\"#/properties/b\"},\"b\":{}}}",
            "{\"$defs\":{\"a\":{\"properties\":{\"next\":{\"$ref\":\"#/$defs/a\"}}}},\"$ref\":\"#/$defs/a\"}",
            "{\"$defs\":{\"a\":{\"type\":\"frog\"}}}",
            "{\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":1e3}}}",
            "{\"properties\":{\"a\":{\"enum\":[[1],{}]}}}",
            "{\"properties\":{\"a\":{\"unheardOf\":true}}}",
            "{\"required\":[\"a\",1]}");

    @Test
    void whatToolsUsuallyHaveIsCompiled() {
        for (var schema : USUAL)
            assertThat(schema(schema).hasShape()).as(schema).isTrue();
    }

    /** A pattern of the server's over a text of the agent's may cost a million steps: too many for an event loop. */
    @Test
    void whatHasAPatternAnywhereIsNotQuickAndNeitherIsWhatHasNoShape() {
        assertThat(schema("{\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":9}}}")
                        .quick())
                .isTrue();
        for (var schema : List.of(
                "{\"properties\":{\"a\":{\"pattern\":\"^(a+)+$\"}}}",
                "{\"additionalProperties\":{\"pattern\":\"a\"}}",
                "{\"properties\":{\"a\":{\"items\":{\"anyOf\":[{\"type\":\"null\"},{\"pattern\":\"a\"}]}}}}",
                "{\"properties\":{\"a\":{\"if\":{},\"then\":false}}}"))
            assertThat(schema(schema).quick()).as(schema).isFalse();
    }

    @Test
    void everyToolOfTheShopIsCompiled(@TempDir Path data) throws Exception {
        try (var product = Product.start(data)) {
            var tools =
                    product.parts().registry().snapshot(Product.TENANT).tools().get(Product.SHOP);
            assertThat(tools).hasSizeGreaterThan(2);
            for (var tool : tools.values()) {
                var schema = tool.pin().orElseThrow().definition().inputSchema();
                assertThat(InputSchema.of(schema).hasShape()).as(schema.text()).isTrue();
            }
        }
    }

    @Test
    void whateverElseStandsInASchemaLeavesItToTheLibrary() {
        for (var schema : MORE_THAN_A_SHAPE)
            assertThat(schema(schema).hasShape()).as(schema).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"order":"o-1","amount":12.50,"currency":"EUR"}      |
            {"order":"o-1","amount":1000}                        |
            {"order":"o-1","amount":1000.0}                      |
            {"amount":1}                                         | : required property 'order' not found
            {"order":"o-1","amount":0}                           | /amount: must have an exclusive minimum value of 0
            {"order":"o-1","amount":1000.01}                     | /amount: must have a maximum value of 1000.00
            {"order":"o-1","amount":1.005}                       | /amount: must be multiple of 0.01
            {"order":"o-1","amount":"1"}                         | /amount: string found, number expected
            {"order":"o-1","currency":"GBP"}                     | /currency: does not have a value in the enumeration ["EUR", "USD"]
            {"order":"o-1x"}                                     | /order: does not match the regex pattern ^o-[0-9]+$
            {"order":"o-1\\n"}                                   | /order: does not match the regex pattern ^o-[0-9]+$
            {"order":"o-1","more":1}                             | : property 'more' is not defined in the schema and the schema does not allow additional properties
            """)
    void theReasonNamesTheArgumentAndWhatIsWrong(String arguments, String why) {
        assertThat(schema(USUAL.getFirst()).violation(json(arguments)).orElse(null))
                .isEqualTo(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "-0", "1.000", "123456789012"})
    void aNumberWithoutAFractionIsAnInteger(String number) {
        var schema = schema("{\"properties\":{\"n\":{\"type\":\"integer\"}}}");
        assertThat(schema.fits(json("{\"n\":" + number + "}"))).isTrue();
        assertThat(schema.violation(json("{\"n\":1.5}")))
                .hasValueSatisfying(why -> assertThat(why).startsWith("/n: "));
    }

    @Test
    void lengthsCountCodePoints() {
        var schema = schema("{\"properties\":{\"s\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":2}}}");
        assertThat(schema.fits(json("{\"s\":\"😀😀\"}"))).isTrue();
        assertThat(schema.violation(json("{\"s\":\"😀\"}"))).isPresent();
        assertThat(schema.violation(json("{\"s\":\"😀😀😀\"}"))).isPresent();
    }

    @Test
    void aNumberBeyond64BitsIsRefusedAndNeverThrows() {
        for (var number : List.of("9223372036854775808", "-1e300", "1e99999999", "9".repeat(400)))
            for (var bound : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
                var schema = schema("{\"properties\":{\"n\":{\"type\":\"integer\",\"" + bound + "\":5}}}");
                assertThat(schema.violation(json("{\"n\":" + number + "}")))
                        .as(bound + " " + number)
                        .isPresent();
            }
    }

    @Test
    void aBoundOfASchemaBeyondAllNumbersMakesTheToolUnusableAndNothingElse() {
        for (var keyword : List.of("minLength", "maxItems", "minimum", "multipleOf", "minProperties"))
            for (var number : List.of("9".repeat(300), "1e999", "1e99999999", "-1", "0"))
                schema("{\"properties\":{\"n\":{\"" + keyword + "\":" + number + "}}}")
                        .violation(json("{\"n\":1}"));
    }

    @Test
    void aSchemaThatRefersToItselfForEverRefusesAndNeverThrows() {
        var schema = schema("{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}},"
                + "\"properties\":{\"n\":{\"$ref\":\"#/$defs/a\"}}}");
        assertThat(schema.violation(json("{\"n\":1}")))
                .hasValueSatisfying(why -> assertThat(why).contains("refers to itself"));
    }

    @Test
    void definitionsThatMultiplyAreNotCompiledOutOfBounds() {
        var definitions = new StringBuilder("{\"$defs\":{");
        for (int i = 0; i < 60; i++)
            definitions
                    .append("\"d" + i + "\":{\"allOf\":[{\"$ref\":\"#/$defs/d" + (i + 1) + "\"},")
                    .append("{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}]},");
        var schema = json(definitions.append("\"d60\":{}}}").toString());
        Assertions.assertTimeoutPreemptively(
                SOON, () -> assertThat(ShapeReader.shape(schema)).isEmpty());
    }

    @Test
    void aChainOfDefinitionsDeeperThanAnyStackIsNotCompiled() {
        var definitions = Json.object();
        for (int i = 0; i < 20_000; i++)
            definitions.put(
                    "d" + i, Json.object().put("$ref", "#/$defs/d" + (i + 1)).build());
        var schema = Json.object()
                .put("$defs", definitions.put("d20000", Json.Obj.EMPTY).build())
                .build();
        assertThat(ShapeReader.shape(schema)).isEmpty();
    }

    @Test
    void aHugeEnumerationCostsACallNothing() {
        var values = new ArrayList<String>();
        for (int i = 0; i < 50_000; i++) values.add("value-" + i);
        var schema = InputSchema.of(Json.object()
                .put(
                        "properties",
                        Json.object()
                                .put("v", Json.object().put("enum", values).build())
                                .build())
                .build());
        assertThat(schema.fits(json("{\"v\":\"value-49999\"}"))).isTrue();
        assertThat(schema.violation(json("{\"v\":\"value-50000\"}")))
                .hasValueSatisfying(why -> assertThat(why).hasSizeLessThan(400));
    }

    @ParameterizedTest
    @ValueSource(strings = {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(\\\\w+\\\\s?)*$", "(.*a){20}$"})
    void aPatternThatBacktracksForEverIsCutOffAndTheCallRefused(String pattern) {
        for (var keyword : List.of("\"unheardOf\":1,", "")) {
            var schema = schema("{\"properties\":{\"s\":{" + keyword + "\"pattern\":\"" + pattern + "\"}}}");
            var hostile = json("{\"s\":\"" + "a".repeat(5_000) + "!\"}");
            Assertions.assertTimeoutPreemptively(
                    SOON, () -> assertThat(schema.violation(hostile)).isPresent());
        }
    }

    @Test
    void aPatternThatRepeatsNothingForEverMakesTheToolUnusable() {
        var schema = schema("{\"properties\":{\"s\":{\"pattern\":\"((?:){2147483647}){2147483647}\"}}}");
        Assertions.assertTimeoutPreemptively(SOON, () -> assertThat(schema.violation(json("{\"s\":\"a\"}")))
                .hasValueSatisfying(why -> assertThat(why).contains("repeats too often")));
    }

    @Test
    void aPatternNestedDeeperThanAnyStackMakesTheToolUnusable() {
        for (var text : List.of("(".repeat(1_900) + ")".repeat(1_900), "(".repeat(100_000), "[".repeat(1_000))) {
            var schema = schema("{\"properties\":{\"s\":{\"pattern\":\"" + text + "\"}}}");
            assertThat(schema.violation(json("{\"s\":\"a\"}")))
                    .hasValueSatisfying(why -> assertThat(why).contains("cannot be used"));
        }
    }

    @Test
    void aReferenceToAnotherDocumentIsNeverFollowed() {
        var schema = schema("{\"properties\":{\"a\":{\"$ref\":\"http://127.0.0.1:9/x.json\"}}}");
        assertThat(schema.violation(json("{\"a\":1}")))
                .hasValueSatisfying(why -> assertThat(why).contains("cannot be used"));
    }

    @Test
    void keywordsThatNobodyKnowsAreNotLogged() {
        var logged = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger("com.networknt.schema");
        logger.addHandler(handler);
        try {
            assertThat(WholeSchema.of(json("{\"properties\":{\"a\":{\"x-mcp-header\":\"A\",\"odd-17\":1}}}"))
                            .violation(json("{\"a\":1}")))
                    .isEmpty();
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(logged).isEmpty();
    }

    private static InputSchema schema(String text) {
        return InputSchema.of(json(text));
    }

    private static Json.Obj json(String text) {
        return JsonReader.readObject(text.getBytes(UTF_8));
    }
}
