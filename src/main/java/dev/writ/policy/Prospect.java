package dev.writ.policy;

import java.util.List;
import java.util.function.Supplier;

/**
 * Whether something could be permitted, for all questions that differ in {@code context.now} and in what lists do not
 * know alone. Policies that never look at the time are answered once and for all; the few that do, guardrails with a
 * date in them, are asked each time. Answers what {@link PolicySet#mayPermit} answers.
 */
public final class Prospect {
    /** That of a set without policies. */
    public static final Prospect NONE = new Prospect(Fixed.DENIED, List.of(), List.of());

    private final Fixed fixed;
    private final List<Policy> timedForbids;
    private final List<Policy> timedPermits;

    /** What the policies that do not look at the time come to. */
    private enum Fixed {
        DENIED,
        PERMITTED,
        OPEN
    }

    private Prospect(Fixed fixed, List<Policy> timedForbids, List<Policy> timedPermits) {
        this.fixed = fixed;
        this.timedForbids = timedForbids;
        this.timedPermits = timedPermits;
    }

    static Prospect of(Evaluation at, List<Policy> applicable) {
        if (at.undescribed() != null) return NONE;
        var possibility = new Possibility(at);
        boolean permitted = false;
        for (var policy : applicable) {
            if (isTimed(policy)) continue;
            if (policy.permits()) permitted = permitted || possibility.mayHold(policy);
            else if (possibility.mustDeny(policy)) return NONE;
        }
        return new Prospect(
                permitted ? Fixed.PERMITTED : Fixed.OPEN,
                applicable.stream()
                        .filter(policy -> !policy.permits() && isTimed(policy))
                        .toList(),
                permitted
                        ? List.of()
                        : applicable.stream()
                                .filter(policy -> policy.permits() && isTimed(policy))
                                .toList());
    }

    /** @param now the question with the time as it is now; asked for when a policy looks at it */
    public boolean mayPermit(Supplier<Question> now) {
        return switch (fixed) {
            case DENIED -> false;
            case PERMITTED -> timedForbids.isEmpty() || noneDenies(new Possibility(new Evaluation(now.get())));
            case OPEN -> !timedPermits.isEmpty() && somePermits(new Possibility(new Evaluation(now.get())));
        };
    }

    private boolean somePermits(Possibility possibility) {
        if (!noneDenies(possibility)) return false;
        for (var policy : timedPermits) if (possibility.mayHold(policy)) return true;
        return false;
    }

    private boolean noneDenies(Possibility possibility) {
        for (var policy : timedForbids) if (possibility.mustDeny(policy)) return false;
        return true;
    }

    private static boolean isTimed(Policy policy) {
        return isTimed(policy.condition());
    }

    /** Whether an expression looks at the time, or at the context as a whole, which has the time in it. */
    private static boolean isTimed(Expr expr) {
        return switch (expr) {
            case Expr.Attribute fact
            when fact.of() == Expr.Variable.CONTEXT -> fact.name().equals(Facts.NOW);
            case Expr.Has fact
            when fact.of() == Expr.Variable.CONTEXT -> fact.name().equals(Facts.NOW);
            case Expr.Variable variable -> variable == Expr.Variable.CONTEXT;
            default -> Parts.of(expr).stream().anyMatch(Prospect::isTimed);
        };
    }
}
