package dev.writ.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds a policy to the rule that adding an approval or a consent can never turn an allow into a deny. They may stand
 * positively in a permit's {@code when} or a forbid's {@code unless}: under {@code &&}, {@code ||} and in the branches
 * of an {@code if}. One subtlety: in {@code (approved && risky) || fine}, the approval makes {@code risky} be evaluated,
 * and its error would hide {@code fine}; so what follows an approval inside the left side of an {@code ||} (or inside
 * a clause of a forbid that is not the last) must not be able to fail.
 */
final class Monotony {
    record Clause(boolean when, Expr body) {}

    private final List<Inspection.Misuse> misuses = new ArrayList<>();

    private Monotony() {}

    static List<Inspection.Misuse> misuses(boolean permits, List<Clause> clauses) {
        var check = new Monotony();
        for (int i = 0; i < clauses.size(); i++) {
            var clause = clauses.get(i);
            if (clause.when() != permits)
                check.none(clause.body(), permits ? "in a permit's unless" : "in a forbid's when");
            else check.positive(clause.body(), !permits && i < clauses.size() - 1);
        }
        return List.copyOf(check.misuses);
    }

    /** @param rescued whether something evaluated later could still make the whole allow */
    private void positive(Expr expr, boolean rescued) {
        switch (expr) {
            case Expr.And(var left, var right) -> {
                positive(left, rescued);
                positive(right, rescued);
                if (rescued && asks(left) && mayFail(right))
                    misused(
                            fact(left),
                            "what follows it with && could fail and hide the alternative after it; write"
                                    + " the approval last");
            }
            case Expr.Or(var left, var right) -> {
                positive(left, true);
                positive(right, rescued);
            }
            case Expr.If(var condition, var then, var otherwise) -> {
                none(condition, "in the condition of an if");
                positive(then, rescued);
                positive(otherwise, rescued);
            }
            default -> {
                if (!allowedForm(expr)) none(expr, "in an expression other than the plain check");
            }
        }
    }

    /** {@code context.approvals.contains(Writ::Group::"g")} or {@code context.consented}, and nothing else. */
    private static boolean allowedForm(Expr expr) {
        if (isFact(expr, Facts.CONSENTED)) return true;
        return expr instanceof Expr.Binary binary
                && binary.operator() == Operator.CONTAINS
                && isFact(binary.left(), Facts.APPROVALS)
                && binary.right() instanceof Expr.Literal(Value.Entity(var group))
                && group.type().equals(Facts.GROUP);
    }

    private static boolean isFact(Expr expr, String name) {
        return expr instanceof Expr.Attribute attribute
                && attribute.of() == Expr.Variable.CONTEXT
                && attribute.name().equals(name);
    }

    /** Reports every use inside an expression in which there may be none. */
    private void none(Expr expr, String where) {
        if (isFact(expr, Facts.APPROVALS) || isFact(expr, Facts.CONSENTED)) {
            misused(fact(expr), "it stands " + where);
            return;
        }
        if (expr == Expr.Variable.CONTEXT) {
            misused("context", "the context as a whole holds approvals; name the member that you mean");
            return;
        }
        if (ofContext(expr)) return;
        for (var part : Parts.of(expr)) none(part, where);
    }

    /** {@code context.x} and {@code context has x}: they look at one member, and whether there is one never changes. */
    private static boolean ofContext(Expr expr) {
        return (expr instanceof Expr.Attribute attribute && attribute.of() == Expr.Variable.CONTEXT)
                || (expr instanceof Expr.Has has && has.of() == Expr.Variable.CONTEXT);
    }

    private static boolean asks(Expr expr) {
        return !fact(expr).isEmpty();
    }

    private static String fact(Expr expr) {
        if (isFact(expr, Facts.APPROVALS)) return Facts.APPROVALS;
        if (isFact(expr, Facts.CONSENTED)) return Facts.CONSENTED;
        for (var part : Parts.of(expr)) {
            var found = fact(part);
            if (!found.isEmpty()) return found;
        }
        return "";
    }

    /** Whether a strictly validated expression can still fail; an undescribed entity denies anyway and does not count. */
    private static boolean mayFail(Expr expr) {
        boolean itself =
                switch (expr) {
                    case Expr.Negate _ -> true;
                    case Expr.Call call -> constructs(call.function()) || shifts(call.function());
                    case Expr.Attribute attribute -> isFact(attribute, Facts.INPUT);
                    case Expr.Binary binary ->
                        switch (binary.operator()) {
                            case PLUS, MINUS, TIMES, GET_TAG -> true;
                            default -> false;
                        };
                    case Expr.Literal(var value) -> value.unusable();
                    default -> false;
                };
        return itself || Parts.of(expr).stream().anyMatch(Monotony::mayFail);
    }

    private static boolean constructs(Function function) {
        return switch (function) {
            case DECIMAL, IP, DATETIME, DURATION -> true;
            default -> false;
        };
    }

    private static boolean shifts(Function function) {
        return switch (function) {
            case OFFSET, DURATION_SINCE, TO_DATE -> true;
            default -> false;
        };
    }

    private void misused(String fact, String reason) {
        var misuse = new Inspection.Misuse(fact, reason);
        if (!misuses.contains(misuse)) misuses.add(misuse);
    }
}
