package dev.writ.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.JsonReader;
import org.junit.jupiter.api.Test;

class SharedTest {
    private static final String SCOPES = """
            "principal":{"op":"in","entity":{"type":"Writ::Group","id":"g"}},"action":{"op":"All"},"resource":{"op":"All"}""";

    @Test
    void whatTwoPoliciesHaveInCommonIsKeptOnceAndNothingElse() {
        var policies = EstReader.policies(JsonReader.readObject("{\"staticPolicies\":{%s,%s}}"
                .formatted(policy("a", 1), policy("b", 2))
                .getBytes(UTF_8)));
        var first = (Expr.And) policies.get(0).condition();
        var second = (Expr.And) policies.get(1).condition();
        assertThat(first.left()).isSameAs(second.left());
        assertThat(first.right()).isNotEqualTo(second.right());
        assertThat(((Expr.Binary) first.right()).left()).isSameAs(((Expr.Binary) second.right()).left());
        assertThat(policies.get(0).principal().keys().getFirst())
                .isSameAs(policies.get(1).principal().keys().getFirst());
    }

    private static String policy(String id, int amount) {
        return """
                "%s":{"effect":"permit",%s,"conditions":[{"kind":"when","body":{"&&":{
                "left":{"==":{"left":{".":{"left":{"Var":"context"},"attr":"purpose"}},"right":{"Value":"support"}}},
                "right":{"<":{"left":{".":{"left":{"Var":"context"},"attr":"amount"}},"right":{"Value":%d}}}}}}]}""".formatted(id, SCOPES, amount);
    }
}
