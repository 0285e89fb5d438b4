package dev.writ.identity.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatelyTest {
    @Test
    void whatWasSeenIsKnownUntilItsMinuteIsPast() {
        var lately = new Lately(10);
        assertThat(lately.first(7, 100, 95)).isTrue();
        assertThat(lately.first(7, 100, 95)).isFalse();
        assertThat(lately.first(7, 100, 100)).isFalse();
        assertThat(lately.first(7, 100, 101)).as("its minute is past").isFalse();
        assertThat(lately.first(7, 101, 101)).isTrue();
    }

    @Test
    void withoutRoomNothingIsTakenUntilAMinutePasses() {
        var lately = new Lately(3);
        for (long mark = 0; mark < 3; mark++)
            assertThat(lately.first(mark, 100 + mark, 95)).isTrue();
        assertThat(lately.first(3, 103, 95)).isFalse();
        assertThat(lately.first(3, 103, 101)).isTrue();
        assertThat(lately.first(1, 101, 101)).isFalse();
    }

    @Test
    void manyAreToldApart() {
        var lately = new Lately(100_000);
        var random = new Random(5);
        var known = new HashSet<Long>();
        for (int i = 0; i < 100_000; i++) {
            // Few enough numbers that many come again, nought among them.
            long mark = random.nextInt(50_000);
            assertThat(lately.first(mark, 1, 1)).isEqualTo(known.add(mark));
        }
    }
}
