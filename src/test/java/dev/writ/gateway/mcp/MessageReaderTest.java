package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {
    private static Message read(String text) {
        return MessageReader.read(text.getBytes(UTF_8));
    }

    @Test
    void tellsRequestsNotificationsAndResponsesApart() {
        assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\"}"))
                .isEqualTo(new Message.Request(Json.of("a"), "ping", Json.Obj.EMPTY, false));
        assertThat(read("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"))
                .isEqualTo(new Message.Notification("notifications/initialized", Json.Obj.EMPTY));
        assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}")).isInstanceOf(Message.Response.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"Method\":\"tools/call\"}|-32600|only in case",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"Params\":{}}|-32600|only in case",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"param\\u017f\":{}}|-32600|only in case",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"NAME\":\"x\"}}|-32600|only in case",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"Argument\\u017f\":{}}}|-32600|only in case",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"extra\":1}|-32600|unknown member",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"method\":\"b\"}|-32700|duplicate member name",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{\"arguments\":{\"x\":1,\"x\":2}}}|-32700|duplicate",
                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"}]|-32600|batches",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"a\"}|-32600|jsonrpc",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"a\"}|-32600|id must be",
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"a\"}|-32600|id must be",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}|-32600|method must be a string",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":[]}|-32602|params must be an object",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}|-32600|a result or an error",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"result\":{}}|-32600|no result",
                "{\"jsonrpc\":\"2.0\",\"id\":1}|-32600|a result or an error",
                "nonsense|-32700|invalid JSON",
            })
    void refusesWhatAnotherReaderMightTakeForSomethingElse(String text, int code, String reason) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        MessageReader.Malformed.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(reason);
    }

    @Test
    void longIdsAndMethodsAreRefused() {
        var longText = "x".repeat(300);
        assertThatThrownBy(() -> read("{\"jsonrpc\":\"2.0\",\"id\":\"" + longText + "\",\"method\":\"a\"}"))
                .hasMessageContaining("id must be");
        assertThatThrownBy(() -> read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + longText + "\"}"))
                .hasMessageContaining("method has 1 to 128");
    }
}
