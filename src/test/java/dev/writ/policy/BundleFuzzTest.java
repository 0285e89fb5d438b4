package dev.writ.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever claims to be a compiled bundle: a set of policies, or a refusal to load; nothing in between. */
@Tag("fuzz")
class BundleFuzzTest {
    private static final String POLICY =
            "{\"effect\":\"permit\",\"principal\":{\"op\":\"All\"},\"action\":{\"op\":\"==\",\"entity\":"
                    + "{\"type\":\"Action\",\"id\":\"a\"}},\"resource\":{\"op\":\"All\"},\"conditions\":[{\"kind\":\"when\",\"body\":%s}]}";

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"Value\":true}",
                        "{\"==\":{\"left\":{\"Var\":\"principal\"},\"right\":{\"Value\":{\"__entity\":{\"type\":\"U\",\"id\":\"x\"}}}}}",
                        "{\".\":{\"left\":{\"Var\":\"context\"},\"attr\":\"n\"}}",
                        "{\"if-then-else\":{\"if\":{\"Value\":true},\"then\":{\"Value\":1},\"else\":{\"Value\":2}}}",
                        "{\"like\":{\"left\":{\"Value\":\"a\"},\"pattern\":[\"Wildcard\",{\"Literal\":\"b\"}]}}",
                        "{\"ip\":[{\"Value\":\"10.0.0.0/8\"}]}",
                        "{\"<\":{\"left\":{\"Value\":9223372036854775807},\"right\":{\"Value\":1}}}")
                .map(body -> ("{\"staticPolicies\":{\"p\":" + POLICY.formatted(body)
                                + "},\"templates\":{},\"templateLinks\":[]}")
                        .getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aBundleLoadsWholeOrNotAtAll(byte[] text) {
        Json json;
        try {
            json = JsonReader.read(text);
        } catch (JsonError e) {
            return;
        }
        if (!(json instanceof Json.Obj bundle)) return;
        try {
            var set = PolicySet.compile(bundle);
            assertThat(set.ids()).hasSize(set.size());
        } catch (PolicyException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
