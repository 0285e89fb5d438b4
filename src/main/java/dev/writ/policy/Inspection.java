package dev.writ.policy;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What Writ itself wants to know about a policy before it is published, beyond Cedar's own validation.
 *
 * @param misuses uses of {@code context.approvals} and {@code context.consented} where an approval or a consent could
 *     turn an allow into a deny, one sentence each
 * @param entities every entity that the policy names
 */
public record Inspection(List<Misuse> misuses, Set<Uid> entities) {
    /** @param fact the member of {@code context} that is misused, or {@code context} itself */
    public record Misuse(String fact, String reason) {}

    public Inspection {
        misuses = List.copyOf(misuses);
        entities = Set.copyOf(entities);
    }

    /** @throws PolicyException when the policy holds something that this version cannot evaluate */
    public static Inspection of(String id, Json.Obj est) {
        var policy = EstReader.policy(id, est, new Shared());
        var clauses = new ArrayList<Monotony.Clause>();
        for (var item : est.array("conditions").orElseThrow().items()) {
            var clause = EstReader.object(id, item);
            clauses.add(new Monotony.Clause(
                    clause.string("kind").orElseThrow().equals("when"),
                    new ExprReader(id, new Shared()).read(clause.get("body").orElseThrow())));
        }
        var entities = new HashSet<Uid>();
        for (var scope : List.of(policy.principal(), policy.action(), policy.resource())) named(scope, entities);
        for (var clause : clauses) named(clause.body(), entities);
        return new Inspection(Monotony.misuses(policy.permits(), clauses), entities);
    }

    private static void named(Scope scope, Set<Uid> entities) {
        for (var key : scope.keys()) if (!key.equals(Scope.ANYTHING)) entities.add(key);
    }

    private static void named(Expr expr, Set<Uid> entities) {
        if (expr instanceof Expr.Literal(var value)) named(value, entities);
        for (var part : Parts.of(expr)) named(part, entities);
    }

    private static void named(Value value, Set<Uid> entities) {
        switch (value) {
            case Value.Entity(var uid) -> entities.add(uid);
            case Value.Set(var items) -> items.forEach(item -> named(item, entities));
            case Value.Record record ->
                record.names().forEach(name -> named(record.field(name).orElseThrow(), entities));
            case Value.Bool _,
                    Value.Long _,
                    Value.Str _,
                    Value.Decimal _,
                    Value.DateTime _,
                    Value.Duration _,
                    Value.IpAddr _,
                    Value.Broken _ -> {}
        }
    }
}
