package dev.writ.walks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Presented;
import dev.writ.guard.Refusal;
import dev.writ.guard.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Admission for a thread that must not wait: what memory can decide, with the same records as the one that waits. */
class SoonTest {
    @TempDir
    static Path data;

    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start(data);
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    /** Runs what it is given when a test takes it out: an event loop that a test turns by hand. */
    private static final class Turns extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1;

        Runnable next() throws InterruptedException {
            var turn = poll(20, TimeUnit.SECONDS);
            if (turn == null) throw new AssertionError("nothing was told");
            return turn;
        }
    }

    private static Caller.OfAgent caller(Product.TaskSpec spec) {
        var key = product.key(spec.agent(), product.open(spec));
        return (Caller.OfAgent)
                product.parts().guard().callerOf(Presented.bearer(key)).orElseThrow();
    }

    private static Attempt call(Caller.OfAgent caller, String tool, String arguments) {
        var input = (Json.Obj) JsonReader.read(arguments);
        var params = Json.object().put("name", tool).put("arguments", input).build();
        var payload =
                Json.object().put("method", "tools/call").put("params", params).build();
        return new Attempt(caller, new Action.CallTool(Product.SHOP, tool, input, payload));
    }

    /** A call whose budget is leased and whose labels are on the task: the first one waits for both. */
    private static Caller.OfAgent warm(Product.TaskSpec spec) {
        var caller = caller(spec);
        var first = product.parts().guard().admit(call(caller, "get_order", "{\"order\":\"1001\"}"));
        assertThat(first).isInstanceOf(Permit.class);
        product.parts().guard().settle((Permit) first, Outcome.without(Outcome.Status.NOT_SENT, "nobody", 0, "a test"));
        return caller;
    }

    private static Verdict soon(Attempt attempt) throws InterruptedException {
        var turns = new Turns();
        var told = new ArrayList<Verdict>();
        assertThat(product.parts().guard().admitSoon(attempt, turns::add, told::add))
                .isTrue();
        turns.next().run();
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    @Test
    void aPermitComesOnceItsIntentIsOnDiskAndIsUsedLikeAnyOther() throws InterruptedException {
        var caller = warm(Product.TaskSpec.SUPPORT);
        var verdict = soon(call(caller, "get_order", "{\"order\":\"1001\"}"));
        assertThat(verdict).isInstanceOf(Permit.class);
        var permit = (Permit) verdict;
        var guard = product.parts().guard();
        var intent = product.lastOf("intent");
        assertThat(intent.string("decision")).contains(permit.decision().text());
        assertThat(guard.use(permit)).isInstanceOf(dev.writ.guard.Guard.Use.Go.class);
        guard.settle(permit, Outcome.without(Outcome.Status.DONE, "shop", 10, ""));
        var outcome = product.lastOf("outcome");
        assertThat(outcome.string("intent")).isEqualTo(intent.string("id"));
    }

    /** It may be counted onto the record of an earlier one, and wait for that. */
    @Test
    void aRefusalIsLeftToAThreadThatMayWait() {
        var caller = warm(Product.TaskSpec.SUPPORT);
        var guard = product.parts().guard();
        long records = product.records().size();
        for (var attempt : List.of(
                call(caller, "get_order", "{\"order\":7}"),
                call(caller, "get_order", "{}"),
                call(caller, "no_such_tool", "{}"))) {
            assertThat(guard.admitSoon(attempt, new Turns()::add, _ -> {})).isFalse();
            assertThat(product.records()).hasSize((int) records);
            assertThat(guard.admit(attempt)).isInstanceOf(Refusal.class);
            assertThat(product.records()).hasSize((int) ++records);
        }
    }

    @Test
    void whatTakesPeopleOrTheStoreIsLeftToAThreadThatMayWaitAndLeavesNothingBehind() {
        var guard = product.parts().guard();
        var fresh = caller(Product.TaskSpec.SUPPORT);
        long records = product.records().size();
        var turns = new Turns();
        // The budget is not leased yet.
        assertThat(guard.admitSoon(call(fresh, "get_order", "{\"order\":\"1001\"}"), turns::add, _ -> {}))
                .isFalse();
        // People must be asked.
        var caller = warm(Product.TaskSpec.SUPPORT);
        records += 2;
        var large = call(caller, "create_refund", "{\"order\":\"1001\",\"amount\":900,\"currency\":\"EUR\"}");
        assertThat(guard.admitSoon(large, turns::add, _ -> {})).isFalse();
        // A person's attempt.
        var person = new Attempt(
                product.caller(product.dana), new Action.Approve("apr_01kag3x5t8fq2v0000000000zz", Json.Obj.EMPTY));
        assertThat(guard.admitSoon(person, turns::add, _ -> {})).isFalse();
        // A label that the task has not yet: nobody has declared what a resource carries.
        assertThat(product.records()).hasSize((int) records);
        assertThat(turns).isEmpty();
    }

    @Test
    void aBudgetOfOneIsNotChargedTwice() throws InterruptedException {
        var spec = Product.TaskSpec.SUPPORT.calling(2);
        var caller = warm(spec);
        var attempt = call(caller, "get_order", "{\"order\":\"1001\"}");
        var guard = product.parts().guard();
        var first = soon(attempt);
        var second = soon(attempt);
        assertThat(List.of(first, second)).allMatch(verdict -> verdict instanceof Permit);
        var turns = new Turns();
        assertThat(guard.admitSoon(attempt, turns::add, _ -> {})).isFalse();
        assertThat(((Refusal) guard.admit(attempt)).reason()).isInstanceOf(Refusal.BudgetSpent.class);
    }

    @Test
    void manyAttemptsAreToldOnceEach() throws InterruptedException {
        var caller = warm(Product.TaskSpec.SUPPORT);
        var attempt = call(caller, "get_order", "{\"order\":\"1001\"}");
        var turns = new Turns();
        var told = new ArrayList<Verdict>();
        int asked = 0;
        while (asked < 200)
            if (product.parts().guard().admitSoon(attempt, turns::add, told::add)) asked++;
            // The lease is used up; the next one is fetched by a thread that may wait.
            else assertThat(product.parts().guard().admit(attempt)).isInstanceOf(Permit.class);
        while (told.size() < asked) turns.next().run();
        assertThat(told).allMatch(verdict -> verdict instanceof Permit);
        assertThat(told.stream().map(Verdict::decision).distinct()).hasSize(asked);
        assertThat(turns).isEmpty();
    }

    @Test
    void whatChangedOnATaskStandsInTheNextQuestionAndRecord() throws InterruptedException {
        var caller = warm(Product.TaskSpec.SUPPORT);
        var attempt = call(caller, "get_order", "{\"order\":\"1001\"}");
        soon(attempt);
        assertThat(question()).doesNotContain("\"later-label\"");
        product.parts().authority().label(Product.TENANT, caller.task(), java.util.Set.of(new Name("later-label")));
        soon(attempt);
        assertThat(question()).contains("\"later-label\"");
    }

    /** The question of the last intent. */
    private static String question() {
        var ledger = product.parts().ledger();
        var last = new ArrayList<Long>();
        ledger.scan(Product.TENANT, 0, entry -> {
            if (entry.kind().equals("intent")) last.add(entry.index());
            return true;
        });
        return switch (ledger.side(Product.TENANT, last.getLast(), "question")) {
            case dev.writ.ledger.SideValue.Present(var value, var _) ->
                new String(value, java.nio.charset.StandardCharsets.UTF_8);
            case dev.writ.ledger.SideValue other -> throw new AssertionError("no question: " + other);
        };
    }

    @Test
    void aRevokedTaskIsRefusedAtOnce() {
        var caller = warm(Product.TaskSpec.SUPPORT);
        product.parts().authority().revoke(new Name("acme"), caller.task(), product.owner, "test");
        var attempt = call(caller, "get_order", "{\"order\":\"1001\"}");
        var guard = product.parts().guard();
        assertThat(guard.admitSoon(attempt, new Turns()::add, _ -> {})).isFalse();
        var verdict = (Refusal) guard.admit(attempt);
        assertThat(verdict.reason()).isInstanceOf(Refusal.TaskEnded.class);
    }

    @Test
    void whenTheLedgerIsClosedEverythingIsRefusedAndNothingIsCharged(@TempDir Path other) throws InterruptedException {
        var own = Product.start(other);
        try {
            var key = own.key(Product.BOT, own.open(Product.TaskSpec.SUPPORT));
            var guard = own.parts().guard();
            var caller = (Caller.OfAgent) guard.callerOf(Presented.bearer(key)).orElseThrow();
            var attempt = call(caller, "get_order", "{\"order\":\"1001\"}");
            assertThat(guard.admit(attempt)).isInstanceOf(Permit.class);
            long used = own.parts().authority().budgets().used(Product.TENANT, caller.task());
            own.parts().ledger().close();
            var turns = new Turns();
            var told = new ArrayList<Verdict>();
            assertThat(guard.admitSoon(attempt, turns::add, told::add)).isTrue();
            turns.next().run();
            assertThat(((Refusal) told.getFirst()).reason()).isInstanceOf(Refusal.Unavailable.class);
            assertThat(own.parts().authority().budgets().used(Product.TENANT, caller.task()))
                    .isEqualTo(used);
        } finally {
            own.close();
        }
    }
}
