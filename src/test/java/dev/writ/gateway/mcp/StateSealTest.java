package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** What clients carry for us comes back as it was, or not at all. */
class StateSealTest {
    private static final byte[] PLAIN = "{\"state\":\"of a server\"}".getBytes(UTF_8);
    private final StateSeal seal = new StateSeal("test-v1", new SecureRandom());

    @Test
    void everyBitCounts() {
        var whole = Base64.getUrlDecoder().decode(seal.seal(PLAIN));
        for (int bit = 0; bit < whole.length * 8; bit++) {
            var flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(seal.open(Base64.getUrlEncoder().withoutPadding().encodeToString(flipped)))
                    .as("bit " + bit)
                    .isEmpty();
        }
    }

    @Test
    void everyCharacterCountsEvenWhereItsLastBitsAreNot() {
        for (int length = 0; length < 3; length++) {
            var text = seal.seal(new byte[length]);
            assertThat(seal.open(text)).isPresent();
            for (int at = 0; at < text.length(); at++)
                for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray())
                    if (c != text.charAt(at))
                        assertThat(seal.open(text.substring(0, at) + c + text.substring(at + 1)))
                                .isEmpty();
        }
    }

    @Test
    void anotherFormOfTheSameTextIsNone() {
        var text = seal.seal(PLAIN);
        for (var other : new String[] {
            "",
            "A",
            text + "=",
            text + "A",
            " " + text,
            text + "\n",
            text.substring(1),
            text + "-TAMPERED",
            "é",
            text + text
        }) assertThat(seal.open(other)).as(other).isEmpty();
        for (int length = 0; length < text.length(); length++)
            assertThat(seal.open(text.substring(0, length))).isEmpty();
    }

    @Test
    void anotherPurposeOrAnotherKeyOpensNothing() {
        var text = seal.seal(PLAIN);
        assertThat(seal.open(text))
                .hasValueSatisfying(plain -> assertThat(plain).isEqualTo(PLAIN));
        assertThat(new StateSeal("test-v1", new SecureRandom()).open(text)).isEmpty();
        var fixed = new java.util.Random(1);
        var one = new StateSeal("test-v1", fixed);
        var other = new StateSeal("test-v2", new java.util.Random(1));
        assertThat(other.open(one.seal(PLAIN)))
                .as("the same key, another purpose")
                .isEmpty();
    }

    @Test
    void twoSealsOfTheSameAreDifferent() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) assertThat(seen.add(seal.seal(PLAIN))).isTrue();
    }
}
