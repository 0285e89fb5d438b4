package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes claim to be a signed note: one that has these bytes and no others, or a refusal. */
@Tag("fuzz")
class NoteFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of(
                        "text\n\n\u2014 example.com/key AAAAAAAAAAAA\n",
                        "text\n\nmore\n\n\u2014 a AAAAAAAA\n\u2014 b AAAAAAAAAAAAAAAA\n",
                        "\n\n\u2014 a+b AAAAAAAAAAAA\n",
                        "text\n\n\u2014 a AAAAAAAAAAB=\n",
                        "text\n\n-- a AAAAAAAAAAAA\n")
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aNoteIsItsBytes(byte[] bytes) {
        Note note;
        try {
            note = Note.parse(bytes);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(note.toString().getBytes(UTF_8)).isEqualTo(bytes);
        assertThat(note.signatures()).isNotEmpty();
        for (var line : note.signatures())
            assertThat(Note.isKeyName(line.name())).isTrue();
    }
}
