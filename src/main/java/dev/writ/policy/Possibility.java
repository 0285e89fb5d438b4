package dev.writ.policy;

import org.jspecify.annotations.Nullable;

/**
 * Three-valued evaluation: what an expression may come to when {@code context.input}, the approvals and the consent are
 * unknown. A result is a set of outcomes out of true, false and error, and only ever too large, never too small. An
 * error in a forbid denies just as true does, so a forbid that can only come to those two hides what it forbids.
 */
final class Possibility {
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int ERROR = 4;
    private static final int ANY = TRUE | FALSE | ERROR;

    private final Evaluation at;

    Possibility(Evaluation at) {
        this.at = at;
    }

    boolean mayHold(Policy policy) {
        return (outcomes(policy) & TRUE) != 0;
    }

    boolean mustDeny(Policy policy) {
        return (outcomes(policy) & FALSE) == 0;
    }

    /** Whether an expression looks at something that is unknown here. */
    static boolean isOpen(Expr expr) {
        return switch (expr) {
            case Expr.Attribute fact when fact.of() == Expr.Variable.CONTEXT -> hidden(fact.name());
            case Expr.Has fact when fact.of() == Expr.Variable.CONTEXT -> hidden(fact.name());
            case Expr.Variable variable -> variable == Expr.Variable.CONTEXT;
            default -> Parts.of(expr).stream().anyMatch(Possibility::isOpen);
        };
    }

    private int outcomes(Policy policy) {
        return policy.open()
                ? truth(policy.condition())
                : truth(policy.condition().eval(at));
    }

    private int truth(Expr expr) {
        return switch (expr) {
            case Expr.And(var left, var right) -> {
                int first = truth(left);
                yield (first & (FALSE | ERROR)) | ((first & TRUE) != 0 ? truth(right) : 0);
            }
            case Expr.Or(var left, var right) -> {
                int first = truth(left);
                yield (first & (TRUE | ERROR)) | ((first & FALSE) != 0 ? truth(right) : 0);
            }
            case Expr.Not(var of) -> {
                int inner = truth(of);
                yield (inner & ERROR) | ((inner & TRUE) << 1) | ((inner & FALSE) >> 1);
            }
            case Expr.If(var condition, var then, var otherwise) -> {
                int chosen = truth(condition);
                yield (chosen & ERROR)
                        | ((chosen & TRUE) != 0 ? truth(then) : 0)
                        | ((chosen & FALSE) != 0 ? truth(otherwise) : 0);
            }
            default -> truth(known(expr));
        };
    }

    private static int truth(@Nullable Value value) {
        if (value == null) return ANY;
        if (value instanceof Value.Bool(boolean truth)) return truth ? TRUE : FALSE;
        return ERROR;
    }

    /** The value when it does not depend on what is unknown, or null. A part that certainly fails makes it fail. */
    private @Nullable Value known(Expr expr) {
        return switch (expr) {
            case Expr.And _, Expr.Or _, Expr.Not _ -> ofTruth(truth(expr));
            case Expr.If(var condition, var then, var otherwise) -> chosen(truth(condition), then, otherwise);
            case Expr.Attribute fact
            when fact.of() == Expr.Variable.CONTEXT -> hidden(fact.name()) ? null : fact.eval(at);
            case Expr.Has fact when fact.of() == Expr.Variable.CONTEXT -> hidden(fact.name()) ? null : fact.eval(at);
            case Expr.Variable variable -> variable == Expr.Variable.CONTEXT ? null : variable.eval(at);
            default -> strict(expr);
        };
    }

    private @Nullable Value chosen(int condition, Expr then, Expr otherwise) {
        return switch (condition) {
            case TRUE -> known(then);
            case FALSE -> known(otherwise);
            case ERROR -> Faults.TYPE;
            default -> null;
        };
    }

    private @Nullable Value strict(Expr expr) {
        boolean all = true;
        for (var part : Parts.of(expr)) {
            var value = known(part);
            if (value instanceof Value.Broken) return value;
            all &= value != null;
        }
        return all ? expr.eval(at) : null;
    }

    private static @Nullable Value ofTruth(int truth) {
        return switch (truth) {
            case TRUE -> Value.Bool.TRUE;
            case FALSE -> Value.Bool.FALSE;
            case ERROR -> Faults.TYPE;
            default -> null;
        };
    }

    private static boolean hidden(String name) {
        return name.equals(Facts.INPUT) || name.equals(Facts.APPROVALS) || name.equals(Facts.CONSENTED);
    }
}
