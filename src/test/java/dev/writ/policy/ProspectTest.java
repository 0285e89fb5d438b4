package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A prospect kept from one moment answers at every other what would be answered there and then. */
class ProspectTest {
    private static final Uid USER = new Uid("Writ::User", "u");
    private static final Uid DOC = new Uid("Writ::Doc", "d");
    private static final Uid READ = new Uid("Writ::Action", "read");
    private static final String DATE = "datetime(\"1970-01-01T00:00:05Z\")";

    private static final List<String> CLAUSES = List.of(
            "",
            "when { context.now < " + DATE + " }",
            "when { context.now >= " + DATE + " && context.b }",
            "unless { context.now < principal.until }",
            "when { principal.active && context.input.n < 5 }",
            "when { context.input.n < 5 && context.now < " + DATE + " }",
            "when { context has now && context.b }",
            "when { (if context.now < " + DATE + " then context.b else context.input.b) }",
            "when { context.approvals.contains(Writ::Group::\"g\") || context.now == " + DATE + " }",
            "when { [context.now].contains(" + DATE + ") }",
            "when { {at: context.now}.at < " + DATE + " }",
            "when { context == context }",
            "when { context.nothing }",
            "when { context.now }",
            "when { context.now.toTime() == duration(\"5s\") }",
            "unless { context.b }");

    @Test
    void whateverTheTimeAKeptProspectAnswersAsIfAskedAnew() {
        var random = new Random(11);
        int differing = 0;
        for (int round = 0; round < 1_000; round++) {
            var texts = new StringBuilder();
            for (int i = random.nextInt(5); i >= 0; i--)
                texts.append("@id(\"p" + i + "\") " + (random.nextInt(3) == 0 ? "forbid" : "permit"))
                        .append(" (principal, action, resource) ")
                        .append(CLAUSES.get(random.nextInt(CLAUSES.size())))
                        .append(";\n");
            var set = CedarOracle.compile(texts.toString());
            boolean fact = random.nextBoolean();
            var kept = set.prospect(question(random.nextInt(10_000), fact));
            boolean first = set.mayPermit(question(0, fact));
            for (long now : new long[] {0, 4_999, 5_000, 5_001, 7_000, 1_000_000}) {
                var question = question(now, fact);
                boolean anew = set.mayPermit(question);
                assertThat(kept.mayPermit(() -> question))
                        .as("%s at %s", texts, now)
                        .isEqualTo(anew);
                if (anew != first) differing++;
            }
        }
        assertThat(differing).isGreaterThan(100);
    }

    @Test
    void randomPoliciesToo() {
        var random = new Random(5);
        int permitted = 0;
        for (int round = 0; round < 1_000; round++) {
            var cedar = new RandomCedar(random, true);
            var set = CedarOracle.compile(cedar.policies(1 + random.nextInt(4)));
            var question = cedar.question(Entities.of(cedar.entities(random.nextInt(2) * 5)));
            var kept = set.prospect(question.withContext(question.context().with(Facts.INPUT, cedar.input())));
            boolean anew = set.mayPermit(question);
            assertThat(kept.mayPermit(() -> question)).isEqualTo(anew);
            if (anew) permitted++;
        }
        assertThat(permitted).isBetween(100, 900);
    }

    @Test
    void theTimeIsNotAskedForWhereNoPolicyLooksAtIt() {
        var set = CedarOracle.compile("@id(\"p\") permit (principal, action, resource) when { context.b };"
                + "@id(\"f\") forbid (principal, action, resource) when { !principal.active };");
        assertThat(set.prospect(question(0, true)).mayPermit(() -> {
                    throw new AssertionError("asked");
                }))
                .isTrue();
    }

    private static Question question(long now, boolean fact) {
        var entities = List.of(
                Entity.of(
                        USER,
                        Value.Record.of(Map.of("active", Value.Bool.of(fact), "until", new Value.DateTime(6_000))),
                        Set.of()),
                Entity.of(DOC),
                Entity.of(READ));
        var context = Map.<String, Value>of(
                Facts.NOW,
                new Value.DateTime(now),
                "b",
                Value.Bool.of(fact),
                Facts.APPROVALS,
                Value.Set.EMPTY,
                Facts.CONSENTED,
                Value.Bool.FALSE,
                Facts.INPUT,
                Value.Record.EMPTY);
        return new Question(USER, READ, DOC, Value.Record.of(context), Entities.of(entities));
    }
}
