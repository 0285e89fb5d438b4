package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Guard;
import dev.writ.guard.Presented;
import dev.writ.http.Loops;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Sink;
import dev.writ.peers.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tool's call as it goes on the event loop, from the request to the outcome, and where it leaves it. */
class EventedCallTest {
    private static final Name ONE = new Name("one");
    private static final String POLICY = """
            @id("one-discover")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:discover", resource == Writ::McpServer::"one");
            @id("one-work")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:one/work", resource)
            when { context.task.purpose == "support case" };
            @id("one-asked")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:one/work", resource)
            when { context.task.purpose == "asked" && context.approvals.contains(Writ::Group::"finance-leads") };
            """;
    private static final Product.TaskSpec TASK = Product.TaskSpec.SUPPORT.on(ONE);

    @TempDir
    static Path data;

    private static final Moment MOMENT = new Moment();
    private static Product product;
    private static OneTool one;

    @BeforeAll
    static void start() {
        one = OneTool.start();
        product = with(data, MOMENT);
    }

    @AfterAll
    static void stop() {
        product.close();
        one.close();
    }

    @BeforeEach
    void answersAtOnce() {
        one.calls = OneTool::done;
        one.called.clear();
    }

    private static Product with(Path folder, InstantSource clock) {
        var started = Product.start(folder, settings -> settings, clock);
        started.addServer(ONE, one.url(), "none");
        started.publish(POLICY);
        return started;
    }

    /** A clock by which a test can have something happen just before a permit is looked at for the last time. */
    private static final class Moment implements InstantSource {
        private final AtomicReference<Runnable> beforeUse = new AtomicReference<>();

        @Override
        public Instant instant() {
            if (beforeUse.get() != null && inUse()) {
                var due = beforeUse.getAndSet(null);
                if (due != null) due.run();
            }
            return Instant.now();
        }

        private static boolean inUse() {
            return StackWalker.getInstance().walk(frames -> frames.limit(12)
                    .anyMatch(frame -> frame.getClassName().equals(Guard.class.getName())
                            && frame.getMethodName().startsWith("use")));
        }
    }

    /** A client whose next call needs memory alone: its tools are compared, its budget is leased. */
    private static McpClient warm(Id task) {
        var client = product.client(product.key(Product.BOT, task), ONE);
        assertThat(isError(client.call("work", "{}"))).isFalse();
        one.called.clear();
        return client;
    }

    private static McpClient warm() {
        return warm(product.open(TASK));
    }

    @Test
    void aCallInASessionNeedsNoThreadAndIsOnRecordBeforeAndAfter() throws IOException {
        try (var client = warm()) {
            long intents = product.countOf("intent");
            assertThat(Handovers.during(data, () -> {
                        for (int i = 0; i < 20; i++)
                            assertThat(text(client.call("work", "{\"n\":" + i + "}")))
                                    .isEqualTo("done");
                    }))
                    .isZero();
            assertThat(one.called).hasSize(20);
            assertThat(product.countOf("intent")).isEqualTo(intents + 20);
            assertThat(product.lastOf("outcome").string("intent"))
                    .isEqualTo(product.lastOf("intent").string("id"));
            assertThat(product.lastOf("outcome").string("status")).contains("done");
        }
    }

    @Test
    void aCallWithoutASessionNeedsNoThreadEither() throws IOException {
        var key = product.key(Product.BOT, product.open(TASK));
        try (var client = StatelessClient.to(product.wiring.url() + "/mcp/one", key)) {
            assertThat(client.call("work", "{}").text()).isEqualTo("done");
            assertThat(Handovers.during(data, () -> {
                        for (int i = 0; i < 20; i++)
                            assertThat(client.call("work", "{}").text()).isEqualTo("done");
                    }))
                    .isZero();
            assertThat(product.lastOf("outcome").string("status")).contains("done");
            assertThat(Handovers.during(data, () -> client.call("other", "{}"))).isPositive();
        }
    }

