package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ours and Cedar's own evaluator answer the same on generated, strictly valid policies. */
class DifferentialTest {
    private static final int POLICIES = 12;
    private static final int QUESTIONS = 12;

    private int policies;
    private int allowed;
    private int denied;
    private int erring;

    @Test
    void oursAndCedarsOwnEvaluatorAgree() {
        compare(20_261_120, Duration.ofSeconds(6));
        assertThat(policies).isGreaterThan(200);
        assertThat(allowed).isGreaterThan(50);
        assertThat(denied).isGreaterThan(50);
        assertThat(erring).isGreaterThan(50);
    }

    @Test
    @Tag("extended")
    void oursAndCedarsOwnEvaluatorAgreeForLonger() {
        compare(System.nanoTime(), Duration.ofMinutes(3));
        assertThat(policies).isGreaterThan(5_000);
        assertThat(allowed).isGreaterThan(5_000);
        assertThat(denied).isGreaterThan(5_000);
        assertThat(erring).isGreaterThan(5_000);
    }

    private void compare(long seed, Duration time) {
        var random = new Random(seed);
        long end = System.nanoTime() + time.toNanos();
        int generated = 0;
        while (System.nanoTime() < end) {
            var cedar = new RandomCedar(random, random.nextBoolean());
            var wanted = cedar.policies(POLICIES);
            generated += wanted.size();
            var texts = CedarOracle.valid(wanted, RandomCedar.SCHEMA);
            policies += texts.size();
            var set = CedarOracle.compile(texts);
            var slice = cedar.entities(random.nextInt(3) * 5);
            var entities = Entities.of(slice);
            for (int i = 0; i < QUESTIONS; i++) {
                var question = cedar.question(entities);
                var answer = set.evaluate(question);
                assertThat(CedarOracle.Said.of(answer))
                        .as("seed %d, %s, %s", seed, texts, question)
                        .isEqualTo(CedarOracle.ask(texts, question, slice));
                assertThat(set.evaluateLinearly(question)).isEqualTo(answer);
                count(answer);
            }
        }
        System.out.println("COUNT differential seed=" + seed + " generated=" + generated + " valid=" + policies
                + " allowed=" + allowed + " denied=" + denied + " erring=" + erring);
        assertThat(policies).as("the generator makes valid policies").isGreaterThan(generated / 2);
    }

    private void count(Answer answer) {
        if (answer.allowed()) allowed++;
        else denied++;
        if (!answer.errors().isEmpty()) erring++;
    }
}
