package dev.writ.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.guard.Caller;
import dev.writ.guard.control.Reply;
import dev.writ.peers.Eventually;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How soon a revocation is felt while two thousand streams of other tasks are open, over a thousand revocations each: by
 * the next call, by an open stream, by a held call:
 * {@code ./mvnw -B test -Pbench -Dtest=RevocationBench | grep '^bench'}. Fewer with {@code -Dwrit.bench.streams=…} and
 * {@code -Dwrit.bench.times=…}.
 */
@Tag("bench")
class RevocationBench {
    private static final int STREAMS = Integer.getInteger("writ.bench.streams", 2_000);
    private static final int TIMES = Integer.getInteger("writ.bench.times", 1_000);
    private static final int STREAMS_OF_A_TASK = 20;
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";

    @TempDir
    Path directory;

    private Product product;
    private Caller.OfPerson owner;

    @Test
    void revocationIsFeltWithinItsBoundWhileThousandsOfStreamsAreOpen() throws Exception {
        try (var started = Product.start(directory, settings -> settings.withHold(Duration.ofSeconds(600)))) {
            product = started;
            owner = product.caller(product.owner);
            var open = new ArrayList<CompletableFuture<Void>>();
            var clients = streams(open);
            tell("next call", measured(this::nextCall));
            tell("open stream", measured(this::openStream));
            tell("held call", measured(this::heldCall));
            // Nobody else's stream ended by any of it.
            assertThat(open).noneMatch(CompletableFuture::isDone);
            for (var each : clients) each.close();
        }
    }

    private List<McpClient> streams(List<CompletableFuture<Void>> open) throws Exception {
        var clients = new ArrayList<McpClient>();
        var key = "";
        for (int i = 0; i < STREAMS; i++) {
            if (i % STREAMS_OF_A_TASK == 0) key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
            var client = product.client(key, Product.SHOP);
            var opened = new CompletableFuture<Void>();
            open.add(client.listen(opened));
            opened.get(30, TimeUnit.SECONDS);
            clients.add(client);
        }
        return clients;
    }

    private interface Felt {
        /** Nanoseconds from the order to when it is felt. */
        long once() throws Exception;
    }

    private static long[] measured(Felt felt) throws Exception {
        for (int i = 0; i < Math.min(50, TIMES); i++) felt.once();
        var times = new long[TIMES];
        for (int i = 0; i < TIMES; i++) times[i] = felt.once();
        Arrays.sort(times);
        return times;
    }

    private static void tell(String what, long[] sorted) {
        System.out.printf(
                "bench | revocation to %s, %d streams open, µs p50 / p99 / max | %d / %d / %d%n",
                what,
                STREAMS,
                sorted[sorted.length / 2] / 1_000,
                sorted[sorted.length * 99 / 100] / 1_000,
                sorted[sorted.length - 1] / 1_000);
    }

    private void revoke(Id task) {
        var reply = product.parts().control().tasks().revoke(owner, task.text(), "enough");
        assertThat(reply).isInstanceOf(Reply.Done.class);
    }

    private long nextCall() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            long from = System.nanoTime();
            revoke(task);
            assertThat(McpClient.text(client.call("get_order", ORDER))).startsWith("REVOKED");
            return System.nanoTime() - from;
        }
    }

    private long openStream() throws Exception {
        var task = product.open(Product.TaskSpec.SUPPORT);
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            var opened = new CompletableFuture<Void>();
            var ended = client.listen(opened).thenApply(_ -> System.nanoTime());
            opened.get(30, TimeUnit.SECONDS);
            long from = System.nanoTime();
            revoke(task);
            return ended.get(30, TimeUnit.SECONDS) - from;
        }
    }

    private long heldCall() throws Exception {
        var task = product.open(Product.TaskSpec.SUPPORT);
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            long holds = pending();
            var released = CompletableFuture.supplyAsync(() -> {
                var answer = client.call("create_refund", REFUND);
                return List.of(System.nanoTime(), McpClient.text(answer).startsWith("REVOKED") ? 1L : 0L);
            });
            Eventually.that("the call is held", () -> pending() > holds);
            long from = System.nanoTime();
            revoke(task);
            var told = released.get(30, TimeUnit.SECONDS);
            assertThat(told.getLast()).isEqualTo(1L);
            return told.getFirst() - from;
        }
    }

    private long pending() {
        return product.parts()
                .authority()
                .snapshot(Product.TENANT)
                .pending(product.parts().clock().instant())
                .size();
    }
}
