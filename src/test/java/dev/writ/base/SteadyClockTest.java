package dev.writ.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final AtomicReference<Instant> machine = new AtomicReference<>(NOON);
    private final SteadyClock clock = new SteadyClock(machine::get);

    @Test
    void itFollowsTheMachineForwardAndStandsStillWhileTheMachineIsBehind() {
        assertThat(clock.instant()).isEqualTo(NOON);
        machine.set(NOON.plusSeconds(5));
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(5));
        machine.set(NOON.minusSeconds(3_600));
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(5));
        assertThat(clock.behind()).isEqualTo(Duration.ofSeconds(3_605));
        machine.set(NOON.plusSeconds(6));
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(6));
        assertThat(clock.behind()).isZero();
    }

    @Test
    void aMomentThatWasNotedElsewhereIsNeverToldAsFuture() {
        assertThat(clock.behind()).isZero();
        clock.atLeast(NOON.plusSeconds(60));
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(60));
        assertThat(clock.behind()).isEqualTo(Duration.ofSeconds(60));
        clock.atLeast(NOON);
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(60));
    }
}
