package dev.writ.attacks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.app.Programs;
import dev.writ.base.Id;
import dev.writ.guard.control.Reply;
import dev.writ.walks.Folders;
import dev.writ.walks.McpClient;
import dev.writ.walks.Prepared;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** 52: the machine's clock is set back or forth by an hour, while Writ runs and between two runs. */
class ClockJumpTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";

    @RegisterExtension
    static final Prepared PREPARED = new Prepared();

    @TempDir
    Path temp;

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private Path data;
    private Product product;

    @BeforeEach
    void start() throws IOException {
        data = PREPARED.copiedTo(temp.resolve("data"));
        product = started();
    }

    private Product started() {
        return PREPARED.kept(PREPARED.first().onceMore(data, () -> Instant.now().plus(ahead.get())));
    }

    private Product restarted() {
        product.wiring.close();
        return started();
    }

    @Test
    void whatExpiredWhileTheClockWasAheadStaysExpiredWhenItIsSetBack() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var key = product.key(Product.BOT, task);
        try (var client = product.client(key, Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            var asked = client.call("create_refund", REFUND).text();
            var approval = asked.substring(asked.indexOf("apr_"), asked.indexOf("apr_") + 30);
            product.approveAs(product.dana, approval);
            long before = product.calls();
            ahead.set(Duration.ofHours(1).plusSeconds(5));
            // The task's hour is over: the call is refused, and time has been seen.
            assertThat(text(client.call("get_order", ORDER))).contains("the deadline has passed");
            ahead.set(Duration.ZERO);
            var answer = client.call("create_refund", REFUND);
            assertThat(text(answer)).startsWith("TEMPORARILY BLOCKED").contains("the clock is 60 minutes behind");
            assertThat(product.calls()).isEqualTo(before);
            assertThat(product.lastOf("refusal").string("reason")).contains("unavailable");

            product = restarted();
            try (var again = McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
                assertThat(again.initialize().text()).contains("TEMPORARILY BLOCKED");
            }
            assertThat(product.calls()).isEqualTo(before);
            // When the machine has caught up, the task is over and the approval cannot be used.
            ahead.set(Duration.ofHours(1).plusSeconds(10));
            try (var again = product.client(key, Product.SHOP)) {
                assertThat(text(again.call("create_refund", REFUND))).contains("the deadline has passed");
            }
            assertThat(product.parts()
                            .authority()
                            .snapshot(Product.TENANT)
                            .approval(new Id(approval))
                            .orElseThrow()
                            .state(product.parts().clock().instant()))
                    .isNotEqualTo(dev.writ.authority.Approval.State.APPROVED);
            assertThat(product.calls()).isEqualTo(before);
        }
    }

    @Test
    void aClockThatIsBehindStillLetsPeopleRevoke() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var owner = product.caller(product.owner);
        var waiting = product.open(Product.TaskSpec.SUPPORT);
        try (var client = product.client(product.key(Product.BOT, waiting), Product.SHOP)) {
            client.call("get_order", ORDER);
        }
        ahead.set(Duration.ofHours(-1));
        assertThat(product.parts().control().tasks().revoke(owner, task.text(), "now"))
                .isInstanceOf(Reply.Done.class);
        assertThat(product.lastOf("revocation").string("task")).contains(task.text());
        // What gives authority waits until the clock is believed.
        assertThat(product.parts().control().tasks().issueKey(owner, waiting.text()))
                .isInstanceOf(Reply.Unavailable.class);
    }

    @Test
    void aMinuteBackIsTidedOverAndNothingIsRefused() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            ahead.set(Duration.ofSeconds(-40));
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
        var times = product.records().stream()
                .map(record -> record.string("time").orElseThrow())
                .toList();
        assertThat(times).isSorted();
    }

    @Test
    void aStartWithAClockThatIsBehindTheLastRecordServesNobodyUntilAPersonSaysSo() throws IOException {
        // The first run was in the future: a clock that was wrong, or one that is wrong now.
        product.wiring.close();
        ahead.set(Duration.ofDays(300));
        product = started();
        var task = product.open(new Product.TaskSpec(
                Product.BOT,
                "support case",
                java.util.Set.of(Product.SHOP),
                java.util.Optional.empty(),
                10,
                Duration.ofDays(60)));
        var key = product.key(Product.BOT, task);
        product.wiring.close();
        ahead.set(Duration.ZERO);
        product = started();
        long before = product.calls();
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
            assertThat(client.initialize().text()).contains("TEMPORARILY BLOCKED");
        }
        assertThat(product.calls()).isEqualTo(before);
        product.wiring.close();
        var ran = Programs.run(Folders.command(data, "recover", "--data", data.toString(), "--accept-clock", "--yes"));
        assertThat(ran.exit()).as(ran.text()).isZero();
        Folders.copy(PREPARED.folder().resolve("bundles-of-test"), data.resolve("bundles-of-test"));
        product = started();
        // Nothing of the other time is alive, and what is opened now works.
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
            assertThat(client.post("{}").status()).isEqualTo(401);
        }
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
    }
}
