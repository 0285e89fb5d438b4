package dev.writ.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
    private final Ids ids = new Ids(InstantSource.system(), new SecureRandom());

    @Test
    void idsSortByTheTimeTheyWereMade() {
        var all = new ArrayList<Id>();
        for (long second = 0; second < 100; second++) {
            var at = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000 + second * 37));
            all.add(new Ids(at, new SecureRandom()).next("tsk"));
        }
        assertThat(all).isSorted();
    }

    @Test
    void noTwoAreAlikeAndPseudonymsTellNothingOfTime() {
        var seen = new HashSet<Id>();
        for (int i = 0; i < 10_000; i++)
            assertThat(seen.add(ids.pseudonym("per"))).isTrue();
        assertThat(seen.stream().map(id -> id.text().substring(4, 8)).distinct().count())
                .isGreaterThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tsk_",
                "tsk_0123",
                "TSK_01kag3x5t8fq2v0000000000zz",
                "tsk_01kag3x5t8fq2v0000000000zu",
                "tsk_01kag3x5t8fq2v0000000000zz\n"
            })
    void anythingElseIsNoId(String text) {
        assertThatThrownBy(() -> new Id(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIdOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> ids.next("tsk").require("apr")).hasMessageContaining("expected an id of kind apr");
    }

    @Test
    void theFormsAreThoseOfTheirExpressions() {
        var id = java.util.regex.Pattern.compile("[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}");
        var name = java.util.regex.Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
        var random = new java.util.Random(11);
        var alphabet = "abzilou059_._-AZ`{/:\u00e9 \n";
        for (int i = 0; i < 200_000; i++) {
            var text =
                    new StringBuilder(i % 3 == 0 ? "tsk_01kag3x5t8fq2v0000000000zz" : i % 3 == 1 ? "a-name.of_it" : "");
            for (int change = random.nextInt(3); change >= 0; change--) {
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                int at = random.nextInt(text.length() + 1);
                if (at < text.length() && random.nextBoolean()) text.setCharAt(at, c);
                else text.insert(at, c);
            }
            var tried = text.toString();
            assertThat(holds(() -> new Id(tried)))
                    .as(tried)
                    .isEqualTo(id.matcher(tried).matches());
            assertThat(holds(() -> new Name(tried)))
                    .as(tried)
                    .isEqualTo(name.matcher(tried).matches() && !tried.contains("__"));
        }
        assertThat(holds(() -> new Name("a".repeat(63)))).isTrue();
        assertThat(holds(() -> new Name("a".repeat(64)))).isFalse();
    }

    private static boolean holds(Runnable making) {
        try {
            making.run();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
