package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Headers;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request of 2026-07-28 says of itself, and which era a message is of. */
class EnvelopeTest {
    private static final String V = "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"";
    private static final String C = "\"io.modelcontextprotocol/clientCapabilities\":{}";
    private static final String META = "{" + V + "," + C + "}";

    private static Message message(String id, String method, String params) {
        return MessageReader.read(
                ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}")
                        .getBytes(UTF_8));
    }

    private static Message.Request call(String meta) {
        return (Message.Request)
                message("1", "tools/call", "{\"name\":\"t\"" + (meta.isEmpty() ? "" : ",\"_meta\":" + meta) + "}");
    }

    private static Headers headers(String... more) {
        var all = Headers.of("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "t");
        for (int i = 0; i < more.length; i += 2)
            all = more[i + 1].isEmpty() ? all.without(more[i]) : all.with(more[i], more[i + 1]);
        return all;
    }

    private static long code(Message.Request request, Headers headers) {
        return switch (Envelope.of(request, headers)) {
            case Envelope.Checked.Good _ -> 0;
            case Envelope.Checked.Bad bad ->
                bad.error().object("error").flatMap(e -> e.integer("code")).orElseThrow();
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "''|-32602",
                "{}|-32602",
                "{" + C + "}|-32602",
                "{" + V + "}|-32602",
                "{" + V + ",\"io.modelcontextprotocol/clientCapabilities\":[]}|-32602",
                "{\"io.modelcontextprotocol/protocolVersion\":7," + C + "}|-32602",
                "{" + V + "," + C + ",\"io.modelcontextprotocol/logLevel\":\"loud\"}|-32602",
                "{" + V + "," + C + ",\"io.modelcontextprotocol/logLevel\":7}|-32602",
                "{" + V + "," + C + ",\"io.modelcontextprotocol/clientInfo\":7}|-32602",
                "{\"io.modelcontextprotocol/protocolVersion\":\"2025-11-25\"," + C + "}|-32020",
                "{" + V + "," + C + ",\"io.modelcontextprotocol/logLevel\":\"warning\"}|0",
                "{" + V + "," + C + ",\"com.example/unknown\":{\"a\":1}}|0",
            })
    void whatMustBeInMetaMustBeThereAndOfItsType(String meta, long expected) {
        assertThat(code(call(meta), headers())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "mcp-protocol-version|''|-32020",
                "mcp-protocol-version|2025-11-25|-32020",
                "mcp-method|''|-32020",
                "mcp-method|tools/list|-32020",
                "mcp-method|Tools/Call|-32020",
                "mcp-name|''|-32020",
                "mcp-name|T|-32020",
                "mcp-name|=?base64?dA==?=|0",
                "mcp-name|=?base64?dA?=|-32020",
                "mcp-name|=?base64?dA0KeDogeQ==?=|-32020",
                "mcp-name|=?base64??=|-32020",
                "mcp-name|'  t  '|0",
                "mcp-session-id|whatever|0",
                "last-event-id|1|0",
            })
    void headersRepeatTheBodyOrTheRequestIsRefused(String header, String value, long expected) {
        assertThat(code(call(META), headers(header, value))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp-protocol-version", "mcp-method", "mcp-name"})
    void aHeaderGivenTwiceIsAsGoodAsNone(String header) {
        var twice = headers().plus(header, headers().first(header).orElseThrow());
        assertThat(code(call(META), twice)).isEqualTo(-32020);
    }

    @Test
    void aVersionThatNobodyServesIsAnsweredWithThoseThatAreServed() {
        var meta = META.replace("2026-07-28", "v999.0.0");
        var bad = (Envelope.Checked.Bad) Envelope.of(call(meta), headers("mcp-protocol-version", "v999.0.0"));
        var error = bad.error().object("error").orElseThrow();
        assertThat(error.integer("code")).hasValue(-32022L);
        var data = error.object("data").orElseThrow();
        assertThat(data.string("requested")).hasValue("v999.0.0");
        assertThat(data.strings("supported")).containsExactly("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26");
        assertThat(bad.error().get("id")).hasValue(Json.of(1));
    }

    @Test
    void aVersionOfTheOtherEraIsNotServedInThisForm() {
        var meta = META.replace("2026-07-28", "2025-11-25");
        var bad = (Envelope.Checked.Bad) Envelope.of(call(meta), headers("mcp-protocol-version", "2025-11-25"));
        assertThat(bad.error().text()).contains("-32022").contains("\"supported\":[\"2026-07-28\"]");
    }

    @ParameterizedTest
    @CsvSource({"1,0", "-1,0", "\"a\",0", "123456789012345678901234567890,0", "1.5,-32600", "1.0,-32600", "1e3,-32600"})
    void anIdIsATextOrAnInteger(String id, long expected) {
        var request = (Message.Request) message(id, "tools/call", "{\"name\":\"t\",\"_meta\":" + META + "}");
        assertThat(code(request, headers())).isEqualTo(expected);
    }

    @Test
    void metaInAnotherCaseIsNotTakenForMeta() {
        for (var odd :
                new String[] {"IO.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/protocolverſion"})
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> call("{\"" + odd + "\":\"2026-07-28\"," + C + "}"))
                    .isInstanceOf(MessageReader.Malformed.class);
    }

    @Test
    void aMessageIsOfTheEraThatItSaysItIsOf() {
        var modern = call(META);
        var plain = call("");
        var initialize = message("1", "initialize", "{\"protocolVersion\":\"2026-07-28\"}");
        assertThat(Envelope.opens(Headers.EMPTY, modern)).isTrue();
        assertThat(Envelope.opens(Headers.of("mcp-session-id", "x", "mcp-protocol-version", "2025-11-25"), modern))
                .as("with a session, but it says what it is")
                .isTrue();
        assertThat(Envelope.opens(headers("mcp-session-id", "x"), plain)).isTrue();
        assertThat(Envelope.opens(Headers.of("mcp-protocol-version", "2099-01-01"), plain))
                .isTrue();
        assertThat(Envelope.opens(Headers.of("mcp-protocol-version", "2099-01-01", "mcp-session-id", "x"), plain))
                .isFalse();
        assertThat(Envelope.opens(Headers.of("mcp-protocol-version", "2025-06-18"), plain))
                .isFalse();
        assertThat(Envelope.opens(Headers.EMPTY, plain)).isFalse();
        assertThat(Envelope.opens(Headers.EMPTY, initialize)).isFalse();
        assertThat(Envelope.opens(Headers.of("mcp-protocol-version", "2024-11-05"), initialize))
                .isFalse();
        assertThat(Envelope.opens(Headers.of("mcp-protocol-version", "2026-07-28"), initialize))
                .isTrue();
    }

    @Test
    void onlyWhatWeKnowOfAClientsAbilitiesIsPassedOn() {
        var declared = (Json.Obj)
                JsonReader.read(
                        "{\"elicitation\":{\"form\":{\"x\":1},\"url\":{},\"voice\":{}},\"sampling\":{\"tools\":{}},\"roots\":{\"listChanged\":true},"
                                + "\"extensions\":{\"io.modelcontextprotocol/tasks\":{}},\"experimental\":{\"a\":{}},\"other\":{}}");
        assertThat(Envelope.offered(declared).text())
                .isEqualTo("{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{\"tools\":{}},\"roots\":{}}");
    }
}
