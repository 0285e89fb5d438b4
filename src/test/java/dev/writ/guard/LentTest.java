package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 25: whatever comes in between, a token is found by nobody but the one for whom it was got, and for a minute. */
class LentTest {
    private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

    private final Lent lent = new Lent();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noInterleavingYieldsAnothersToken(long seed) {
        var random = new Random(seed);
        var model = new HashMap<Lent.For, Holding>();
        var now = START;
        int found = 0;
        for (int step = 0; step < 20_000; step++) {
            var place = place(random);
            switch (random.nextInt(4)) {
                case 0 -> {
                    var holding = holding("token-" + step, now.plusSeconds(random.nextInt(1, 90)));
                    lent.keep(place, holding, now);
                    // At most a minute, and never longer than the token itself lasts.
                    model.put(place, holding.until(now.plusSeconds(60)));
                }
                case 1 -> assertThat(lent.forget(place)).isEqualTo(model.remove(place) != null);
                case 2 -> now = now.plusMillis(random.nextInt(400));
                default -> {
                    var expected = Optional.ofNullable(model.get(place)).filter(good(now));
                    var got = lent.find(place, now);
                    assertThat(got.map(Holding::access)).isEqualTo(expected.map(Holding::access));
                    if (got.isPresent()) found++;
                }
            }
        }
        assertThat(found).as("tokens were found as well").isGreaterThan(50);
    }

    private static java.util.function.Predicate<Holding> good(Instant now) {
        return holding -> now.isBefore(holding.expires().orElseThrow());
    }

    /** One of few values for each part, so that places differ in one part alone very often. */
    private static Lent.For place(Random random) {
        return new Lent.For(
                new Name(pick(random, "acme", "other")),
                pick(random, "tsk_1", "tsk_2"),
                pick(random, "per_erin", "per_dana"),
                new Name(pick(random, "shop", "mail")),
                Digest.of(new byte[] {(byte) random.nextInt(2)}),
                Digest.of(new byte[] {2, (byte) random.nextInt(2)}),
                pick(random, "key_1", "key_2"));
    }

    private static String pick(Random random, String one, String other) {
        return random.nextBoolean() ? one : other;
    }

    private static Holding holding(String access, Instant expires) {
        return new Holding(
                Digest.of(new byte[0]),
                "https://as.example",
                "https://mcp.example",
                "Bearer",
                Secret.of(access),
                Optional.of(expires),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    @Test
    void aTokenIsLentForAMinuteHoweverLongItLasts() {
        var place = place(new Random(7));
        lent.keep(place, holding("long", START.plus(Duration.ofHours(1))), START);
        assertThat(lent.find(place, START.plusSeconds(59))).isPresent();
        assertThat(lent.find(place, START.plusSeconds(60))).isEmpty();
    }
}
