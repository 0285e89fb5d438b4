package dev.writ.policy;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads policies in Cedar's JSON policy format. Whatever it does not know, down to a member that should not be there,
 * fails the load: a bundle from a newer language must not be understood by half.
 */
final class EstReader {
    private final String policy;
    private final ExprReader expressions;

    private EstReader(String policy, Shared shared) {
        this.policy = policy;
        this.expressions = new ExprReader(policy, shared);
    }

    /** All policies of a policy set, by id. Templates and links are refused: the front end publishes none. */
    static List<Policy> policies(Json.Obj bundle) {
        only("policy set", bundle, "staticPolicies", "templates", "templateLinks");
        if (bundle.object("templates").filter(t -> !t.members().isEmpty()).isPresent()
                || bundle.array("templateLinks")
                        .filter(l -> !l.items().isEmpty())
                        .isPresent()) throw unknown("policy set", "templates are not supported");
        var statics = bundle.object("staticPolicies")
                .orElseThrow(() -> unknown("policy set", "the member staticPolicies is missing"));
        var policies = new ArrayList<Policy>();
        var shared = new Shared();
        statics.members().keySet().stream()
                .sorted()
                .forEach(
                        id -> policies.add(policy(id, object(id, statics.get(id).orElseThrow()), shared)));
        return List.copyOf(policies);
    }

    static Policy policy(String id, Json.Obj est, Shared shared) {
        return new EstReader(id, shared).read(est);
    }

    private Policy read(Json.Obj est) {
        only(policy, est, "effect", "principal", "action", "resource", "conditions", "annotations");
        boolean permits =
                switch (est.string("effect").orElse("")) {
                    case "permit" -> true;
                    case "forbid" -> false;
                    default -> throw unknown(policy, "an effect is permit or forbid");
                };
        var condition = condition(est);
        return new Policy(
                policy,
                permits,
                scope(member(est, "principal")),
                scope(member(est, "action")),
                scope(member(est, "resource")),
                condition,
                Possibility.isOpen(condition),
                groups(condition));
    }

    private Scope scope(Json.Obj json) {
        return switch (json.string("op").orElse("")) {
            case "All" -> {
                only(policy, json, "op");
                yield new Scope.All();
            }
            case "==" -> {
                only(policy, json, "op", "entity");
                yield new Scope.Exactly(entity(json));
            }
            case "in" -> json.get("entities").isPresent() ? inOneOf(json) : in(json);
            case "is" -> is(json);
            default -> throw unknown(policy, "unknown scope " + Visible.text(json.text(), 80));
        };
    }

    private Scope in(Json.Obj json) {
        only(policy, json, "op", "entity");
        return new Scope.In(entity(json));
    }

    private Scope inOneOf(Json.Obj json) {
        only(policy, json, "op", "entities");
        var these = new ArrayList<Uid>();
        for (var item : json.array("entities")
                .orElseThrow(() -> unknown(policy, "entities is an array"))
                .items()) these.add(expressions.uid(object(policy, item)));
        return new Scope.InOneOf(these);
    }

    private Scope is(Json.Obj json) {
        only(policy, json, "op", "entity_type", "in");
        var type = json.string("entity_type").orElseThrow(() -> unknown(policy, "is without a type"));
        if (json.get("in").isEmpty()) return new Scope.OfType(type);
        var in = member(json, "in");
        only(policy, in, "entity");
        return new Scope.OfTypeIn(type, entity(in));
    }

    private Uid entity(Json.Obj json) {
        return expressions.uid(member(json, "entity"));
    }

    private Expr condition(Json.Obj est) {
        var clauses = est.array("conditions").orElseThrow(() -> unknown(policy, "conditions is an array"));
        Expr all = null;
        for (var item : clauses.items()) {
            var clause = object(policy, item);
            only(policy, clause, "kind", "body");
            var body = expressions.read(clause.get("body").orElseThrow(() -> unknown(policy, "a clause has a body")));
            Expr holds =
                    switch (clause.string("kind").orElse("")) {
                        case "when" -> body;
                        case "unless" -> new Expr.Not(body);
                        default -> throw unknown(policy, "a clause is when or unless");
                    };
            all = all == null ? holds : new Expr.And(all, holds);
        }
        return all == null ? new Expr.Literal(Value.Bool.TRUE) : all;
    }

    private static Set<Uid> groups(Expr condition) {
        var groups = new HashSet<Uid>();
        collect(condition, groups);
        return groups;
    }

    private static void collect(Expr expr, Set<Uid> groups) {
        if (expr instanceof Expr.Binary(var operator, Expr.Attribute approvals, Expr.Literal(Value.Entity(var group)))
                && operator == Operator.CONTAINS
                && approvals.of() == Expr.Variable.CONTEXT
                && approvals.name().equals(Facts.APPROVALS)) groups.add(group);
        for (var part : Parts.of(expr)) collect(part, groups);
    }

    private Json.Obj member(Json.Obj json, String name) {
        return json.object(name).orElseThrow(() -> unknown(policy, "the object " + name + " is missing"));
    }

    static Json.Obj object(String policy, Json json) {
        if (json instanceof Json.Obj object) return object;
        throw unknown(policy, "expected an object");
    }

    static void only(String policy, Json.Obj json, String... names) {
        for (var name : json.members().keySet())
            if (!List.of(names).contains(name)) throw unknown(policy, "unknown member " + Visible.text(name, 60));
    }

    static PolicyException unknown(String policy, String what) {
        return new PolicyException(
                PolicyException.Code.UNKNOWN_NODE, "policy " + Visible.text(policy, 80) + ": " + what);
    }
}
