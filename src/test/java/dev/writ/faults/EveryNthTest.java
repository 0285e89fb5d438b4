package dev.writ.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.registry.Transport;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One walk, in which the n-th reading of the clock, connection, piece sent or piece received fails, for every n that the
 * walk has: whatever breaks, nothing reaches the shop without its record, an approval moves money once, and the next walk
 * goes through as if nothing had been.
 */
@Tag("extended")
class EveryNthTest {
    private static final String READ = "{\"order\":\"1001\"}";

    @TempDir
    private Path data;

    @Test
    void theClockFails() {
        var clock = new BreakableClock();
        try (var product = Product.start(data, UnaryOperator.identity(), clock)) {
            long readings = 0;
            for (long n = 1; n <= readings + 1; n++) {
                clock.arm(n);
                walk(product, n);
                if (n == 1) readings = count(product, clock);
                clock.arm(Long.MAX_VALUE);
                honest(product);
            }
            assertThat(readings).isGreaterThan(20);
            whole(product);
        }
        restartsClean();
    }

    private static long count(Product product, BreakableClock clock) {
        clock.arm(Long.MAX_VALUE);
        walk(product, 0);
        return clock.readings();
    }

    @Test
    void theRoadToTheServerFails() throws Exception {
        try (var product = Product.start(data);
                var road = new FlakyRoad(URI.create(product.shop.url()).getPort())) {
            moveTo(product, road);
            for (var step : FlakyRoad.Step.values()) {
                road.arm(step, Long.MAX_VALUE);
                walk(product, 0);
                long steps = road.passed();
                assertThat(steps).as(step.name()).isPositive();
                for (long n = 1; n <= steps; n++) {
                    road.arm(step, n);
                    walk(product, n);
                    road.arm(step, Long.MAX_VALUE);
                    honest(product);
                }
            }
            whole(product);
        }
        restartsClean();
    }

    private static void moveTo(Product product, FlakyRoad road) {
        var servers = product.registry().servers();
        Product.done(servers.move(
                Product.TENANT,
                Product.SHOP,
                new Transport.Http(URI.create("http://127.0.0.1:" + road.port() + "/mcp"))));
        Product.done(servers.approve(Product.TENANT, Product.SHOP));
    }

    /** Everything that an agent and two people do; whatever of it fails, it goes on with the rest. */
    private static void walk(Product product, long n) {
        long before = product.calls();
        var task = new Id[1];
        var key = new String[1];
        attempt(() -> task[0] = product.open(Product.TaskSpec.SUPPORT));
        if (task[0] == null) return;
        attempt(() -> key[0] = product.key(Product.BOT, task[0]));
        if (key[0] == null) return;
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", key[0])) {
            attempt(client::initialize);
            attempt(() -> client.toolNames());
            attempt(() -> client.call("get_order", READ));
            // The amount makes each walk's refund another action.
            var refund = "{\"order\":\"1001\",\"amount\":" + (1_000 + before + n) + ",\"currency\":\"EUR\"}";
            attempt(() -> approval(client.call("create_refund", refund))
                    .ifPresent(approval -> product.approveAs(product.dana, approval)));
            long refunds = refunds(product);
            attempt(() -> client.call("create_refund", refund));
            attempt(() -> client.call("create_refund", refund));
            assertThat(refunds(product) - refunds).isLessThanOrEqualTo(1);
            attempt(() ->
                    product.parts().authority().revoke(Product.TENANT, task[0], product.owner, "the walk is over"));
        }
    }

    private static Optional<String> approval(Json.Obj held) {
        return held.object("result")
                .flatMap(result -> result.object("_meta"))
                .flatMap(meta -> meta.object("dev.writ/decision"))
                .flatMap(decision -> decision.string("approval"));
    }

    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | AssertionError e) {
            // A step that the fault has hit; what must hold is looked at afterwards.
        }
    }

    private static long refunds(Product product) {
        return ((Json.Num) product.shop
                        .effects()
                        .object("calls")
                        .orElseThrow()
                        .get("create_refund")
                        .orElse(Json.of(0)))
                .asLong()
                .orElseThrow();
    }

    /** Without a fault the walk goes through. */
    private static void honest(Product product) {
        long before = product.calls();
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(McpClient.isError(client.call("get_order", READ))).isFalse();
        }
        assertThat(product.calls()).isEqualTo(before + 1);
    }

    /** Every call that the shop received has an intent; no intent has two outcomes. */
    private static void whole(Product product) {
        var intents = new HashMap<String, Json.Obj>();
        var closed = new HashSet<String>();
        for (var record : product.records()) {
            switch (record.string("kind").orElseThrow()) {
                case "intent" -> intents.put(record.string("id").orElseThrow(), record);
                case "outcome" ->
                    assertThat(closed.add(record.string("intent").orElseThrow()))
                            .isTrue();
                default -> {}
            }
        }
        assertThat(intents.keySet()).containsAll(closed);
        assertThat(calls(intents, Set.of())).isGreaterThanOrEqualTo(product.calls());
    }

    private static long calls(Map<String, Json.Obj> intents, Set<String> except) {
        return intents.entrySet().stream()
                .filter(each -> !except.contains(each.getKey()))
                .filter(each -> each.getValue()
                        .object("action")
                        .flatMap(action -> action.string("kind"))
                        .equals(Optional.of("call-tool")))
                .count();
    }

    /** What the faults have left open is closed by the next start. */
    private void restartsClean() {
        try (var again = dev.writ.app.Wiring.start(
                Product.settings(data), java.time.InstantSource.system(), new java.security.SecureRandom())) {
            var ledger = again.parts().ledger();
            ledger.checkpoint(Product.TENANT);
            assertThat(ledger.openIntents(Product.TENANT)).isEmpty();
        }
    }
}
