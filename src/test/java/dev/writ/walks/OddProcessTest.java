package dev.writ.walks;

import static dev.writ.walks.McpClient.text;
import static dev.writ.walks.Product.TENANT;
import static dev.writ.walks.Product.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.http.client.Call;
import dev.writ.peers.Eventually;
import dev.writ.registry.Classification;
import dev.writ.registry.Server;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A server that is a process, written in shell: what it says while it is called, how it ends, and what ends it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OddProcessTest {
    private static final Name SHELL = new Name("shell");
    private static final ToolName WORK = new ToolName("work");
    private static final String DEFINITION = "{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}";

    /** Our requests are canonical JSON, so the id comes before the method. */
    private static final String SCRIPT = """
            echo "$$" >> "$1/pids"
            while read -r line; do
              id=${line#*\\"id\\":}; id=${id%%,*}
              case "$line" in
                *'"method":"initialize"'*) echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":$id,\\"result\\":{\\"protocolVersion\\":\\"2025-06-18\\",\\"capabilities\\":{\\"tools\\":{}}}}" ;;
                *'"method":"tools/list"'*) echo x >> "$1/lists"; echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":$id,\\"result\\":{\\"tools\\":[{\\"name\\":\\"work\\",\\"inputSchema\\":{\\"type\\":\\"object\\"}}]}}" ;;
                *'"method":"tools/call"'*)
                  case "$line" in *'"do":"die"'*) exit 1 ;; *'"do":"hang"'*) echo x >> "$1/hangs"; continue ;; esac
                  for n in 1 2 3 4 5 6 7 8 9 10; do echo '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'; done
                  echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":$id,\\"result\\":{\\"content\\":[{\\"type\\":\\"text\\",\\"text\\":\\"done\\"}]}}" ;;
              esac
            done
            """;

    private Product product;
    private Path folder;

    @BeforeAll
    void start(@TempDir Path data, @TempDir Path diary) throws Exception {
        folder = diary;
        var script = Files.writeString(diary.resolve("server.sh"), SCRIPT);
        product = Product.start(data);
        var transport = new Transport.Stdio(
                "/bin/sh", List.of(script.toString(), diary.toString()), Set.of(), Optional.empty());
        done(product.registry()
                .servers()
                .register(
                        TENANT,
                        new Server(
                                SHELL, transport, 3, Server.Status.PENDING, List.of(), product.owner, Instant.now())));
        done(product.registry().servers().approve(TENANT, SHELL));
        var definition = JsonReader.readObject(DEFINITION.getBytes(StandardCharsets.UTF_8));
        done(product.registry().tools().seen(TENANT, SHELL, List.of(definition)));
        var listed = product.registry()
                .snapshot(TENANT)
                .tool(SHELL, WORK)
                .orElseThrow()
                .listed()
                .orElseThrow();
        var reads = new Classification(Set.of(new Name("read")), Set.of(), Set.of(), Set.of(), true);
        done(product.registry().tools().approve(TENANT, SHELL, WORK, listed.digest(), reads, product.owner));
        product.publish("""
                @id("shell")
                permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource)
                when { resource in Writ::McpServer::"shell" || resource in Writ::McpServer::"shop" };
                """);
    }

    @AfterAll
    void stop() {
        product.close();
    }

    private McpClient client() {
        return product.client(product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(SHELL))), SHELL);
    }

    /** The process of the newest session. */
    private ProcessHandle process() throws Exception {
        var pids = Files.readAllLines(folder.resolve("pids"));
        return ProcessHandle.of(Long.parseLong(pids.getLast())).orElseThrow();
    }

    private static int ping(McpClient client) {
        return client.post("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}")
                .status();
    }

    /** The comparison once ran on the reader that had to bring it its answer: each cry cost a minute. */
    @Test
    void aServerThatCriesChangeDuringItsCallsIsStillAnsweredAtOnce() throws Exception {
        try (var client = client()) {
            long begun = System.nanoTime();
            for (int i = 0; i < 3; i++)
                assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
            assertThat(Files.readAllLines(folder.resolve("lists")).size())
                    .as("thirty cries are not thirty comparisons")
                    .isBetween(3, 15);
            assertThat(client.send(Call.of("DELETE", client.url())).status()).isEqualTo(204);
        }
    }

    @Test
    void aClientThatStopsListeningDoesNotEndTheServersReader() throws Exception {
        var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(SHELL)));
        try (var client = product.client(key, SHELL)) {
            for (int i = 0; i < 3; i++) {
                var opened = new CompletableFuture<Void>();
                try (var listener = McpClient.to(client.url().toString(), key)) {
                    listener.useSession(client.session());
                    var _ = listener.listen(opened);
                    opened.get(5, TimeUnit.SECONDS);
                }
                assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            }
            client.send(Call.of("DELETE", client.url()));
        }
    }

    @Test
    void aServerThatDiesInACallIsReachedByANewSession() throws Exception {
        try (var client = client()) {
            var process = process();
            assertThat(text(client.call("work", "{\"do\":\"die\"}")))
                    .startsWith("FAILED work: the server gave no answer; the effect is unknown");
            process.onExit().get(5, TimeUnit.SECONDS);
            assertThat(ping(client)).isEqualTo(404);
            client.useSession(Optional.empty());
            client.initialize();
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            assertThat(process().pid()).isNotEqualTo(process.pid());
            client.send(Call.of("DELETE", client.url()));
        }
    }

    @Test
    void aRevokedTasksCallIsCutItsProcessEndsAndItsClientIsTold() throws Exception {
        var task = product.open(Product.TaskSpec.SUPPORT.on(SHELL));
        try (var client = product.client(product.key(Product.BOT, task), SHELL)) {
            assertThat(text(client.call("work", "{}"))).isEqualTo("done");
            var process = process();
            var hanging = CompletableFuture.supplyAsync(() -> client.call("work", "{\"do\":\"hang\"}"));
            Eventually.that("the server has the call", () -> Files.exists(folder.resolve("hangs")));
            product.parts().authority().revoke(TENANT, task, product.owner, "enough");
            assertThat(text(hanging.get(5, TimeUnit.SECONDS))).startsWith("REVOKED by Olga Owner");
            process.onExit().get(5, TimeUnit.SECONDS);
            assertThat(text(client.call("work", "{}"))).startsWith("REVOKED by Olga Owner");
        }
    }

    @Test
    void aTaskThatOpensSessionsWithoutEndingThemDoesNotShutItselfOut() {
        var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
        var first = product.client(key, Product.SHOP);
        for (int i = 0; i < 33; i++) product.client(key, Product.SHOP).close();
        try (first;
                var last = product.client(key, Product.SHOP)) {
            assertThat(ping(first)).isEqualTo(404);
            assertThat(ping(last)).isEqualTo(200);
            assertThat(last.ask("ping", Json.Obj.EMPTY).object("result")).isPresent();
        }
    }

    /** The last one: upstreams that have ended open nothing any more. */
    @Test
    @Order(Integer.MAX_VALUE)
    void whatEndsTheUpstreamsEndsTheProcessesOfTheirServers() throws Exception {
        try (var client = client()) {
            assertThat(client.session()).isPresent();
            var process = process();
            product.parts().upstreams().close();
            process.onExit().get(5, TimeUnit.SECONDS);
        }
    }
}