    /** What goes out is what was judged, under an id of ours. */
    @Test
    void theServerReceivesTheArgumentsInCanonicalFormUnderOurId() {
        try (var client = warm()) {
            client.post("{\"jsonrpc\":\"2.0\",\"id\":\"theirs\",\"method\":\"tools/call\",\"params\":"
                    + "{\"name\":\"work\",\"arguments\":{\"b\":1.50,\"a\":\"x\"}}}");
            var sent = one.called.getLast();
            assertThat(sent.get("id")).isNotEqualTo(Optional.of(Json.of("theirs")));
            assertThat(sent.without("id").text())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":"
                            + "{\"arguments\":{\"a\":\"x\",\"b\":1.50},\"name\":\"work\"}}");
        }
    }

    @Test
    void aRefusalIsGivenByAThreadThatMayWait() throws IOException {
        try (var client = warm()) {
            long refusals = product.countOf("refusal");
            assertThat(Handovers.during(
                            data, () -> assertThat(client.call("other", "{}").object("error"))
                                    .isPresent()))
                    .isPositive();
            assertThat(product.countOf("refusal")).isEqualTo(refusals + 1);
            assertThat(one.called).isEmpty();
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
        }
    }

    @Test
    void aHeldCallIsHandedOverAndGoesThroughOnceAfterTheYes() {
        var asked =
                new Product.TaskSpec(TASK.agent(), "asked", TASK.servers(), TASK.tools(), TASK.calls(), TASK.life());
        try (var client = product.client(product.key(Product.BOT, product.open(asked)), ONE)) {
            var pending = client.call("work", "{\"n\":7}");
            assertThat(text(pending)).startsWith("PENDING approval").contains("work needs a yes");
            assertThat(one.called).isEmpty();
            product.approveAs(product.dana, McpClient.approval(pending));
            assertThat(text(client.call("work", "{\"n\":7}"))).isEqualTo("done");
            assertThat(text(client.call("work", "{\"n\":7}"))).startsWith("PENDING approval");
            assertThat(one.called).hasSize(1);
        }
    }

    @Test
    void aServerThatStreamsItsAnswerIsReadByAThreadAndTheClientHearsWhatItSays() {
        try (var client = warm()) {
            one.calls = message -> new Answer.EventStream(sink -> {
                sink.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
                        + "{\"level\":\"info\",\"data\":\"half\"}}");
                sink.send(OneTool.result(message, "{\"content\":[]}").text());
                sink.close();
            });
            try (var exchange = client.openPost("{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"tools/call\","
                    + "\"params\":{\"name\":\"work\",\"arguments\":{}}}")) {
                var events = exchange.events(1 << 20);
                var said = new ArrayList<String>();
                for (var event = events.next(); event.isPresent(); event = events.next())
                    if (!event.get().data().isEmpty()) said.add(event.get().data());
                assertThat(said).hasSize(2);
                assertThat(said.getFirst()).contains("\"half\"");
                assertThat(said.getLast()).contains("\"id\":77");
            }
            assertThat(product.lastOf("outcome").string("status")).contains("done");
        }
    }

    /** A stream that a test writes to, and what becomes of it. */
    private record Half(Sink sink, CompletableFuture<Void> over) {}

    /** Answers begin, and go on as a test says. */
    private static LinkedBlockingQueue<Half> halves() {
        var halves = new LinkedBlockingQueue<Half>();
        one.calls = message ->
                new Answer.Stream(200, dev.writ.base.Headers.of("content-type", "application/json"), half(halves::add));
        return halves;
    }

    private static Consumer<Sink> half(Consumer<Half> to) {
        return sink -> {
            var over = new CompletableFuture<Void>();
            sink.onClose(() -> over.complete(null));
            sink.write("{\"jsonrpc\":".getBytes(UTF_8));
            to.accept(new Half(sink, over));
        };
    }

    private static Half next(LinkedBlockingQueue<Half> halves) throws InterruptedException {
        var half = halves.poll(20, TimeUnit.SECONDS);
        if (half == null) throw new AssertionError("no call has come");
        return half;
    }

    private static CompletableFuture<Json.Obj> calling(McpClient client) {
        return CompletableFuture.supplyAsync(
                () -> client.call("work", "{}"), task -> Thread.ofVirtual().start(task));
    }

    @Test
    void aServerThatDiesInTheMiddleOfItsAnswerLeavesAnIndeterminateOutcome() throws Exception {
        try (var client = warm()) {
            var halves = halves();
            var answer = calling(client);
            next(halves).sink().abort();
            assertThat(text(answer.get(20, TimeUnit.SECONDS))).startsWith("FAILED work");
            var outcome = product.lastOf("outcome");
            assertThat(outcome.string("status")).contains("indeterminate");
            assertThat(outcome.string("intent"))
                    .isEqualTo(product.lastOf("intent").string("id"));
            one.calls = OneTool::done;
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfItsAnswerEndsTheCallAtTheServer() throws Exception {
        var client = warm();
        var halves = halves();
        var answer = calling(client);
        var half = next(halves);
        client.close();
        half.over().get(20, TimeUnit.SECONDS);
        assertThat(answer).failsWithin(Duration.ofSeconds(20));
        Eventually.that(
                "the outcome is on record",
                () -> product.lastOf("outcome").string("status").equals(Optional.of("cut")));
        assertThat(product.lastOf("outcome").string("intent"))
                .isEqualTo(product.lastOf("intent").string("id"));
        assertThat(product.wiring.server().callsInFlight()).isZero();
    }

    @Test
    void aRevokedTaskCutsACallThatIsUnderWay() throws Exception {
        var task = product.open(TASK);
        try (var client = warm(task)) {
            var halves = halves();
            var answer = calling(client);
            var half = next(halves);
            product.parts().authority().revoke(Product.TENANT, task, product.owner, "enough");
            assertThat(text(answer.get(20, TimeUnit.SECONDS))).startsWith("REVOKED");
            half.over().get(20, TimeUnit.SECONDS);
            Eventually.that(
                    "the outcome is on record",
                    () -> product.lastOf("outcome").string("status").equals(Optional.of("cut")));
        }
    }

    @Test
    void whatIsRevokedBetweenDecisionAndSendIsNotSent() throws Exception {
        var task = product.open(TASK);
        try (var client = warm(task)) {
            MOMENT.beforeUse.set(() -> {
                var revoking = Thread.ofPlatform()
                        .start(() ->
                                product.parts().authority().revoke(Product.TENANT, task, product.owner, "just now"));
                try {
                    revoking.join(20_000);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(text(client.call("work", "{}"))).startsWith("REVOKED");
            assertThat(MOMENT.beforeUse.get()).isNull();
            assertThat(one.called).isEmpty();
            var outcome = product.lastOf("outcome");
            assertThat(outcome.string("status")).contains("not-sent");
            assertThat(outcome.string("intent"))
                    .isEqualTo(product.lastOf("intent").string("id"));
        }
    }

    @Test
    void whenTheLedgerFailsTheCallIsBlockedForNowAndNothingIsSent(@TempDir Path other) {
        var own = with(other, InstantSource.system());
        try (var client = own.client(own.key(Product.BOT, own.open(TASK)), ONE)) {
            assertThat(isError(client.call("work", "{}"))).isFalse();
            one.called.clear();
            own.parts().ledger().close();
            assertThat(text(client.call("work", "{}"))).startsWith("TEMPORARILY BLOCKED work");
            assertThat(one.called).isEmpty();
        } finally {
            own.shop.close();
            own.wiring.close();
        }
    }

    @Test
    void aServerThatDoesNotAnswerHoldsUpNobodyElse() throws Exception {
        try (var stuck = warm();
                var other = warm()) {
            var halves = halves();
            var waiting = new ArrayList<CompletableFuture<Json.Obj>>();
            var opened = new ArrayList<Half>();
            for (int i = 0; i < 30; i++) waiting.add(calling(stuck));
            for (int i = 0; i < 30; i++) opened.add(next(halves));
            one.calls = OneTool::done;
            assertThat(text(other.call("work", "{}"))).isEqualTo("done");
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            opened.forEach(half -> half.sink().abort());
            for (var one : waiting)
                assertThat(text(one.get(20, TimeUnit.SECONDS))).startsWith("FAILED work");
        }
    }

    @Test
    void clientsThatDoNotReadHoldUpNobodyElseAndGetAllOfTheirAnswers() {
        var large = "x".repeat(2 << 20);
        try (var slow = warm();
                var other = warm()) {
            one.calls = message -> Answer.json(
                    200, OneTool.result(message, "{\"content\":[{\"type\":\"text\",\"text\":\"" + large + "\"}]}"));
            var unread = new ArrayList<dev.writ.http.client.Exchange>();
            for (int i = 0; i < 8; i++)
                unread.add(slow.openPost("{\"jsonrpc\":\"2.0\",\"id\":" + (900 + i) + ",\"method\":\"tools/call\","
                        + "\"params\":{\"name\":\"work\",\"arguments\":{}}}"));
            one.calls = OneTool::done;
            assertThat(text(other.call("work", "{}"))).isEqualTo("done");
            for (var exchange : unread) {
                assertThat(new String(exchange.body(8 << 20), UTF_8)).contains(large);
                exchange.close();
            }
        }
    }

    /** A mistake is a failure that a test sees, not a server that stands still now and then. */
    @Test
    void whateverWaitsRefusesToOnAnEventLoop() throws Exception {
        var parts = product.parts();
        var task = product.open(TASK);
        var caller = (dev.writ.guard.Caller.OfAgent) parts.guard()
                .callerOf(Presented.bearer(product.key(Product.BOT, task)))
                .orElseThrow();
        var discover = new dev.writ.guard.Attempt(
                caller,
                new dev.writ.guard.Action.DiscoverServer(
                        ONE, Json.object().put("method", "server/discover").build()));
        var waits = List.<Runnable>of(
                () -> parts.store().write(_ -> 0),
                () -> parts.ledger().checkpoint(Product.TENANT),
                () -> parts.ledger().append(Product.TENANT, Json.Obj.EMPTY, java.util.Map.of()),
                () -> parts.ledger().scan(Product.TENANT, 0, _ -> false),
                () -> parts.vault().put(Product.TENANT, new Name("k"), dev.writ.base.Secret.of("s")));
        try (var loops = Loops.start(1, "never-waits")) {
            for (var wait : waits)
                assertThatThrownBy(() -> loops.group().submit(wait).get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .hasMessageContaining("on a thread that must not");
            // Whoever asks for a verdict there all the same gets none.
            var verdict = loops.group().submit(() -> parts.guard().admit(discover));
            assertThatThrownBy(() -> verdict.get(20, TimeUnit.SECONDS))
                    .cause()
                    .hasMessageContaining("on a thread that must not");
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(threads.submit(() -> parts.guard().admit(discover)).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(dev.writ.guard.Permit.class);
        }
    }
}
