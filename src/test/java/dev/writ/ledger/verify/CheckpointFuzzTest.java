package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes claim to be a checkpoint: one that has these bytes and no others, or a refusal. */
@Tag("fuzz")
class CheckpointFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of(
                        "example.com/log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.com/log AAAAAAAAAAAA\n",
                        "example.com/log\n03\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— a AAAAAAAAAAAA\n",
                        "a\n18446744073709551616\nAA==\n\n",
                        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextension\n\n— a b\n")
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aCheckpointIsItsBytes(byte[] bytes) {
        Checkpoint checkpoint;
        try {
            checkpoint = Checkpoint.parse(bytes);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(checkpoint.bytes()).isEqualTo(bytes);
        assertThat(checkpoint.size()).isNotNegative();
        assertThat(Checkpoint.parse(checkpoint.bytes()).root()).isEqualTo(checkpoint.root());
    }
}
