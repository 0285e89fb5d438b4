package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.store.HandClock;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodesTest {
    private final HandClock clock = new HandClock();
    private final Ids ids = new Ids(clock, new Random(3));
    private final Codes codes = new Codes(clock, new Random(4));
    private final CodeFor what = new CodeFor(
            new Name("acme"),
            "client",
            "http://127.0.0.1/callback",
            "A".repeat(43),
            "https://writ/mcp",
            new Name("bot"),
            ids.next("tsk"),
            ids.pseudonym("per"),
            Optional.empty());

    @Test
    void whatACodeGaveIsNamedWhenItIsShownAgain() {
        var code = codes.give(what).orElseThrow();
        assertThat(codes.take(code)).isEqualTo(new Codes.Taken.First(what));
        var grant = ids.next("grt");
        assertThat(codes.gave(code, grant)).isTrue();
        assertThat(codes.take(code)).isEqualTo(new Codes.Taken.Again(what, Optional.of(grant)));
    }

    @Test
    void aCodeThatIsShownAgainWhileItsTokenIsMadeGivesNone() {
        var code = codes.give(what).orElseThrow();
        assertThat(codes.take(code)).isEqualTo(new Codes.Taken.First(what));
        assertThat(codes.take(code)).isEqualTo(new Codes.Taken.Again(what, Optional.empty()));
        assertThat(codes.gave(code, ids.next("grt"))).isFalse();
    }

    @Test
    void aCodeIsGoodForAMinute() {
        var code = codes.give(what).orElseThrow();
        clock.advance(Codes.GOOD);
        assertThat(codes.take(code)).isEqualTo(new Codes.Taken.Unknown());
    }
}
