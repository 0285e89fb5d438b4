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
}
