package dev.writ.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Allow, ask or deny for one question: first with the approvals that exist, then with all that the applicable policies
 * name, then the same with the person's consent. All of it is plain Cedar evaluated again with other facts, so every
 * other Cedar engine comes to the same decision.
 */
final class Deliberation {
    /** How many evaluations the search for sets of groups may take; what it has found by then is what is asked for. */
    static final int EVALUATIONS_MAX = 512;

    /** How many alternative sets of groups an ask names. */
    static final int ALTERNATIVES_MAX = 8;

    private final List<Policy> applicable;
    private final Evaluation at;
    private int evaluations;

    Deliberation(List<Policy> applicable, Evaluation at) {
        this.applicable = applicable;
        this.at = at;
    }

    Decision decide() {
        var undescribed = at.undescribed();
        if (undescribed != null)
            return new Decision.Deny(List.of(), List.of(), new Decision.Reason.IncompleteEntities(undescribed));
        var now = Tally.of(applicable, at);
        if (now.allows()) return now.allow();
        var ask = ask(now, at.context, false);
        if (ask.isEmpty() && isFalse(at.context.read(Facts.CONSENTED)))
            ask = ask(now, at.context.with(Facts.CONSENTED, Value.Bool.TRUE), true);
        return ask.orElseGet(now::deny);
    }

    private static boolean isFalse(@org.jspecify.annotations.Nullable Value value) {
        return value instanceof Value.Bool(boolean truth) && !truth;
    }

    private Optional<Decision> ask(Tally now, Value.Record context, boolean consent) {
        if (consent) {
            var consented = tally(context);
            if (consented.allows()) return Optional.of(ask(now, consented, List.of(), true));
        }
        var more = unapproved(context);
        if (more.isEmpty()) return Optional.empty();
        var all = tally(approved(context, more));
        if (!all.allows()) return Optional.empty();
        return Optional.of(ask(now, all, smallest(context, more), consent));
    }

    private static Decision ask(Tally now, Tally then, List<Set<String>> of, boolean consent) {
        var determining = new TreeSet<>(now.forbids());
        determining.addAll(then.permits());
        return new Decision.Ask(List.copyOf(determining), now.errors(), of, consent);
    }

    /** The groups that the applicable policies name and that have not approved, in order. */
    private List<Uid> unapproved(Value.Record context) {
        var groups = new TreeSet<Uid>();
        for (var policy : applicable) groups.addAll(policy.groups());
        if (groups.isEmpty() || !(context.read(Facts.APPROVALS) instanceof Value.Set(var approvals))) return List.of();
        groups.removeIf(group -> approvals.contains(new Value.Entity(group)));
        return List.copyOf(groups);
    }

    /** The sets of groups that suffice and have no smaller one inside, smallest first. */
    private List<Set<String>> smallest(Value.Record context, List<Uid> groups) {
        var found = new ArrayList<Set<Uid>>();
        for (int size = 1; size <= groups.size() && mayGoOn(found); size++)
            search(context, groups, 0, size, new ArrayList<>(), found);
        if (found.isEmpty()) found.add(Set.copyOf(withoutSpares(context, groups)));
        return found.stream().map(Deliberation::names).toList();
    }

    private void search(
            Value.Record context, List<Uid> groups, int from, int left, List<Uid> chosen, List<Set<Uid>> found) {
        if (!mayGoOn(found) || found.stream().anyMatch(chosen::containsAll)) return;
        if (left == 0) {
            if (tally(approved(context, chosen)).allows()) found.add(Set.copyOf(chosen));
            return;
        }
        for (int i = from; i <= groups.size() - left; i++) {
            chosen.add(groups.get(i));
            search(context, groups, i + 1, left - 1, chosen, found);
            chosen.removeLast();
        }
    }

    private boolean mayGoOn(List<Set<Uid>> found) {
        return evaluations < EVALUATIONS_MAX && found.size() < ALTERNATIVES_MAX;
    }

    /** One set without a spare group, for the case that the search has run out of evaluations. */
    private Set<Uid> withoutSpares(Value.Record context, List<Uid> groups) {
        var needed = new HashSet<>(groups);
        for (var group : groups) {
            needed.remove(group);
            if (!tally(approved(context, needed)).allows()) needed.add(group);
        }
        return needed;
    }

    private Tally tally(Value.Record context) {
        evaluations++;
        return Tally.of(applicable, at.with(context));
    }

    private static Value.Record approved(Value.Record context, Iterable<Uid> more) {
        var approvals = new HashSet<Value>();
        if (context.read(Facts.APPROVALS) instanceof Value.Set(var existing)) approvals.addAll(existing);
        for (var group : more) approvals.add(new Value.Entity(group));
        return context.with(Facts.APPROVALS, new Value.Set(approvals));
    }

    private static Set<String> names(Set<Uid> groups) {
        var names = new TreeSet<String>();
        for (var group : groups) names.add(group.id());
        return java.util.Collections.unmodifiableSet(names);
    }
}
