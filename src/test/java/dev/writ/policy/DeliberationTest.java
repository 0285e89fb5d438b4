package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Allow, ask and deny against their definition, by trying every set of groups. */
class DeliberationTest {
    private static final List<String> GROUPS = List.of("g0", "g1", "g2", "g3");

    @Test
    void theDecisionIsWhatTryingEverySetOfApprovalsFinds() {
        var random = new Random(9);
        int allows = 0;
        int asks = 0;
        int consents = 0;
        int denies = 0;
        for (int round = 0; round < 600; round++) {
            var cedar = new RandomCedar(random, true);
            var texts = new LinkedHashMap<String, String>();
            for (int i = 0; i < 4; i++) texts.put("p" + i, cedar.askingPolicy(false));
            for (var est : CedarOracle.ests(texts).members().entrySet())
                assertThat(Inspection.of(est.getKey(), (dev.writ.base.Json.Obj) est.getValue())
                                .misuses())
                        .as(texts.toString())
                        .isEmpty();
            var set = CedarOracle.compile(texts);
            var question = cedar.question(Entities.of(cedar.entities(0)));
            var decision = set.decide(question);
            assertThat(decision.getClass()).as("%s %s", texts, question).isEqualTo(expected(set, question, decision));
            switch (decision) {
                case Decision.Allow _ -> allows++;
                case Decision.Deny _ -> denies++;
                case Decision.Ask ask -> {
                    asks++;
                    if (ask.consent()) consents++;
                }
            }
            assertThat(turned(set, question)).as("%s %s", texts, question).isFalse();
        }
        System.out.println("COUNT deliberation allows=" + allows + " asks=" + asks + " consents=" + consents
                + " denies=" + denies);
        assertThat(List.of(allows, asks, consents, denies)).allMatch(count -> count > 20);
    }

    @Test
    void whatPassesInspectionNeverTurnsAnAllowIntoADenyByAnApproval() {
        var random = new Random(12);
        int passed = 0;
        int refused = 0;
        int wouldHaveTurned = 0;
        for (int round = 0; round < 1_500; round++) {
            var cedar = new RandomCedar(random, true);
            var text = cedar.askingPolicy(true);
            var all = Map.of("p", text, "q", "permit (principal, action, resource) when { context.b };");
            var set = CedarOracle.compile(all);
            var question = cedar.question(Entities.of(cedar.entities(0)));
            for (int tries = 0; tries < 4 && !turned(set, question); tries++)
                question = cedar.question(question.entities());
            boolean turned = turned(set, question);
            if (Inspection.of("p", CedarOracle.est(text)).misuses().isEmpty()) {
                passed++;
                assertThat(turned).as("%s %s", text, question).isFalse();
            } else {
                refused++;
                if (turned) wouldHaveTurned++;
            }
        }
        System.out.println("COUNT inspection passed=" + passed + " refused=" + refused + " of which turned an allow="
                + wouldHaveTurned);
        assertThat(passed).isGreaterThan(300);
        assertThat(wouldHaveTurned).as("the rule is needed").isPositive();
    }

    /** Whether some approval more makes a deny out of an allow. */
    private static boolean turned(PolicySet set, Question question) {
        var allowing = subsets().stream()
                .filter(approvals -> allows(set, question, approvals))
                .collect(Collectors.toSet());
        for (var fewer : allowing)
            for (var group : GROUPS) {
                var more = new HashSet<>(fewer);
                more.add(group);
                if (!allowing.contains(more)) return true;
            }
        return false;
    }

    private static Class<?> expected(PolicySet set, Question question, Decision decision) {
        var existing = existing(question);
        if (allows(set, question, existing)) return Decision.Allow.class;
        var now = minimal(set, question, existing);
        if (!now.isEmpty()) return matches(decision, now, false);
        if (question.context().field("consented").orElseThrow().equals(Value.Bool.TRUE)) return Decision.Deny.class;
        var consented = question.withContext(question.context().with("consented", Value.Bool.TRUE));
        if (allows(set, consented, existing)) return matches(decision, Set.of(), true);
        var then = minimal(set, consented, existing);
        return then.isEmpty() ? Decision.Deny.class : matches(decision, then, true);
    }

    private static Class<?> matches(Decision decision, Set<Set<String>> of, boolean consent) {
        if (!(decision instanceof Decision.Ask ask)) return Decision.Ask.class;
        assertThat(new HashSet<>(ask.of())).isEqualTo(of);
        assertThat(ask.of()).hasSameSizeAs(of).isSortedAccordingTo((a, b) -> Integer.compare(a.size(), b.size()));
        assertThat(ask.consent()).isEqualTo(consent);
        assertThat(ask.determining()).isNotEmpty();
        return Decision.Ask.class;
    }

    /** The smallest sets of further groups that suffice. */
    private static Set<Set<String>> minimal(PolicySet set, Question question, Set<String> existing) {
        var sufficient = new ArrayList<Set<String>>();
        for (var more : subsets()) {
            if (more.stream().anyMatch(existing::contains)) continue;
            var all = new HashSet<>(existing);
            all.addAll(more);
            if (allows(set, question, all)) sufficient.add(more);
        }
        var minimal = new HashSet<Set<String>>();
        for (var one : sufficient)
            if (sufficient.stream().noneMatch(other -> !other.equals(one) && one.containsAll(other))) minimal.add(one);
        return minimal;
    }

    private static Set<String> existing(Question question) {
        var names = new HashSet<String>();
        if (question.context().field("approvals").orElseThrow() instanceof Value.Set(var items))
            for (var item : items) if (item instanceof Value.Entity(var uid)) names.add(uid.id());
        return names;
    }

    private static boolean allows(PolicySet set, Question question, Set<String> approvals) {
        var uids = approvals.stream().map(name -> new Uid("Writ::Group", name)).toList();
        var facts = question.context().with("approvals", Value.Set.ofEntities(uids));
        return set.decide(question.withContext(facts)) instanceof Decision.Allow;
    }

    private static List<Set<String>> subsets() {
        var all = new ArrayList<Set<String>>();
        for (int bits = 0; bits < 1 << GROUPS.size(); bits++) {
            var subset = new HashSet<String>();
            for (int i = 0; i < GROUPS.size(); i++) if ((bits >> i & 1) == 1) subset.add(GROUPS.get(i));
            all.add(subset);
        }
        return all;
    }
}
