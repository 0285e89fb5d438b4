package dev.writ.policy.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Adding an approval or a consent can never turn an allow into a deny; whatever could is refused at publish. */
class ApprovalRulesTest {
    private static final String ASKS = "context.approvals.contains(Writ::Group::\"finance-leads\")";
    private static final String FAILS = "context.input.amount.lessThan(decimal(\"1.0\"))";

    private static final List<String> FINE = List.of(
            permit("when { " + ASKS + " }"),
            permit("when { context.consented && " + ASKS + " }"),
            permit("when { context.task.purpose == \"a\" || " + ASKS + " }"),
            permit("when { if context.caller == \"code\" then " + ASKS + " else true }"),
            permit("when { " + ASKS + " && " + FAILS + " }"),
            permit("when { context.caller == \"x\" || (" + ASKS + " && " + FAILS + ") }"),
            permit("when { (" + FAILS + " && " + ASKS + ") || context.caller == \"x\" }"),
            permit("when { (" + ASKS + " && context.caller == \"x\") || context.depth == 0 }"),
            permit("when { context has approvals && " + ASKS + " }"),
            forbid("unless { " + ASKS + " }"),
            forbid("unless { context.consented || " + ASKS + " }"),
            forbid("when { context.caller == \"code\" } unless { " + ASKS + " }"),
            forbid("unless { " + ASKS + " && " + FAILS + " }"));

    private static final List<String> REFUSED = List.of(
            permit("when { !" + ASKS + " }"),
            permit("when { !context.consented }"),
            permit("unless { " + ASKS + " }"),
            forbid("when { " + ASKS + " }"),
            forbid("when { context.consented }"),
            forbid("unless { !(context.caller == \"x\" && " + ASKS + ") }"),
            permit("when { if " + ASKS + " then context.caller == \"x\" else true }"),
            permit("when { " + ASKS + " == true }"),
            permit("when { context.consented != true }"),
            permit("when { context.approvals.isEmpty() }"),
            permit("when { context.approvals.containsAny([Writ::Group::\"finance-leads\"]) }"),
            permit("when { context.approvals.containsAll([Writ::Group::\"finance-leads\"]) }"),
            permit("when { context[\"approvals\"].isEmpty() }"),
            permit("when { [Writ::Group::\"finance-leads\"].containsAll(context.approvals) }"),
            permit("when { [context.consented].contains(true) }"),
            permit("when { {a: context.approvals}.a.contains(Writ::Group::\"finance-leads\") }"),
            permit("when { context == context }"),
            permit("when { (if true then context else context).consented }"),
            // An approval would let FAILS be evaluated, and its error would hide what the || offers instead.
            permit("when { (" + ASKS + " && " + FAILS + ") || context.caller == \"x\" }"),
            permit("when { (" + ASKS + " && context.depth + 1 == 2) || context.caller == \"x\" }"),
            forbid("unless { " + ASKS + " && " + FAILS + " } unless { context.caller == \"x\" }"));

    @Test
    void whereAnApprovalCanOnlyHelpItMayStand() {
        var outcome = Texts.publish(numbered(FINE));
        assertThat(outcome).isInstanceOf(Publisher.Published.class);
    }

    @Test
    void everywhereElseItIsRefused() {
        var outcome = Texts.publish(numbered(REFUSED));
        assertThat(outcome).isInstanceOf(Publisher.Rejected.class);
        var findings = ((Publisher.Rejected) outcome).findings();
        assertThat(findings).allMatch(f -> f.message().contains("could turn an allow into a deny"));
        assertThat(findings.stream().map(Finding::line).distinct()).hasSize(REFUSED.size());
    }

    private static String numbered(List<String> policies) {
        var text = new StringBuilder();
        for (int i = 0; i < policies.size(); i++)
            text.append("@id(\"p")
                    .append(i)
                    .append("\") ")
                    .append(policies.get(i))
                    .append('\n');
        return text.toString();
    }

    private static String permit(String conditions) {
        return "permit (principal, action == Writ::Action::\"call:shop/create_refund\", resource) " + conditions + ";";
    }

    private static String forbid(String conditions) {
        return "forbid (principal, action == Writ::Action::\"call:shop/create_refund\", resource) " + conditions + ";";
    }
}
