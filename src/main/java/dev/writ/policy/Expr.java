package dev.writ.policy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A Cedar expression. Evaluation answers a value, or {@link Value.Broken} for an evaluation error; it throws nothing
 * and allocates only what Cedar's own sets, records and numbers need. {@code Possibility} reads the same tree when
 * part of the question is unknown.
 */
sealed interface Expr {
    Value eval(Evaluation at);

    record Literal(Value value) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            return value;
        }
    }

    enum Variable implements Expr {
        PRINCIPAL,
        ACTION,
        RESOURCE,
        CONTEXT;

        @Override
        public Value eval(Evaluation at) {
            return switch (this) {
                case PRINCIPAL -> at.principal;
                case ACTION -> at.action;
                case RESOURCE -> at.resource;
                case CONTEXT -> at.context;
            };
        }
    }

    record Not(Expr of) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            if (value instanceof Value.Bool(boolean truth)) return Value.Bool.of(!truth);
            return fault(value);
        }
    }

    record And(Expr left, Expr right) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var first = left.eval(at);
            if (!(first instanceof Value.Bool(boolean truth))) return fault(first);
            if (!truth) return Value.Bool.FALSE;
            var second = right.eval(at);
            return second instanceof Value.Bool ? second : fault(second);
        }
    }

    record Or(Expr left, Expr right) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var first = left.eval(at);
            if (!(first instanceof Value.Bool(boolean truth))) return fault(first);
            if (truth) return Value.Bool.TRUE;
            var second = right.eval(at);
            return second instanceof Value.Bool ? second : fault(second);
        }
    }

    record If(Expr condition, Expr then, Expr otherwise) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = condition.eval(at);
            if (!(value instanceof Value.Bool(boolean truth))) return fault(value);
            return truth ? then.eval(at) : otherwise.eval(at);
        }
    }

    record Binary(Operator operator, Expr left, Expr right) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var a = left.eval(at);
            if (a instanceof Value.Broken) return a;
            var b = right.eval(at);
            if (b instanceof Value.Broken) return b;
            return operator.apply(a, b, at);
        }
    }

    record Negate(Expr of) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            if (!(value instanceof Value.Long(long number))) return fault(value);
            return number == Long.MIN_VALUE ? Faults.OVERFLOW : new Value.Long(-number);
        }
    }

    record IsEmpty(Expr of) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            return value instanceof Value.Set(var items) ? Value.Bool.of(items.isEmpty()) : fault(value);
        }
    }

    /** {@code of.name}; {@code absent} is the error when there is no such attribute. */
    record Attribute(Expr of, String name, Value.Broken absent) implements Expr {
        Attribute(Expr of, String name) {
            this(of, name, new Value.Broken("attribute " + CedarText.quoted(name) + " does not exist"));
        }

        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            if (value instanceof Value.Record record) return orAbsent(record);
            if (!(value instanceof Value.Entity(var uid))) return fault(value);
            var known = at.look(uid);
            return known == null ? Faults.NO_ENTITY : orAbsent(known.entity().attributes());
        }

        private Value orAbsent(Value.Record record) {
            var field = record.read(name);
            return field == null ? absent : field;
        }
    }

    record Has(Expr of, String name) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            if (value instanceof Value.Record record) return Value.Bool.of(record.read(name) != null);
            if (!(value instanceof Value.Entity(var uid))) return fault(value);
            var known = at.look(uid);
            return Value.Bool.of(known != null && known.entity().attributes().read(name) != null);
        }
    }

    record Like(Expr of, Wildcard pattern) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            return value instanceof Value.Str(var text) ? Value.Bool.of(pattern.matches(text)) : fault(value);
        }
    }

    record Is(Expr of, String type) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var value = of.eval(at);
            return value instanceof Value.Entity(var uid)
                    ? Value.Bool.of(uid.type().equals(type))
                    : fault(value);
        }
    }

    record SetOf(List<Expr> items) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var values = new HashSet<Value>();
            for (var item : items) {
                var value = item.eval(at);
                if (value instanceof Value.Broken) return value;
                if (value.unusable()) return Faults.INEXPRESSIBLE;
                values.add(value);
            }
            return new Value.Set(values);
        }
    }

    record RecordOf(Map<String, Expr> fields) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var values = new HashMap<String, Value>();
            for (var field : fields.entrySet()) {
                var value = field.getValue().eval(at);
                if (value instanceof Value.Broken) return value;
                values.put(field.getKey(), value);
            }
            return Value.Record.owning(values);
        }
    }

    record Call(Function function, Expr first, Expr second) implements Expr {
        @Override
        public Value eval(Evaluation at) {
            var a = first.eval(at);
            if (a instanceof Value.Broken) return a;
            return function.apply(a, second.eval(at));
        }
    }

    /** What a value of the wrong type means: its own error, or a type error. */
    private static Value fault(Value value) {
        return value instanceof Value.Broken ? value : Faults.TYPE;
    }
}
