package dev.writ.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Presented;
import dev.writ.guard.Verdict;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.SideValue;
import dev.writ.registry.Server;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import dev.writ.walks.Product;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What guard, policy and ledger cost a governed call, without HTTP, MCP and upstream: key, strict parse, standing,
 * schema, policy, durable intent with its side values, use, outcome, on a real ledger on a real disk. CPU is the whole
 * process's, the ledger's threads and the collector included. Arguments: a folder to measure in, seconds for each line,
 * callers. After {@code ./mvnw test-compile dependency:build-classpath -Dmdep.outputFile=target/cp}:
 * {@code java -Xmx256m -XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED
 * -XX:-UseDynamicNumberOfCompilerThreads -cp
 * target/classes:target/test-classes:$(cat target/cp) dev.writ.bench.GuardBench [folder] [seconds] [callers]}
 */
public final class GuardBench {
    private static final Name ECHO = new Name("echo");
    private static final int LOOPS = 2;
    private static final byte[] ANSWER = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}".getBytes(UTF_8);

    private final Guard guard;
    private final String key;
    private final byte[] request;

    private GuardBench(Guard guard, String key) {
        this.guard = guard;
        this.key = key;
        this.request = ("{\"jsonrpc\":\"2.0\",\"id\":1001,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\","
                        + "\"arguments\":{\"amount\":120.00,\"customer\":\"4411\",\"note\":\"" + "x".repeat(420)
                        + "\"}}}")
                .getBytes(UTF_8);
    }

    public static void main(String[] arguments) throws Exception {
        var parent = arguments.length > 0 ? Path.of(arguments[0]) : Path.of(System.getProperty("java.io.tmpdir"));
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 6;
        int callers = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 64;
        var data = Files.createTempDirectory(parent, "guard-bench");
        System.out.println("machine: " + Loads.machine(parent));
        try (var product = Product.start(data)) {
            addEcho(product);
            product.publish("""
                    @id("echo-discover")
                    permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:discover", resource == Writ::McpServer::"echo");
                    @id("echo-small")
                    permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:echo/echo", resource)
                    when { context.input.amount.lessThanOrEqual(decimal("500.00")) && context.task.purpose == "support case" };
                    """);
            var task = product.open(Product.TaskSpec.SUPPORT.on(ECHO).calling(10_000_000));
            var bench = new GuardBench(product.parts().guard(), product.key(Product.BOT, task));
            bench.measure(callers, seconds, "parked");
            for (int round = 0; round < 2; round++) bench.measure(callers, seconds, "parked");
            for (int round = 0; round < 3; round++) bench.measure(callers, seconds, "evented");
            sizes(product.parts().ledger());
        } finally {
            LedgerBench.delete(data);
        }
    }

    private static void addEcho(Product product) {
        var registry = product.registry();
        var endpoint = new Transport.Http(URI.create("http://127.0.0.1:9/mcp"));
        var server = new Server(ECHO, endpoint, 3, Server.Status.PENDING, List.of(), product.owner, Instant.now());
        Product.done(registry.servers().register(Product.TENANT, server));
        Product.done(registry.servers().approve(Product.TENANT, ECHO));
        Product.done(registry.tools().seen(Product.TENANT, ECHO, List.of(definition())));
        product.approve(ECHO, new ToolName("echo"));
    }

    private static Json definition() {
        return JsonReader.read("{\"name\":\"echo\",\"description\":\"Echoes.\",\"inputSchema\":{\"type\":\"object\","
                + "\"properties\":{\"amount\":{\"type\":\"number\"},\"note\":{\"type\":\"string\"},"
                + "\"customer\":{\"type\":\"string\"}},\"required\":[\"amount\"]}}");
    }

    /** What one call leaves behind. */
    private static void sizes(Ledger ledger) {
        ledger.scan(Product.TENANT, ledger.size(Product.TENANT) - 64, entry -> {
            if (!entry.kind().equals("intent")) return true;
            System.out.printf("an intent: %,d bytes, with", entry.leaf().length);
            for (var name :
                    entry.record().object("side").orElseThrow().members().keySet())
                if (ledger.side(Product.TENANT, entry.index(), name) instanceof SideValue.Present present)
                    System.out.printf(" %s %,d", name, present.value().length);
            System.out.println();
            return false;
        });
    }

    private void measure(int callers, long seconds, String what) throws InterruptedException {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var done = new AtomicLong();
        long cpu = system.getProcessCpuTime();
        long compiling = compilerNanos();
        long allocated = threads.getTotalThreadAllocatedBytes();
        long from = System.nanoTime();
        long end = from + seconds * 1_000_000_000L;
        var running = new ArrayList<Thread>();
        if (what.equals("evented"))
            for (int i = 0; i < LOOPS; i++) {
                var loop = new Loop(callers / LOOPS, end, done);
                running.add(Thread.ofPlatform().start(loop));
            }
        else
            for (int i = 0; i < callers; i++)
                running.add(Thread.startVirtualThread(() -> {
                    while (System.nanoTime() < end) {
                        call();
                        done.incrementAndGet();
                    }
                }));
        for (var thread : running) thread.join();
        double took = (System.nanoTime() - from) / 1e9;
        System.out.printf(
                "%-8s %d callers: CPU %.1f us (%.1f without the JIT) and %,d bytes each, %,.0f/s%n",
                what,
                callers,
                (system.getProcessCpuTime() - cpu) / 1e3 / done.get(),
                (system.getProcessCpuTime() - cpu - (compilerNanos() - compiling)) / 1e3 / done.get(),
                (threads.getTotalThreadAllocatedBytes() - allocated) / done.get(),
                done.get() / took);
    }

    /** CPU of the compiler's threads so far; on a busy machine a run is over before they are done. */
    private static long compilerNanos() {
        long ticks = 0;
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (var task : tasks.toList()) {
                var stat = Files.readString(task.resolve("stat"));
                if (!stat.contains("CompilerThre")) continue;
                var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            }
        } catch (IOException e) {
            return 0; // no such folder, or a thread that has just ended
        }
        return ticks * 10_000_000;
    }

    private Attempt attempt() {
        var caller = (Caller.OfAgent) guard.callerOf(Presented.bearer(key)).orElseThrow();
        var message = (Json.Obj) JsonReader.read(request);
        var params = message.object("params").orElseThrow();
        var payload =
                Json.object().put("method", "tools/call").put("params", params).build();
        return new Attempt(
                caller,
                new Action.CallTool(ECHO, "echo", params.object("arguments").orElseThrow(), payload));
    }

    /** As today: a virtual thread for each call, which parks until the record is on disk. */
    private void call() {
        var attempt = attempt();
        var watching = guard.watch((Caller.OfAgent) attempt.caller(), ECHO, () -> {});
        finish(guard.admit(attempt));
        watching.run();
    }

    private void finish(Verdict verdict) {
        if (!(verdict instanceof Permit permit)) throw new IllegalStateException("not permitted");
        var bytes = permit.action().payloadBytes();
        if (!Digest.of(bytes).equals(permit.payload())) throw new IllegalStateException("other bytes");
        if (!(guard.use(permit) instanceof Guard.Use.Go)) throw new IllegalStateException("not usable");
        guard.settle(permit, Outcome.done("127.0.0.1:9", bytes.length, ANSWER));
    }

    /** An event loop with some callers, each of which begins its next call when the last one is settled. */
    private final class Loop implements Runnable, Executor {
        private final LinkedBlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
        private final long end;
        private final AtomicLong done;
        private int running;

        Loop(int callers, long end, AtomicLong done) {
            this.running = callers;
            this.end = end;
            this.done = done;
        }

        @Override
        public void execute(Runnable turn) {
            turns.add(turn);
        }

        @Override
        public void run() {
            for (int i = running; i > 0; i--) begin();
            try {
                while (running > 0) turns.take().run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void begin() {
            if (System.nanoTime() >= end) {
                running--;
                return;
            }
            var attempt = attempt();
            var watching = guard.watch((Caller.OfAgent) attempt.caller(), ECHO, () -> {});
            boolean soon = guard.admitSoon(attempt, this, verdict -> settled(verdict, watching));
            // Every so often the budget is leased anew; then a virtual thread waits for the store.
            if (!soon)
                Thread.startVirtualThread(() -> {
                    var verdict = guard.admit(attempt);
                    execute(() -> settled(verdict, watching));
                });
        }

        private void settled(Verdict verdict, Runnable watching) {
            finish(verdict);
            watching.run();
            done.incrementAndGet();
            begin();
        }
    }
}
