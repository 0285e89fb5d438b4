package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.policy.Arguments;
import dev.writ.walks.Product;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What each stage of a governed call costs the thread that runs it: CPU of that thread and bytes, the best of many short
 * rounds, so that neither the JIT nor other work on the machine counts. Argument: a folder to measure in; the command is
 * that of {@code GuardBench}.
 */
final class GuardStages {
    private static final int ROUNDS = 400;
    private static final int CALLS = 400;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static @org.jspecify.annotations.Nullable Object sink;

    private GuardStages() {}

    public static void main(String[] arguments) throws Exception {
        var data = Files.createTempDirectory(Path.of(arguments[0]), "guard-stages");
        try (var product = Product.start(data)) {
            measure(product);
        }
        System.exit(0);
    }

    private static void measure(Product product) {
        var parts = product.parts();
        var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.calling(10_000_000)));
        var caller =
                (Caller.OfAgent) parts.guard().callerOf(Presented.bearer(key)).orElseThrow();
        var request =
                ("{\"jsonrpc\":\"2.0\",\"id\":1001,\"method\":\"tools/call\",\"params\":{\"name\":\"create_refund\","
                                + "\"arguments\":{\"order\":\"1001\",\"amount\":120.00,\"currency\":\"EUR\",\"reason\":\""
                                + "x".repeat(420) + "\"}}}")
                        .getBytes(UTF_8);
        var params = JsonReader.readObject(request).object("params").orElseThrow();
        var input = params.object("arguments").orElseThrow();
        var payloadOf =
                Json.object().put("method", "tools/call").put("params", params).build();
        var call = new Action.CallTool(Product.SHOP, "create_refund", input, payloadOf);
        var attempt = new Attempt(caller, call);
        var standings = new Standings(parts.registry(), parts.authority(), parts.identity());
        var evidence = new Evidence(parts.settings().node(), parts.ids(), "separate", _ -> 0);
        var clock = InstantSource.system();

        stage("key", () -> parts.guard().callerOf(Presented.bearer(key)));
        stage("parse", () -> JsonReader.read(request));
        stage("payload: canonical, digest", () -> Payload.of(call));
        stage("standing", () -> standings.of(caller, Product.SHOP, clock.instant()));
        var standing = ((Standings.Found.Yes) standings.of(caller, Product.SHOP, clock.instant())).standing();
        var callable = standing.world().callable(Product.SHOP, "create_refund").orElseThrow();
        var live = parts.policies().current(Product.TENANT).orElseThrow();
        stage("visible", () -> standing.dossier().tool(standing, callable).mayPermit(live.set(), standing));
        stage("schema check", () -> callable.schema().violation(input));
        stage("arguments typed", () -> callable.action().arguments(input));
        var typed = ((Arguments.Typed) callable.action().arguments(input)).input();
        stage("question", () -> Questions.call(standing, callable, typed));
        var question = Questions.call(standing, callable, typed);
        stage("decide", () -> live.set().decide(question));
        var form = standing.dossier().tool(standing, callable).form();
        stage("question's text", () -> form.filled(question));
        stage("question's text, no form", () -> QuestionJson.bytes(question));
        var payload = Payload.of(call);
        var digest = ActionDigests.of(standing, call, payload, Optional.of(callable));
        stage("action's text", digest::bytes);
        stage("an id", () -> parts.ids().next("dec"));
        var judged = new Evidence.Judged(live.bundle().toString(), List.of("refund-small"), List.of());
        var matter = new Evidence.Matter(
                parts.ids().next("dec"),
                clock.instant(),
                attempt,
                payload,
                digest,
                Optional.of(standing),
                Optional.of(new Asked(question, Optional.of(form))),
                judged);
        stage("intent's text with its values", () -> evidence.intent(matter, Optional.empty(), java.util.Set.of()));
        var draft = evidence.intent(matter, Optional.empty(), java.util.Set.of());
        Runnable written = () -> parts.ledger().checkpoint(Product.TENANT);
        stage(
                "intent sealed, handed over",
                () -> {
                    parts.ledger().ride(draft);
                    return draft;
                },
                written);
        var outcome = Outcome.done("127.0.0.1:9", 500, new byte[989]);
        var permit = new Permit(
                parts.ids().next("dec"),
                draft.id(),
                attempt,
                payload.digest(),
                clock.instant().plusSeconds(30),
                Optional.of(standing.dossier().target()),
                Optional.empty());
        stage("outcome's text", () -> evidence.outcome(permit, outcome, clock.instant()));
        var settled = evidence.outcome(permit, outcome, clock.instant());
        stage(
                "outcome sealed, handed over",
                () -> {
                    parts.ledger().ride(settled);
                    return settled;
                },
                written);
        stage(
                "whole admission, memory only",
                () -> {
                    boolean soon = parts.guard().admitSoon(attempt, _ -> {}, _ -> {});
                    if (!soon) sink = parts.guard().admit(attempt);
                    return Set.of();
                },
                written);
    }

    private static void stage(String name, Supplier<?> work) {
        stage(name, work, () -> {});
    }

    /** @param between runs after each round, and does not count */
    private static void stage(String name, Supplier<?> work, Runnable between) {
        long thread = Thread.currentThread().threadId();
        long best = Long.MAX_VALUE;
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = THREADS.getThreadAllocatedBytes(thread);
            long from = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < CALLS; i++) sink = work.get();
            best = Math.min(best, THREADS.getCurrentThreadCpuTime() - from);
            bytes = Math.min(bytes, THREADS.getThreadAllocatedBytes(thread) - allocated);
            between.run();
        }
        System.out.printf("%-32s %6.2f us %,8d bytes%n", name, best / 1e3 / CALLS, bytes / CALLS);
    }
}
