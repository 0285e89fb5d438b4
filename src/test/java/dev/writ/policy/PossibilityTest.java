package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists: what might be permitted is shown, what is certainly forbidden is not. */
class PossibilityTest {
    private static final String HEAD = "(principal, action, resource)";

    @Test
    void whateverDecidesToAllowOrAskForSomeInputIsShown() {
        var random = new Random(4);
        int shown = 0;
        int hidden = 0;
        int permitted = 0;
        for (int round = 0; round < 1_000; round++) {
            var cedar = new RandomCedar(random, true);
            var texts = cedar.policies(1 + random.nextInt(4));
            var set = CedarOracle.compile(texts);
            var question = cedar.question(Entities.of(cedar.entities(random.nextInt(2) * 5)));
            boolean may = set.mayPermit(question);
            if (may) shown++;
            else hidden++;
            for (int sample = 0; sample < 25; sample++) {
                var facts = question.context()
                        .with("input", cedar.input())
                        .with("approvals", cedar.groupSet())
                        .with("consented", Value.Bool.of(random.nextBoolean()));
                var decision = set.decide(question.withContext(facts));
                if (decision instanceof Decision.Deny) continue;
                permitted++;
                assertThat(may).as("%s %s", texts, question).isTrue();
            }
        }
        System.out.println(
                "COUNT possibility shown=" + shown + " hidden=" + hidden + " permitted samples=" + permitted);
        assertThat(shown).isGreaterThan(150);
        assertThat(hidden).isGreaterThan(200);
        assertThat(permitted).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "permit#when { context.input.n < 5 }#true",
                "permit#when { context.b && context.input.n < 5 }#false",
                "permit#when { context.input.n < 5 && context.b }#false",
                "permit#when { context.input.n < 5 || context.b }#true",
                "permit#when { !(context.input.n < 5) && !context.b }#true",
                "permit#when { (if context.input.n < 5 then context.b else false) }#false",
                "permit#when { (if context.b then true else context.input.s like \"a*\") }#true",
                "permit#when { context.input.n + principal.age < 5 }#true",
                "permit#when { context.input.n + principal.nothing < 5 }#false",
                "permit#when { context.input has o && context.input.o == \"x\" }#true",
                "permit#when { context.approvals.contains(Writ::Group::\"g0\") && context.consented }#true",
                "permit#when { context.set.contains(context.input.n) }#true",
                "permit#when { [context.input.n].contains(9223372036854775807 + 1) }#false",
                "permit#when { context == context }#true",
                "permit#when { context has input }#true",
                "permit#when { context.n == 1 && context.n == 2 }#false",
            })
    void aPermitThatMayApplyShows(String effect, String clause, boolean shown) {
        var text = "@id(\"p\") " + effect + " " + HEAD + " " + clause + ";";
        assertThat(CedarOracle.compile(text).mayPermit(question())).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "when { true }#false",
                "when { context.input.n < 5 }#true",
                "when { context.n == 1 }#false",
                "when { context.n == 1 } unless { context.approvals.contains(Writ::Group::\"g0\") }#true",
                "unless { context.consented }#true",
                "unless { context.consented && context.b }#false",
                "when { principal.nothing }#false",
                "when { principal.nothing || context.input.n < 5 }#false",
                "when { context.input.n < 5 || principal.nothing }#false",
                "when { context.input.n < 5 && principal.nothing }#true",
                "when { context.input == {} || true }#false",
            })
    void aForbidThatCertainlyDeniesHides(String clause, boolean shown) {
        var text = "@id(\"p\") permit " + HEAD + "; @id(\"f\") forbid " + HEAD + " " + clause + ";";
        assertThat(CedarOracle.compile(text).mayPermit(question())).isEqualTo(shown);
    }

    @Test
    void aPrincipalThatNobodyDescribedIsShownNothing() {
        var set = CedarOracle.compile("@id(\"p\") permit " + HEAD + ";");
        var unknown = new Uid("Writ::User", "ghost");
        var question = question();
        assertThat(set.mayPermit(question)).isTrue();
        assertThat(set.mayPermit(new Question(
                        unknown, question.action(), question.resource(), question.context(), question.entities())))
                .isFalse();
    }

    private static Question question() {
        var user = new Uid("Writ::User", "u");
        var doc = new Uid("Writ::Doc", "d");
        var read = new Uid("Writ::Action", "read");
        var entities = Entities.of(java.util.List.of(
                Entity.of(user, Value.Record.of(Map.of("age", new Value.Long(40))), java.util.Set.of()),
                Entity.of(doc),
                Entity.of(read)));
        var context = Value.Record.of(Map.of(
                "n",
                new Value.Long(1),
                "b",
                Value.Bool.FALSE,
                "set",
                Value.Set.of(java.util.List.of(new Value.Long(3)))));
        return new Question(user, read, doc, context, entities);
    }
}
