package dev.writ.policy;

import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operators and methods whose two operands are always evaluated. */
enum Operator {
    EQUAL,
    UNEQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    IN,
    PLUS,
    MINUS,
    TIMES,
    CONTAINS,
    CONTAINS_ALL,
    CONTAINS_ANY,
    GET_TAG,
    HAS_TAG;

    /** @param a and {@code b}: values, none of them an error */
    Value apply(Value a, Value b, Evaluation at) {
        return switch (this) {
            case EQUAL -> a.unusable() || b.unusable() ? Faults.INEXPRESSIBLE : Value.Bool.of(a.equals(b));
            case UNEQUAL -> a.unusable() || b.unusable() ? Faults.INEXPRESSIBLE : Value.Bool.of(!a.equals(b));
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> compare(a, b);
            case IN -> a instanceof Value.Entity(var uid) ? in(uid, b, at) : Faults.TYPE;
            case PLUS, MINUS, TIMES -> compute(a, b);
            case CONTAINS -> contains(a, b);
            case CONTAINS_ALL, CONTAINS_ANY ->
                a instanceof Value.Set(var of) && b instanceof Value.Set(var these) ? subset(of, these) : Faults.TYPE;
            case GET_TAG, HAS_TAG ->
                a instanceof Value.Entity(var uid) && b instanceof Value.Str(var key)
                        ? tag(at.look(uid), key)
                        : Faults.TYPE;
        };
    }

    private Value compare(Value a, Value b) {
        if (a instanceof Value.Long(long left) && b instanceof Value.Long(long right)) return compare(left, right);
        if (a instanceof Value.DateTime(long left) && b instanceof Value.DateTime(long right))
            return compare(left, right);
        if (a instanceof Value.Duration(long left) && b instanceof Value.Duration(long right))
            return compare(left, right);
        return Faults.TYPE;
    }

    private Value compare(long left, long right) {
        return Value.Bool.of(
                switch (this) {
                    case LESS -> left < right;
                    case LESS_OR_EQUAL -> left <= right;
                    case GREATER -> left > right;
                    default -> left >= right;
                });
    }

    private Value compute(Value a, Value b) {
        if (!(a instanceof Value.Long(long left)) || !(b instanceof Value.Long(long right))) return Faults.TYPE;
        try {
            return new Value.Long(
                    switch (this) {
                        case PLUS -> Math.addExact(left, right);
                        case MINUS -> Math.subtractExact(left, right);
                        default -> Math.multiplyExact(left, right);
                    });
        } catch (ArithmeticException e) {
            return Faults.OVERFLOW;
        }
    }

    private static Value in(Uid uid, Value ancestors, Evaluation at) {
        if (ancestors instanceof Value.Entity(var ancestor)) return Value.Bool.of(at.isIn(uid, ancestor));
        if (!(ancestors instanceof Value.Set(var items))) return Faults.TYPE;
        // All items must be entities, also those behind the one that matches.
        for (var item : items) if (!(item instanceof Value.Entity)) return Faults.TYPE;
        return Value.Bool.of(at.isInAny(uid, items));
    }

    private static Value contains(Value a, Value b) {
        if (!(a instanceof Value.Set(var items))) return Faults.TYPE;
        return b.unusable() ? Faults.INEXPRESSIBLE : Value.Bool.of(items.contains(b));
    }

    private Value subset(Set<Value> of, Set<Value> these) {
        return Value.Bool.of(this == CONTAINS_ALL ? of.containsAll(these) : !Collections.disjoint(of, these));
    }

    private Value tag(Entities.@Nullable Known known, String key) {
        var tag = known == null ? null : known.entity().tags().get(key);
        if (this == HAS_TAG) return Value.Bool.of(tag != null);
        if (known == null) return Faults.NO_ENTITY;
        return tag == null ? Faults.NO_TAG : tag;
    }
}
