package dev.writ.policy.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublisherTest {
    @Test
    void whatShipsAndTheDemosPoliciesArePublished() {
        var outcome = Texts.publisher()
                .publish(
                        Texts.sources(Map.of("guardrails.cedar", Shipped.guardrails(), "support.cedar", Texts.SUPPORT)),
                        Texts.SCHEMA,
                        Texts.GROUPS);
        assertThat(outcome).isInstanceOf(Publisher.Published.class);
        var published = (Publisher.Published) outcome;
        assertThat(published.warnings()).isEmpty();
        assertThat(published.bundle().compile().ids())
                .contains("guard-consent", "guard-rule-of-two", "admins-administer", "refund-large")
                .hasSize(11);
    }

    @Test
    void aMisspeltArgumentIsFoundWithItsLineAndASuggestion() {
        var text = """
                // Größere Beträge: ünïcödé before the place makes bytes and columns differ
                @id("a")
                permit (principal, action == Writ::Action::"call:shop/create_refund", resource)
                when { "ü" == "ü" && context.input.amout.lessThan(decimal("1.0")) };
                """;
        var findings = rejected(text);
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().line()).isEqualTo(4);
        assertThat(findings.getFirst().column()).isEqualTo(22);
        assertThat(findings.getFirst().message()).contains("amout").doesNotContain("policy `");
        assertThat(findings.getFirst().suggestion()).contains("did you mean `amount`?");
    }

    @Test
    void aSyntaxErrorIsFoundInTheRightPolicyOfTheRightFile() {
        var outcome = Texts.publisher()
                .publish(
                        Texts.sources(Map.of(
                                "a.cedar",
                                "@id(\"x\") permit (principal, action, resource);\n",
                                "b.cedar",
                                "@id(\"y\")\npermit (principal, action, resource) when { 1 === 2 };\n")),
                        Texts.SCHEMA,
                        Texts.GROUPS);
        var findings = ((Publisher.Rejected) outcome).findings();
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().file()).isEqualTo("b.cedar");
        assertThat(findings.getFirst().line()).isEqualTo(2);
        assertThat(findings.getFirst().message()).contains("unexpected token");
    }

    @Test
    void aPolicyWithoutAnIdIsRefusedWithASuggestion() {
        var finding = only("permit (principal, action == Writ::Action::\"administer\", resource);");
        assertThat(finding.message()).isEqualTo("the policy has no id");
        assertThat(finding.suggestion()).contains("put @id(\"a-name-of-its-own\") before it");
    }

    @Test
    void anIdIsGivenOnce() {
        var policy = "@id(\"twice\") forbid (principal, action == Writ::Action::\"administer\", resource);\n";
        var finding = only(policy + policy);
        assertThat(finding.line()).isEqualTo(2);
        assertThat(finding.message()).isEqualTo("the id twice is taken by the policy at a.cedar:1");
    }

    @Test
    void anUnknownGroupIsRefusedWhereverItStands() {
        var head = only(
                "@id(\"a\") permit (principal in Writ::Group::\"suport-agents\", action == Writ::Action::\"administer\", resource);");
        assertThat(head.message()).isEqualTo("there is no group suport-agents");
        assertThat(head.suggestion()).contains("did you mean support-agents?");
        var approval =
                only("@id(\"a\")\npermit (principal, action == Writ::Action::\"call:shop/send_email\", resource)\n"
                        + "when { context.approvals.contains(Writ::Group::\"nobody\") };");
        assertThat(approval.line()).isEqualTo(3);
        assertThat(approval.column()).isEqualTo(35);
    }

    @Test
    void anImpossiblePolicyIsPublishedWithAWarning() {
        var outcome = Texts.publish(
                "@id(\"never\") permit (principal, action == Writ::Action::\"administer\", resource) when { false };");
        assertThat(outcome).isInstanceOf(Publisher.Published.class);
        assertThat(((Publisher.Published) outcome).warnings()).hasSize(1).allSatisfy(warning -> {
            assertThat(warning.severity()).isEqualTo(Finding.Severity.WARNING);
            assertThat(warning.message()).contains("impossible");
        });
    }

    @Test
    void anUnknownToolIsRefusedAndTheNearestNamed() {
        var finding = rejected(
                        "@id(\"a\") permit (principal, action == Writ::Action::\"call:shop/create_refunds\", resource);")
                .getFirst();
        assertThat(finding.message()).contains("unrecognized action");
        assertThat(finding.suggestion()).contains("did you mean `Writ::Action::\"call:shop/create_refund\"`?");
    }

    @Test
    void aBrokenSchemaIsAFindingInTheSchema() {
        var outcome = Texts.publisher()
                .publish(Texts.sources(Texts.SUPPORT), "namespace Writ {\n entity A in [;\n}", Texts.GROUPS);
        assertThat(((Publisher.Rejected) outcome).findings())
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.file()).isEqualTo("schema"));
        assertThat(((Publisher.Rejected) outcome).findings().getFirst().line()).isEqualTo(2);
    }

    @Test
    void templatesAreRefused() {
        assertThat(rejected("@id(\"t\") permit (principal == ?principal, action, resource);"))
                .isNotEmpty();
    }

    @Test
    void noPoliciesAtAllAreABundleThatDeniesEverything() {
        assertThat(Texts.publish("// nothing yet\n")).isInstanceOf(Publisher.Published.class);
    }

    @Test
    void aFindingReadsLikeACompilersMessage() {
        var finding = new Finding(Finding.Severity.ERROR, "a.cedar", 3, 7, "no such thing", Optional.of("try another"));
        assertThat(finding.text()).isEqualTo("a.cedar:3:7: no such thing (try another)");
    }

    private static Finding only(String text) {
        var findings = rejected(text);
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private static List<Finding> rejected(String text) {
        var outcome = Texts.publish(text);
        assertThat(outcome).isInstanceOf(Publisher.Rejected.class);
        return ((Publisher.Rejected) outcome).findings();
    }
}
