package dev.writ.policy;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Reads expressions in Cedar's JSON policy format and folds what does not depend on the question. */
final class ExprReader {
    private static final Expr NOTHING = new Expr.Literal(Value.Bool.FALSE);
    private static final Map<String, Operator> OPERATORS = Map.ofEntries(
            Map.entry("==", Operator.EQUAL),
            Map.entry("!=", Operator.UNEQUAL),
            Map.entry("<", Operator.LESS),
            Map.entry("<=", Operator.LESS_OR_EQUAL),
            Map.entry(">", Operator.GREATER),
            Map.entry(">=", Operator.GREATER_OR_EQUAL),
            Map.entry("in", Operator.IN),
            Map.entry("+", Operator.PLUS),
            Map.entry("-", Operator.MINUS),
            Map.entry("*", Operator.TIMES),
            Map.entry("contains", Operator.CONTAINS),
            Map.entry("containsAll", Operator.CONTAINS_ALL),
            Map.entry("containsAny", Operator.CONTAINS_ANY),
            Map.entry("getTag", Operator.GET_TAG),
            Map.entry("hasTag", Operator.HAS_TAG));

    private final String policy;
    private final Shared shared;

    ExprReader(String policy, Shared shared) {
        this.policy = policy;
        this.shared = shared;
    }

    Expr read(Json json) {
        return shared.one(own(json));
    }

    private Expr own(Json json) {
        var node = EstReader.object(policy, json);
        if (node.members().size() != 1) throw unknown("an expression has one member");
        var entry = node.members().entrySet().iterator().next();
        var name = entry.getKey();
        var body = entry.getValue();
        var operator = OPERATORS.get(name);
        if (operator != null) return new Expr.Binary(operator, part(body, "left"), onlyParts(body, "right", "left"));
        return switch (name) {
            case "Value" -> new Expr.Literal(value(body));
            case "Var" -> variable(body);
            case "!" -> new Expr.Not(onlyParts(body, "arg"));
            case "neg" -> new Expr.Negate(onlyParts(body, "arg"));
            case "isEmpty" -> new Expr.IsEmpty(onlyParts(body, "arg"));
            case "&&" -> new Expr.And(part(body, "left"), onlyParts(body, "right", "left"));
            case "||" -> new Expr.Or(part(body, "left"), onlyParts(body, "right", "left"));
            case "." -> new Expr.Attribute(onlyParts(body, "left", "attr"), text(body, "attr"));
            case "has" -> new Expr.Has(onlyParts(body, "left", "attr"), text(body, "attr"));
            case "like" -> new Expr.Like(onlyParts(body, "left", "pattern"), wildcard(body));
            case "is" -> is(body);
            case "if-then-else" ->
                new Expr.If(part(body, "if"), part(body, "then"), onlyParts(body, "else", "if", "then"));
            case "Set" -> new Expr.SetOf(expressions(body));
            case "Record" -> record(body);
            default -> call(name, body);
        };
    }

    Uid uid(Json.Obj json) {
        EstReader.only(policy, json, "type", "id");
        var type = json.string("type").orElse("");
        if (type.isEmpty()) throw unknown("an entity has a type");
        return shared.one(new Uid(type, json.string("id").orElseThrow(() -> unknown("an entity has an id"))));
    }

    private Expr variable(Json body) {
        return switch (body instanceof Json.Str(var name) ? name : "") {
            case "principal" -> Expr.Variable.PRINCIPAL;
            case "action" -> Expr.Variable.ACTION;
            case "resource" -> Expr.Variable.RESOURCE;
            case "context" -> Expr.Variable.CONTEXT;
            default -> throw unknown("unknown variable " + Visible.text(body.text(), 40));
        };
    }

    private Expr is(Json body) {
        var node = EstReader.object(policy, body);
        EstReader.only(policy, node, "left", "entity_type", "in");
        var left = part(body, "left");
        var is = new Expr.Is(left, text(body, "entity_type"));
        return node.get("in").isEmpty() ? is : new Expr.And(is, new Expr.Binary(Operator.IN, left, part(body, "in")));
    }

    private Expr record(Json body) {
        var fields = new HashMap<String, Expr>();
        EstReader.object(policy, body).members().forEach((name, field) -> fields.put(name, read(field)));
        return new Expr.RecordOf(Map.copyOf(fields));
    }

