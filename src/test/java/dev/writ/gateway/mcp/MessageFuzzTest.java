package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever body comes: a message that no lenient peer reads as another one, or the protocol's own error. */
@Tag("fuzz")
class MessageFuzzTest {
    private static final Set<Integer> CODES =
            Set.of(RpcError.PARSE_ERROR, RpcError.INVALID_REQUEST, RpcError.INVALID_PARAMS);
    private static final Set<String> ENVELOPE = Set.of("jsonrpc", "id", "method", "params", "result", "error");

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{\"b\":[1]}}}",
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}",
                        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}",
                        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"Method\":\"ping\"}",
                        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\",\"param\\u017f\":{}}",
                        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}")
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aMessageIsReadOneWayOrRefused(byte[] body) {
        try {
            var _ = MessageReader.read(body);
        } catch (MessageReader.Malformed e) {
            assertThat(CODES).contains(e.code());
            assertThat(e.reason()).isNotBlank();
            return;
        }
        var read = (Json.Obj) JsonReader.read(body);
        assertThat(read.string("jsonrpc")).contains("2.0");
        for (var name : read.members().keySet()) {
            var folded = name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
            assertThat(ENVELOPE.contains(folded)).isEqualTo(ENVELOPE.contains(name));
        }
    }
}
