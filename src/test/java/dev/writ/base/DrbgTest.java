package dev.writ.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class DrbgTest {
    /** Counts how often it is asked, and gives what a test wants. */
    private static final class Seeds extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte fill;
        int asked;

        Seeds(int fill) {
            this.fill = (byte) fill;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            asked++;
            Arrays.fill(bytes, fill);
        }
    }

    @Test
    void noTwoValuesAreAlikeWhoeverAsks() throws InterruptedException {
        var random = new Drbg(new SecureRandom());
        var seen = ConcurrentHashMap.<String>newKeySet();
        var threads = new Thread[6];
        for (int i = 0; i < threads.length; i++)
            threads[i] = Thread.startVirtualThread(() -> {
                for (int n = 0; n < 5_000; n++) {
                    var bytes = new byte[32];
                    random.nextBytes(bytes);
                    seen.add(HexFormat.of().formatHex(bytes));
                }
            });
        for (var thread : threads) thread.join();
        assertThat(seen).hasSize(30_000);
    }

    @Test
    void theSameSeedsGiveTheSameBytesAndOtherSeedsOthers() {
        assertThat(stream(new Seeds(1), 10_000)).isEqualTo(stream(new Seeds(1), 10_000));
        assertThat(stream(new Seeds(1), 100)).isNotEqualTo(stream(new Seeds(2), 100));
    }

    @Test
    void aLongAnswerIsTheSameStreamAsManyShortOnes() {
        var short0 = new byte[9_000];
        var random = new Drbg(new Seeds(3));
        for (int i = 0; i < short0.length; i += 30) {
            var some = new byte[30];
            random.nextBytes(some);
            System.arraycopy(some, 0, short0, i, 30);
        }
        assertThat(short0).isEqualTo(stream(new Seeds(3), 9_000));
    }

    @Test
    void bitsAreSetAboutHalfTheTime() {
        var bytes = stream(new SecureRandom(), 100_000);
        long ones = 0;
        for (byte b : bytes) ones += Integer.bitCount(b & 0xff);
        assertThat(ones).isBetween(395_000L, 405_000L);
    }

    @Test
    void freshRandomnessIsMixedInEveryMebibyte() {
        var seeds = new Seeds(4);
        var random = new Drbg(seeds);
        int begun = seeds.asked;
        random.nextBytes(new byte[3 << 20]);
        assertThat(seeds.asked - begun).isEqualTo(3);
    }

    private static byte[] stream(SecureRandom seeds, int length) {
        var bytes = new byte[length];
        new Drbg(seeds).nextBytes(bytes);
        return bytes;
    }
}
