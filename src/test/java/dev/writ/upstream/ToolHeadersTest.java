package dev.writ.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Headers;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments that travel as headers too: which schemas may ask for it, and what fits. */
class ToolHeadersTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{
              "region":{"type":"string","x-mcp-header":"Region"},
              "count":{"type":["integer","null"],"x-mcp-header":"Count"},
              "x-mcp-header":{"type":"object","properties":{"dry":{"type":"boolean","x-mcp-header":"Dry-Run"}}},
              "plain":{"type":"number","default":{"x-mcp-header":"no"}}}}""";

    private static Json.Obj json(String text) {
        return (Json.Obj) JsonReader.read(text);
    }

    private static ToolHeaders headers() {
        if (ToolHeaders.of(json(SCHEMA)) instanceof ToolHeaders.Read.Valid(var headers)) return headers;
        throw new AssertionError();
    }

    @Test
    void whatIsAnnotatedAlongPropertiesIsSentAndNothingElse() {
        var sent = headers()
                .forCall(
                        json(
                                "{\"region\":\"a\\r\\nb\",\"count\":42.0,\"x-mcp-header\":{\"dry\":true},\"plain\":1,\"other\":2}"));
        assertThat(sent)
                .containsOnlyKeys("mcp-param-region", "mcp-param-count", "mcp-param-dry-run")
                .containsEntry("mcp-param-region", "=?base64?YQ0KYg==?=")
                .containsEntry("mcp-param-count", "42")
                .containsEntry("mcp-param-dry-run", "true");
        assertThat(headers().forCall(json("{\"region\":null,\"x-mcp-header\":[]}")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"region\":\"us\"}|mcp-param-region|us|true",
                "{\"region\":\"us\"}|MCP-Param-REGION|us|true",
                "{\"region\":\"us\"}|mcp-param-region|=?base64?dXM=?=|true",
                "{\"region\":\"us\"}|mcp-param-region|US|false",
                "{\"region\":\"us\"}|mcp-param-region|=?base64?dXM?=|false",
                "{\"region\":\"us\"}|mcp-param-other|us|false",
                "{\"region\":null}|mcp-param-region|null|false",
                "{}|mcp-param-region|us|false",
                "{}|mcp-param-unknown|us|true",
                "{\"count\":42}|mcp-param-count|42.0|true",
                "{\"count\":42.0}|mcp-param-count|42|true",
                "{\"count\":42}|mcp-param-count|4.2e1|true",
                "{\"count\":42}|mcp-param-count|43|false",
                "{\"count\":42}|mcp-param-count|0x2a|false",
                "{\"count\":42}|mcp-param-count|1e999999999|false",
                "{\"count\":1e400}|mcp-param-count|1|false",
                "{\"x-mcp-header\":{\"dry\":true}}|mcp-param-dry-run|true|true",
                "{\"x-mcp-header\":{\"dry\":true}}|mcp-param-dry-run|True|false",
            })
    void aHeaderFitsItsArgumentOrTheCallIsRefused(String arguments, String name, String value, boolean fits) {
        assertThat(headers().mismatch(Headers.of(name, value), json(arguments)).isEmpty())
                .isEqualTo(fits);
    }

    @Test
    void aHeaderThatIsMissingOrGivenTwiceFitsNothing() {
        assertThat(headers().mismatch(Headers.EMPTY, json("{\"region\":\"us\"}")))
                .isPresent();
        assertThat(headers()
                        .mismatch(
                                Headers.of("mcp-param-region", "us", "mcp-param-region", "us"),
                                json("{\"region\":\"us\"}")))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"x-mcp-header\":\"A\"}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a\\r\\nb\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":7}}}",
                "{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}}}",
                "{\"properties\":{\"a\":{\"x-mcp-header\":\"A\"}}}",
                "{\"properties\":{\"a\":{\"type\":[\"string\",\"integer\"],\"x-mcp-header\":\"A\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}",
                "{\"oneOf\":[{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]}",
                "{\"$defs\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}",
            })
    void aSchemaThatMayNotAskForHeadersIsInvalid(String schema) {
        assertThat(ToolHeaders.of(json(schema))).isInstanceOf(ToolHeaders.Read.Invalid.class);
    }

    @Test
    void aSchemaOfManyLevelsIsInvalidAndBreaksNothing() {
        var deep = "{\"items\":".repeat(100) + "{}" + "}".repeat(100);
        assertThat(ToolHeaders.of(json(deep))).isInstanceOf(ToolHeaders.Read.Invalid.class);
    }

    @Test
    void whatIsKnownOfAToolIsReadAnewWhenItsDefinitionIsAnotherOne() {
        var known = new ToolHeaders.Known();
        var definition = json(SCHEMA);
        var read = known.of("tool", definition);
        assertThat(known.of("tool", definition)).isSameAs(read);
        var changed = json("{\"type\":\"object\",\"x-mcp-header\":\"Region\"}");
        assertThat(known.of("tool", changed)).isInstanceOf(ToolHeaders.Read.Invalid.class);
    }
}
