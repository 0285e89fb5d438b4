package dev.writ.policy.publish;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.policy.Schema;
import dev.writ.policy.ToolAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The demo's tools, groups and policies, as tests of publishing use them. */
final class Texts {
    static final Set<String> GROUPS =
            Set.of("data-owners", "role-admin", "role-auditor", "role-break-glass", "support-agents", "finance-leads");

    static final ToolAction REFUND = tool("create_refund", """
            {"type":"object","required":["order","amount","currency"],"properties":{"order":{"type":"string"},
             "amount":{"type":"number"},"currency":{"type":"string","enum":["EUR","USD"]},"reason":{"type":"string"}}}
            """);
    static final ToolAction MAIL = tool("send_email", """
            {"type":"object","required":["to","subject","body"],"properties":{"to":{"type":"string"},
             "subject":{"type":"string"},"body":{"type":"string"}}}
            """);
    static final String SCHEMA = Schema.text(Shipped.schema(), List.of(REFUND, MAIL));

    static final String SUPPORT = """
            @id("support-mails")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/send_email", resource)
            when { context.input.to like "*@customer.example" };

            @id("refund-small")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/create_refund", resource)
            when { context.input.amount.lessThanOrEqual(decimal("500.00")) && context.task.purpose == "support case" };

            @id("refund-large")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:shop/create_refund", resource)
            when { context.task.purpose == "support case" && context.approvals.contains(Writ::Group::"finance-leads") };
            """;

    private Texts() {}

    static ToolAction tool(String name, String schema) {
        return ToolAction.of(new Name("shop"), name, (Json.Obj) JsonReader.read(schema), Set.of());
    }

    static Publisher publisher() {
        return new Publisher(new FrontEnd(Duration.ofSeconds(60)));
    }

    static PolicyFolder.Sources sources(String text) {
        return sources(Map.of("a.cedar", text));
    }

    static PolicyFolder.Sources sources(Map<String, String> files) {
        return new PolicyFolder.Sources(new TreeMap<>(files), List.of());
    }

    static Publisher.Outcome publish(String text) {
        return publisher().publish(sources(text), SCHEMA, GROUPS);
    }
}
