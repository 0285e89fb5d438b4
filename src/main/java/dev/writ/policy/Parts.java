package dev.writ.policy;

import java.util.List;

/** The direct parts of an expression, for walks over the whole tree. */
final class Parts {
    private Parts() {}

    static List<Expr> of(Expr expr) {
        return switch (expr) {
            case Expr.Literal _, Expr.Variable _ -> List.of();
            case Expr.Not(var of) -> List.of(of);
            case Expr.Negate(var of) -> List.of(of);
            case Expr.IsEmpty(var of) -> List.of(of);
            case Expr.Attribute attribute -> List.of(attribute.of());
            case Expr.Has has -> List.of(has.of());
            case Expr.Like like -> List.of(like.of());
            case Expr.Is is -> List.of(is.of());
            case Expr.And(var left, var right) -> List.of(left, right);
            case Expr.Or(var left, var right) -> List.of(left, right);
            case Expr.Binary binary -> List.of(binary.left(), binary.right());
            case Expr.Call call -> List.of(call.first(), call.second());
            case Expr.If(var condition, var then, var otherwise) -> List.of(condition, then, otherwise);
            case Expr.SetOf(var items) -> items;
            case Expr.RecordOf(var fields) -> List.copyOf(fields.values());
        };
    }
}
