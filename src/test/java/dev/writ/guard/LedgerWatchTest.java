package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a ledger counts as one that cannot write. */
class LedgerWatchTest {
    private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong batch = new AtomicLong();
    private final AtomicInteger cuts = new AtomicInteger();
    private final LedgerWatch watch = new LedgerWatch(closed::get, batch::get, cuts::incrementAndGet);

    @Test
    void aClosedLedgerCutsWhatIsOpenAfterFiveSecondsAndOnlyOnce() {
        look(0);
        closed.set(true);
        look(1_000);
        look(5_999);
        assertThat(cuts).hasValue(0);
        look(6_000);
        assertThat(cuts).hasValue(1);
        assertThat(watch.stuck()).isTrue();
        look(60_000);
        assertThat(cuts).hasValue(1);
    }

    @Test
    void aBatchThatDoesNotReachTheDiskCountsLikeAClosedLedgerUntilItDoes() {
        batch.set(7);
        look(0);
        look(4_999);
        assertThat(watch.stuck()).isFalse();
        look(5_000);
        assertThat(watch.stuck()).isTrue();
        assertThat(cuts).hasValue(1);
        batch.set(8);
        look(6_000);
        assertThat(watch.stuck()).isFalse();
        look(11_000);
        assertThat(cuts).as("the next one may be stuck as well").hasValue(2);
    }

    @Test
    void manyBatchesOneAfterTheOtherAreNotOneThatIsStuck() {
        for (int second = 0; second < 60; second++) {
            batch.incrementAndGet();
            look(second * 1_000);
        }
        batch.set(0);
        look(61_000);
        look(100_000);
        assertThat(watch.stuck()).isFalse();
        assertThat(cuts).hasValue(0);
    }

    private void look(long millis) {
        watch.look(START.plusMillis(millis));
    }
}
