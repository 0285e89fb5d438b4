package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

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
        compare(20_261_120, 60);
        assertThat(policies).isGreaterThan(600);
        assertThat(allowed).isGreaterThan(100);
        assertThat(denied).isGreaterThan(100);
        assertThat(erring).isGreaterThan(100);
    }

    @Test
    @Tag("extended")
    void oursAndCedarsOwnEvaluatorAgreeForLonger() {
        compare(System.nanoTime(), 4_000);
        assertThat(policies).isGreaterThan(5_000);
        assertThat(allowed).isGreaterThan(5_000);
        assertThat(denied).isGreaterThan(5_000);
        assertThat(erring).isGreaterThan(5_000);
    }

    private void compare(long seed, int rounds) {
        var random = new Random(seed);
        int generated = 0;
        for (int round = 0; round < rounds; round++) {
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
