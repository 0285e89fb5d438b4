package dev.writ.attacks;

import static dev.writ.walks.McpClient.approval;
import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.guard.Voted;
import dev.writ.registry.ToolName;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks 38, 39 and 41: approve A, execute A′; use an approval twice; approve oneself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApprovalBindingTest {
    private static final String REFUND =
            "{\"order\":\"1001\",\"amount\":600,\"currency\":\"EUR\",\"reason\":\"\u00e9\"}";

    private Product product;

    @BeforeAll
    void start(@TempDir Path data) {
        product = Product.start(data);
    }

    @AfterAll
    void stop() {
        product.close();
    }

    /** 38: one byte of an argument, a number's form, a text's normal form, a further member. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"order\":\"1001\",\"amount\":601,\"currency\":\"EUR\",\"reason\":\"\u00e9\"}",
                "{\"order\":\"1001\",\"amount\":600.0,\"currency\":\"EUR\",\"reason\":\"\u00e9\"}",
                "{\"order\":\"1001\",\"amount\":6e2,\"currency\":\"EUR\",\"reason\":\"\u00e9\"}",
                "{\"order\":\"1001\",\"amount\":600,\"currency\":\"EUR\",\"reason\":\"e\u0301\"}",
                "{\"order\":\"1001\",\"amount\":600,\"currency\":\"EUR\",\"reason\":\"\u00e9 \"}",
                "{\"order\":\"1001\",\"amount\":600,\"currency\":\"EUR\"}",
                "{\"order\":\"1002\",\"amount\":600,\"currency\":\"EUR\",\"reason\":\"\u00e9\"}",
            })
    void anApprovalFitsNoOtherArguments(String other) {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            var asked = approval(client.call("create_refund", REFUND));
            product.approveAs(product.dana, asked);
            long before = product.calls();
            var answer = client.call("create_refund", other);
            assertThat(text(answer)).startsWith("PENDING");
            assertThat(approval(answer)).isNotEqualTo(asked);
            assertThat(product.calls()).isEqualTo(before);
            assertThat(product.lastOf("hold").string("approval")).contains(approval(answer));
        }
    }

    @Test
    void theSameActionInAnotherKeyOrderAndWhiteSpaceIsTheSameAction() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            var asked =
                    approval(client.call("create_refund", "{\"order\":\"1001\",\"amount\":501,\"currency\":\"EUR\"}"));
            product.approveAs(product.dana, asked);
            long before = product.calls();
            var reply = client.post(
                    "{\"method\":\"tools/call\", \"jsonrpc\":\"2.0\",\"id\":77, \"params\": {\"_meta\":{\"progressToken\":9,"
                            + "\"claudecode/toolUseId\":\"toolu_1\"},\"arguments\":{ \"currency\":\"EUR\",\n\"amount\": 501, \"order\":\"1001\"},"
                            + "\"name\":\"create_refund\"}}");
            assertThat(isError(reply.json())).as(reply.body()).isFalse();
            assertThat(product.calls()).isEqualTo(before + 1);
            assertThat(product.records().stream()
                            .filter(r -> r.string("kind").equals(Optional.of("intent"))
                                    && !r.array("approvals")
                                            .orElseThrow()
                                            .items()
                                            .isEmpty())
                            .filter(r -> r.text().contains(asked)))
                    .hasSize(1);
        }
    }

    /** 38: another member of the request beside the arguments is part of what was approved. */
    @Test
    void anApprovalFitsNoOtherMembersOfTheRequest() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            var asked =
                    approval(client.call("create_refund", "{\"order\":\"1001\",\"amount\":502,\"currency\":\"EUR\"}"));
            product.approveAs(product.dana, asked);
            long before = product.calls();
            var reply = client.post(
                    "{\"jsonrpc\":\"2.0\",\"id\":78,\"method\":\"tools/call\",\"params\":{\"name\":\"create_refund\","
                            + "\"arguments\":{\"order\":\"1001\",\"amount\":502,\"currency\":\"EUR\"},\"_meta\":{\"vendor/flag\":true}}}");
            assertThat(approval(reply.json())).isNotEqualTo(asked);
            assertThat(product.calls()).isEqualTo(before);
        }
    }

    /** 38: another agent, another task of the same agent, another server with the same tool. */
    @Test
    void anApprovalFitsNoOtherAgentTaskOrServer(@TempDir Path data) {
        var refund = "{\"order\":\"1001\",\"amount\":503,\"currency\":\"EUR\"}";
        try (var client = product.client(Product.TaskSpec.SUPPORT);
                var otherTask = product.client(Product.TaskSpec.SUPPORT);
                var otherAgent = product.client(Product.TaskSpec.SUPPORT.of(Product.OTHER_BOT))) {
            var asked = approval(client.call("create_refund", refund));
            product.approveAs(product.dana, asked);
            long before = product.calls();
            assertThat(approval(otherTask.call("create_refund", refund))).isNotEqualTo(asked);
            assertThat(approval(otherAgent.call("create_refund", refund))).isNotEqualTo(asked);
            assertThat(product.calls()).isEqualTo(before);
            assertThat(isError(client.call("create_refund", refund))).isFalse();
        }
    }

    /** 38: the definition that the person saw is part of the approval. */
    @Test
    void anApprovalDoesNotSurviveAChangedDefinition(@TempDir Path data) {
        try (var own = Product.start(data);
                var client = own.client(Product.TaskSpec.SUPPORT)) {
            var asked = approval(client.call("create_refund", REFUND));
            own.approveAs(own.dana, asked);
            own.shop.redefine("create_refund", "Pays money back, twice.");
            client.toolNames();
            assertThat(text(client.call("create_refund", REFUND))).startsWith("QUARANTINED");
            own.approve(Product.SHOP, new ToolName("create_refund"));
            assertThat(approval(client.call("create_refund", REFUND))).isNotEqualTo(asked);
            assertThat(own.calls()).isZero();
        }
    }

    /** 39: replay, and two executions at the same time. */
    @Test
    void anApprovalIsUsedOnceHoweverManyTry() throws Exception {
        var refund = "{\"order\":\"1001\",\"amount\":504,\"currency\":\"EUR\"}";
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            product.approveAs(product.dana, approval(client.call("create_refund", refund)));
            long before = product.calls();
            var attempts = new ArrayList<Callable<Boolean>>();
            for (int i = 0; i < 16; i++) attempts.add(() -> !isError(client.call("create_refund", refund)));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                long through = threads.invokeAll(attempts).stream()
                        .filter(f -> f.resultNow())
                        .count();
                assertThat(through).isEqualTo(1);
            }
            assertThat(product.calls()).isEqualTo(before + 1);
            assertThat(text(client.call("create_refund", refund)))
                    .startsWith("PENDING")
                    .contains("is used");
        }
    }

    /** 41: separation of duties, and people who were not asked. */
    @Test
    void nobodyApprovesWhoIsNotAskedOrIsAPartyToIt() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            var asked = new Id(
                    approval(client.call("create_refund", "{\"order\":\"1001\",\"amount\":505,\"currency\":\"EUR\"}")));
            for (var person : List.of(product.owner, product.erin))
                assertThat(product.parts().guard().vote(product.caller(person), asked, true, ""))
                        .isInstanceOf(Voted.NotCounted.class);
            Product.done(product.registry().people().join(Product.TENANT, Product.FINANCE, product.erin.text()));
            // Erin is a finance lead now, but the task is hers.
            assertThat(product.parts().guard().vote(product.caller(product.erin), asked, true, ""))
                    .isInstanceOf(Voted.NotCounted.class);
            Product.done(product.registry().people().leave(Product.TENANT, Product.FINANCE, product.erin.text()));
            assertThat(text(client.call("create_refund", "{\"order\":\"1001\",\"amount\":505,\"currency\":\"EUR\"}")))
                    .startsWith("PENDING");
        }
    }

    @Test
    void aNoIsFinalForTheseArguments() {
        var refund = "{\"order\":\"1001\",\"amount\":506,\"currency\":\"EUR\"}";
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            var asked = new Id(approval(client.call("create_refund", refund)));
            assertThat(product.parts().guard().vote(product.caller(product.dana), asked, false, "wrong customer"))
                    .isInstanceOf(Voted.Counted.class);
            long before = product.calls();
            assertThat(text(client.call("create_refund", refund)))
                    .startsWith("REFUSED by Dana Reyes")
                    .contains("wrong customer");
            assertThat(product.calls()).isEqualTo(before);
            assertThat(product.lastOf("refusal").string("reason")).contains("person");
        }
    }

    @Test
    void anApprovalDiesWithItsTask() {
        var refund = "{\"order\":\"1001\",\"amount\":507,\"currency\":\"EUR\"}";
        var task = product.open(Product.TaskSpec.SUPPORT);
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            product.approveAs(product.dana, approval(client.call("create_refund", refund)));
            product.parts().authority().revoke(Product.TENANT, task, product.owner, "over");
            long before = product.calls();
            assertThat(text(client.call("create_refund", refund))).startsWith("REVOKED by Olga Owner");
            assertThat(product.calls()).isEqualTo(before);
        }
    }
}