    private Wildcard wildcard(Json body) {
        var pattern = EstReader.object(policy, body).array("pattern");
        var pieces = new ArrayList<String>();
        var piece = new StringBuilder();
        for (var item :
                pattern.orElseThrow(() -> unknown("like without a pattern")).items()) {
            if (item instanceof Json.Str(var word) && word.equals("Wildcard")) {
                pieces.add(piece.toString());
                piece.setLength(0);
            } else piece.append(literal(item));
        }
        pieces.add(piece.toString());
        return new Wildcard(pieces);
    }

    private String literal(Json item) {
        var node = EstReader.object(policy, item);
        EstReader.only(policy, node, "Literal");
        return node.string("Literal").orElseThrow(() -> unknown("unknown piece of a pattern"));
    }

    private Expr call(String name, Json body) {
        var function = Function.named(name).orElseThrow(() -> unknown("unknown expression " + Visible.text(name, 60)));
        var arguments = expressions(body);
        // The number of arguments is checked when the call is evaluated, like the specification does.
        if (arguments.size() != function.arity()) return new Expr.Literal(Faults.ARITY);
        var first = arguments.getFirst();
        if (function.arity() == 2) return new Expr.Call(function, first, arguments.getLast());
        if (first instanceof Expr.Literal(var value)) return new Expr.Literal(function.apply(value, Value.Bool.FALSE));
        return new Expr.Call(function, first, NOTHING);
    }

    private List<Expr> expressions(Json body) {
        if (!(body instanceof Json.Arr(var items))) throw unknown("expected an array");
        return items.stream().map(this::read).toList();
    }

    private Value value(Json json) {
        return switch (json) {
            case Json.Bool(var truth) -> Value.Bool.of(truth);
            case Json.Num number ->
                new Value.Long(number.asLong().orElseThrow(() -> unknown("a number that is no 64-bit integer")));
            case Json.Str(var text) -> new Value.Str(text);
            case Json.Arr(var items) -> set(items);
            case Json.Obj object -> objectValue(object);
            case Json.Null _ -> throw unknown("null is no value");
        };
    }

    private Value set(List<Json> items) {
        var values = new HashSet<Value>();
        for (var item : items) {
            var value = value(item);
            if (value.unusable()) return value;
            values.add(value);
        }
        return new Value.Set(values);
    }

    private Value objectValue(Json.Obj object) {
        if (object.get("__entity").isPresent()) {
            EstReader.only(policy, object, "__entity");
            return new Value.Entity(
                    uid(EstReader.object(policy, object.get("__entity").orElseThrow())));
        }
        if (object.get("__extn").isPresent()) {
            EstReader.only(policy, object, "__extn");
            return extension(EstReader.object(policy, object.get("__extn").orElseThrow()));
        }
        if (object.get("__expr").isPresent()) throw unknown("__expr is not supported");
        var fields = new HashMap<String, Value>();
        object.members().forEach((name, field) -> fields.put(name, value(field)));
        return Value.Record.of(fields);
    }

    private Value extension(Json.Obj extension) {
        EstReader.only(policy, extension, "fn", "arg", "args");
        var arguments = new ArrayList<Json>();
        extension.get("arg").ifPresent(arguments::add);
        extension.array("args").ifPresent(all -> arguments.addAll(all.items()));
        var function = Function.named(extension.string("fn").orElse(""))
                .filter(named -> named.arity() == arguments.size())
                .orElseThrow(() -> unknown("unknown extension value"));
        return function.apply(value(arguments.getFirst()), value(arguments.getLast()));
    }

    private Expr part(Json body, String name) {
        return read(EstReader.object(policy, body)
                .get(name)
                .orElseThrow(() -> unknown("the part " + name + " is missing")));
    }

    /** The part of that name, where no parts but it and the others stand. */
    private Expr onlyParts(Json body, String name, String... others) {
        var names = new ArrayList<>(List.of(others));
        names.add(name);
        EstReader.only(policy, EstReader.object(policy, body), names.toArray(String[]::new));
        return part(body, name);
    }

    private String text(Json body, String name) {
        return EstReader.object(policy, body)
                .string(name)
                .orElseThrow(() -> unknown("the text " + name + " is missing"));
    }

    private PolicyException unknown(String what) {
        return EstReader.unknown(policy, what);
    }
}
