package dev.writ.policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.ValidationRequest;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.schema.Schema;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cedar's official code inside the test process: parses text that we wrote ourselves, and answers questions. */
public final class CedarOracle {
    private static final BasicAuthorizationEngine ENGINE = new BasicAuthorizationEngine();
    private static final Method CALL = call();

    private CedarOracle() {}

    /** What the oracle said: the decision and the ids of the determining and failing policies. */
    public record Said(boolean allowed, Set<String> determining, Set<String> errors) {
        static Said of(Answer answer) {
            return new Said(
                    answer.allowed(),
                    new HashSet<>(answer.determining()),
                    new HashSet<>(
                            answer.errors().stream().map(PolicyError::policy).toList()));
        }
    }

    /** Compiles policies that carry an {@code @id} each. */
    public static PolicySet compile(String text) {
        var policies = Json.object();
        try {
            for (var policy : com.cedarpolicy.model.policy.PolicySet.parsePolicies(text).policies) {
                var est = (Json.Obj) JsonReader.read(policy.toJson());
                policies.put(
                        est.object("annotations").orElseThrow().string("id").orElseThrow(), est);
            }
        } catch (Exception e) {
            throw new AssertionError(text, e);
        }
        return PolicySet.compile(
                Json.object().put("staticPolicies", policies.build()).build());
    }

    public static PolicySet compile(Map<String, String> texts) {
        return PolicySet.compile(
                Json.object().put("staticPolicies", ests(texts)).build());
    }

    static Json.Obj ests(Map<String, String> texts) {
        var policies = Json.object();
        texts.forEach((id, text) -> policies.put(id, est(text)));
        return policies.build();
    }

    static Json.Obj est(String text) {
        try {
            return (Json.Obj) JsonReader.read(new Policy(text, "x").toJson());
        } catch (Exception e) {
            throw new AssertionError(text, e);
        }
    }

    /** Those of the policies that Cedar's strict validation takes. */
    static Map<String, String> valid(Map<String, String> texts, String schema) {
        var policies = new LinkedHashSet<Policy>();
        texts.forEach((id, text) -> policies.add(new Policy(text, id)));
        try {
            var response = ENGINE.validate(
                    new ValidationRequest(new Schema(schema), new com.cedarpolicy.model.policy.PolicySet(policies)));
            var kept = new LinkedHashMap<>(texts);
            response.success
                    .orElseThrow(() -> new AssertionError(response + "\n" + texts))
                    .validationErrors
                    .forEach(error -> kept.remove(error.getPolicyId()));
            return kept;
        } catch (com.cedarpolicy.model.exception.AuthException e) {
            throw new AssertionError(e);
        }
    }

    static Said ask(Map<String, String> policies, Question question, Collection<Entity> entities) {
        var texts = Json.object();
        policies.forEach(texts::put);
        var request = Json.object()
                .put("principal", CedarJson.json(question.principal()))
                .put("action", CedarJson.json(question.action()))
                .put("resource", CedarJson.json(question.resource()))
                .put("context", CedarJson.json(question.context()))
                .put("validateRequest", false)
                .put(
                        "policies",
                        Json.object()
                                .put("staticPolicies", texts.build())
                                .put("templates", Json.Obj.EMPTY)
                                .put("templateLinks", new Json.Arr(List.of()))
                                .build())
                .put(
                        "entities",
                        new Json.Arr(entities.stream()
                                .map(e -> (Json) CedarJson.json(e))
                                .toList()))
                .build();
        try {
            var answer =
                    (Json.Obj) JsonReader.read((String) CALL.invoke(null, "AuthorizationOperation", request.text()));
            var response = answer.object("response").orElseThrow(() -> new AssertionError(answer.text()));
            var diagnostics = response.object("diagnostics").orElseThrow();
            var errors = new HashSet<String>();
            for (var error : diagnostics.array("errors").orElseThrow().items())
                errors.add(((Json.Obj) error).string("policyId").orElseThrow());
            return new Said(
                    response.string("decision").orElseThrow().equals("allow"),
                    new HashSet<>(diagnostics.strings("reason")),
                    errors);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Method call() {
        try {
            // The typed methods would make us rebuild every value in the library's own classes.
            var call = BasicAuthorizationEngine.class.getDeclaredMethod("callCedarJNI", String.class, String.class);
            call.setAccessible(true);
            return call;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }
}
