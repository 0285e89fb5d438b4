package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever bytes come: a value that a strict peer reads the same way, or a JsonError. */
@Tag("fuzz")
class JsonFuzzTest {
    private static final JsonMapper PEER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100_000)
                            .maxNumberLength(1 << 20)
                            .build())
                    .build())
            .build();

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"a\":1,\"a\":2}",
                        "[1e400,-0,0.10,1E+2]",
                        "{\"\\ud83d\\ude00\":\"\\ud83d\"}",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"é\",\"arguments\":{}}}",
                        "[[[[[[[[]]]]]]]]",
                        "\"\\u0000\\n\"",
                        " true ",
                        "{\"a\":{\"b\":[null,false,\"x\"]}}")
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void whatWeReadAStrictPeerReadsTheSame(byte[] text) {
        Json ours;
        try {
            ours = JsonReader.read(text);
        } catch (JsonError e) {
            assertThat(e.offset()).isBetween(0, text.length);
            return;
        }
        var canonical = Canonical.bytes(ours);
        assertThat(Canonical.bytes(JsonReader.read(canonical))).isEqualTo(canonical);
        JsonNode theirs;
        try {
            theirs = PEER.readTree(text);
        } catch (JacksonException e) {
            throw new AssertionError("a strict peer refuses what we read: " + new String(text, UTF_8), e);
        }
        same(ours, theirs);
    }

    private static void same(Json ours, JsonNode theirs) {
        switch (ours) {
            case Json.Obj object -> {
                assertThat(theirs.isObject()).isTrue();
                assertThat(object.members()).hasSize(theirs.size());
                object.members().forEach((name, value) -> same(value, theirs.get(name)));
            }
            case Json.Arr array -> {
                assertThat(theirs.isArray()).isTrue();
                assertThat(array.items()).hasSize(theirs.size());
                for (int i = 0; i < theirs.size(); i++) same(array.items().get(i), theirs.get(i));
            }
            case Json.Str string -> assertThat(string.value()).isEqualTo(theirs.asString());
            case Json.Num _ -> assertThat(theirs.isNumber()).isTrue();
            case Json.Bool bool -> assertThat(bool.value()).isEqualTo(theirs.asBoolean());
            case Json.Null _ -> assertThat(theirs.isNull()).isTrue();
        }
    }
}
