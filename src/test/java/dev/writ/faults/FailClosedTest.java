package dev.writ.faults;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.walks.Product;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever part is down, nothing passes: the answer says so, and the shop has received nothing. */
class FailClosedTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    private Product product;

    @BeforeEach
    void start(@TempDir Path data) {
        product = Product.start(data);
    }

    @AfterEach
    void stop() {
        try {
            product.close();
        } catch (RuntimeException e) {
            // A part that a test has taken away cannot be closed in order.
            assertThat(e).hasMessage("not everything could be closed");
        }
    }

    @Test
    void withoutALedgerNothingIsDone() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            long before = product.calls();
            product.parts().ledger().close();
            var answer = client.call("get_order", ORDER);
            assertThat(text(answer))
                    .startsWith("TEMPORARILY BLOCKED get_order")
                    .contains("the ledger cannot be written");
            assertThat(product.calls()).isEqualTo(before);
        }
    }

    @Test
    void withoutAStoreADecisionThatNeedsNoneGoesOnAndOneThatDoesIsRefused() {
        try (var client = product.client(Product.TaskSpec.SUPPORT.calling(1_000))) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            product.parts().store().close();
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            long before = product.calls();
            var answer = client.call("create_refund", "{\"order\":\"1001\",\"amount\":900,\"currency\":\"EUR\"}");
            assertThat(text(answer)).startsWith("TEMPORARILY BLOCKED create_refund");
            assertThat(product.calls()).isEqualTo(before);
            // A decision that breaks off is a refusal with a record like any other.
            assertThat(product.lastOf("refusal").string("reason")).contains("unavailable");
            assertThat(product.lastOf("refusal").object("action").orElseThrow().string("target"))
                    .contains("shop/create_refund");
        }
    }

    @Test
    void whenTheServersCredentialIsGoneNothingIsSentWithoutIt() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var key = product.key(Product.BOT, task);
        product.parts().vault().delete(Product.TENANT, new dev.writ.base.Name("shop-key"));
        long before = product.shop.effects().integer("requests").orElseThrow();
        try (var client = dev.writ.walks.McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
            assertThat(client.initialize().text())
                    .contains("TEMPORARILY BLOCKED")
                    .contains("credential");
        }
        assertThat(product.shop.effects().integer("requests")).contains(before);
        assertThat(product.lastOf("outcome").string("status")).contains("not-sent");
    }

    @Test
    void whenTheServerIsGoneTheRecordSaysWhatIsKnown() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            product.shop.close();
            var answer = client.call("get_order", ORDER);
            assertThat(text(answer)).startsWith("FAILED get_order");
            var outcome = product.lastOf("outcome");
            assertThat(outcome.string("status"))
                    .hasValueSatisfying(s -> assertThat(s).isIn("not-sent", "indeterminate"));
        }
    }

    /** A server that hides its list could have changed its tools: nothing is called that cannot be compared. */
    @Test
    void whenTheToolsCannotBeComparedNothingIsCalled() {
        var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
        try (var secretive = SecretiveServer.start()) {
            Product.done(product.registry()
                    .servers()
                    .move(
                            Product.TENANT,
                            Product.SHOP,
                            new dev.writ.registry.Transport.Http(java.net.URI.create(secretive.url()))));
            Product.done(product.registry().servers().approve(Product.TENANT, Product.SHOP));
            try (var client = product.client(key, Product.SHOP)) {
                var answer = client.call("get_order", ORDER);
                assertThat(text(answer))
                        .startsWith("TEMPORARILY BLOCKED get_order")
                        .contains("cannot be compared");
                assertThat(secretive.calls()).isZero();
                var refusal = product.lastOf("refusal");
                assertThat(refusal.string("reason")).contains("unavailable");
                assertThat(refusal.object("action").orElseThrow().string("target"))
                        .contains("shop/get_order");
                // What is not there for this agent looks the same.
                assertThat(text(client.call("delete_everything", "{}"))).startsWith("TEMPORARILY BLOCKED");
            }
        }
    }

    @Test
    void aBudgetOfOneLetsOneOfManyThrough() throws Exception {
        try (var client = product.client(Product.TaskSpec.SUPPORT.calling(1));
                var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var attempts = new java.util.ArrayList<java.util.concurrent.Callable<Boolean>>();
            for (int i = 0; i < 40; i++) attempts.add(() -> !isError(client.call("get_order", ORDER)));
            assertThat(threads.invokeAll(attempts).stream()
                            .filter(f -> f.resultNow())
                            .count())
                    .isEqualTo(1);
            assertThat(product.calls()).isEqualTo(1);
            assertThat(text(client.call("get_order", ORDER)))
                    .startsWith("DENIED get_order: this task's budget of 1 calls");
        }
    }
}
