package dev.writ.faults;

import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.store.Disk;
import dev.writ.walks.Folders;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A walk that asks, approves, uses, revokes, with a fault at every step of it. Randomness is what every record and key
 * needs, so whoever supplies it stands between any two writes: there the files are copied, as a crash would leave them,
 * or database or ledger begin to refuse.
 */
class CrashWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";

    private static Product first;
    private static Path prepared;

    @TempDir
    Path temp;

    @BeforeAll
    static void prepare(@TempDir Path folder) {
        prepared = folder;
        first = Product.start(folder);
        first.wiring.close();
    }

    @AfterAll
    static void closeTheShop() {
        first.shop.close();
    }

    /** The system's clock; whoever decides, records or changes something reads it, and each reading is a step. */
    private static final class Steps implements InstantSource {
        private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
        private volatile Runnable atStep = () -> {};

        @Override
        public Instant instant() {
            // What the ledger and the tickers do in the background is no step of the walk, and must not stop itself.
            var thread = Thread.currentThread();
            boolean ofTheWalk = thread.isVirtual() || thread.getName().equals("main");
            if (ofTheWalk && !inside.get()) {
                inside.set(true);
                try {
                    synchronized (this) {
                        atStep.run();
                    }
                } finally {
                    inside.set(false);
                }
            }
            return InstantSource.system().instant();
        }
    }

    /** What the world looked like when the files were copied. */
    private record Left(Path folder, long refunds, boolean revoked) {}

    /** A walk under way. */
    private final class Walk {
        private final Product product;
        private final Steps steps = new Steps();
        private final Id task;
        private final Id doomed;
        private final String key;
        private final String doomedKey;
        private final dev.writ.guard.Caller.OfPerson owner;
        private final long before;
        private boolean revoked;

        Walk(Path data) throws IOException {
            Folders.copy(prepared, data);
            product = first.onceMore(data, steps);
            task = product.open(Product.TaskSpec.SUPPORT);
            doomed = product.open(Product.TaskSpec.SUPPORT.of(Product.OTHER_BOT));
            key = product.key(Product.BOT, task);
            doomedKey = product.key(Product.OTHER_BOT, doomed);
            owner = product.caller(product.owner);
            before = refunds();
        }

        long refunds() {
            return product.shop
                    .effects()
                    .object("calls")
                    .orElseThrow()
                    .integer("create_refund")
                    .orElse(0L);
        }

        long made() {
            return refunds() - before;
        }

        void run(Runnable atStep) {
            var dana = product.caller(product.dana);
            try (var client = product.client(key, Product.SHOP)) {
                steps.atStep = atStep;
                var asked = client.call("create_refund", REFUND).text();
                if (asked.contains("apr_")) {
                    var approval = asked.substring(asked.indexOf("apr_"), asked.indexOf("apr_") + 30);
                    vote(dana, approval);
                }
                client.call("create_refund", REFUND);
                revoked = product.parts().control().tasks().revoke(owner, doomed.text(), "the case is closed")
                        instanceof dev.writ.guard.control.Reply.Done;
                client.call("get_order", ORDER);
            } finally {
                steps.atStep = () -> {};
            }
        }

        /** What the control plane would answer with a 503 reaches us as it is. */
        private void vote(dev.writ.guard.Caller.OfPerson person, String approval) {
            try {
                var _ = product.parts().guard().vote(person, new Id(approval), true, "checked");
            } catch (dev.writ.store.StoreError e) {
                assertThat(e.code()).isEqualTo(dev.writ.store.StoreError.Code.CONFLICT);
            }
        }

        void end() {
            try {
                product.wiring.close();
            } catch (RuntimeException e) {
                assertThat(e).hasMessage("not everything could be closed");
            }
        }
    }

    @Test
    @Tag("extended")
    void aCrashAtAnyStepLeavesNoActionWithoutIntentAndNoApprovalForASecondUse() throws IOException {
        var walk = new Walk(temp.resolve("data"));
        // One copy for every state that files and shop were in: more would be the same crash again.
        var left = new LinkedHashMap<String, Left>();
        walk.run(() -> {
            var ledger = walk.product.parts().ledger();
            var state = ledger.size(Product.TENANT) + " " + states(walk) + " " + walk.made();
            left.computeIfAbsent(state, _ -> new Left(copied(walk, left.size()), walk.made(), walk.revoked));
        });
        left.put("end", new Left(copied(walk, left.size()), walk.made(), walk.revoked));
        walk.end();
        assertThat(left).hasSizeGreaterThan(12);
        for (var each : left.entrySet()) check(each.getKey(), each.getValue(), walk);
    }

    @Test
    @Tag("extended")
    void aLedgerThatFailsAtAnyStepLeavesTheSame() throws IOException {
        everyStep(walk -> walk.product.parts().ledger().close());
    }

    @Test
    @Tag("extended")
    void aDatabaseThatFailsAtAnyStepLeavesTheSame() throws IOException {
        everyStep(walk -> Disk.refuseWritesFromNowOn(walk.product.parts().store()));
    }

    private interface Failing {
        void in(Walk walk);
    }

    private void everyStep(Failing failing) throws IOException {
        int steps = 0;
        for (int fault = 1; ; fault += 2) {
            var walk = new Walk(temp.resolve("data-" + fault));
            var taken = new int[1];
            int at = fault;
            walk.run(() -> {
                if (++taken[0] == at) failing.in(walk);
            });
            steps = taken[0];
            if (steps < fault) {
                walk.end();
                break;
            }
            var left = new Left(temp.resolve("left-" + fault), walk.made(), walk.revoked);
            Folders.copy(temp.resolve("data-" + fault), left.folder);
            walk.end();
            check("fault at step " + fault, left, walk);
            Folders.delete(temp.resolve("data-" + fault));
            Folders.delete(left.folder);
        }
        assertThat(steps).isGreaterThan(10);
    }

    private Path copied(Walk walk, int number) {
        try {
            var to = temp.resolve("crash-" + number);
            Folders.copy(temp.resolve("data"), to);
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException("at " + walk.made(), e);
        }
    }

    private static String states(Walk walk) {
        return walk.product
                .parts()
                .store()
                .read(sql -> sql.rows("SELECT id, state FROM approvals", row -> row.text("state"))
                        + " "
                        + sql.rows("SELECT id FROM tasks WHERE ending IS NOT NULL", row -> row.text("id")));
    }

    private void check(String what, Left left, Walk walk) throws IOException {
        var product = first.onceMore(left.folder);
        try {
            assertThat(product.parts().ledger().openIntents(Product.TENANT))
                    .as(what)
                    .isEmpty();
            assertThat(refundIntents(product)).as(what).isGreaterThanOrEqualTo(left.refunds);
            long before = product.calls();
            try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", walk.key)) {
                client.initialize();
                var answers =
                        text(client.call("create_refund", REFUND)) + "\n" + text(client.call("create_refund", REFUND));
                // The shop's own count: whatever the answers say, it is what had an effect.
                long uses = left.refunds + product.calls() - before;
                assertThat(uses).as(what + ": uses of one approval\n" + answers).isLessThanOrEqualTo(1);
            }
            if (left.revoked)
                try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", walk.doomedKey)) {
                    client.initialize();
                    assertThat(text(client.call("get_order", ORDER))).as(what).startsWith("REVOKED");
                }
        } finally {
            product.wiring.close();
        }
        var report = EvidenceVerifier.verify(left.folder, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(what + "\n" + report.text()).isTrue();
    }

    private static long refundIntents(Product product) {
        var found = new ArrayList<Json.Obj>();
        for (var record : product.records())
            if (record.string("kind").equals(Optional.of("intent"))
                    && record.object("action")
                            .flatMap(action -> action.string("target"))
                            .equals(Optional.of("shop/create_refund"))) found.add(record);
        return found.size();
    }
}
