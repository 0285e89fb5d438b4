package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.peers.Eventually;
import dev.writ.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever authority hangs on can be taken away by one order: the next call is refused with what design/wire.md says, the
 * open stream ends, the held call is released, and the ledger tells. The same after a crash before the database knew.
 */
class EveryRevocationTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";
    private static final Name BOT = Product.BOT;

    @TempDir
    Path temp;

    /** What is taken away, by which order, and what the agent is then told. */
    enum Taking {
        TASK("/tasks/{task}/revoke", "{'reason':'stop it'}", "REVOKED by Olga Owner", "task-revoked"),
        AGENT("/agents/support-bot/suspend", "", "REVOKED by Olga Owner", "agent-suspended"),
        RETIRED_AGENT("/agents/support-bot/retire", "", "401", "agent-retired"),
        PERSON("/people/erin@acme.example/deactivate", "", "REVOKED by Olga Owner", "person-deactivated"),
        KEY("/keys/{key}/revoke", "{'reason':'stop it'}", "401", "key-revoked"),
        CONSENT("/consents/{consent}/revoke", "{'reason':'stop it'}", "REVOKED by Olga Owner", "consent-revoked"),
        SERVER("/servers/shop/disable", "", "404", "server-disabled"),
        MANDATE("/mandates/triage/revoke", "{'reason':'stop it'}", "REVOKED by Olga Owner", "mandate-revoked"),
        TENANT("/tenant/suspend", "{'reason':'stop it'}", "SUSPENDED by Olga Owner", "tenant-suspended");

        private final String path;
        private final String body;
        private final String told;
        private final String event;

        Taking(String path, String body, String told, String event) {
            this.path = path;
            this.body = body;
            this.told = told;
            this.event = event;
        }
    }

    /** A task with a key, under a mandate where that is what is taken away. */
    private static final class Stage {
        private final Product product;
        private final AgentApi olga;
        private final Id task;
        private final String key;

        Stage(Product product, Taking taking) {
            this.product = product;
            this.olga = new AgentApi(product.wiring.url().toString(), product.personKey(product.owner));
            this.task = taking == Taking.MANDATE ? mandated() : product.open(Product.TaskSpec.SUPPORT);
            this.key = product.key(BOT, task);
        }

        private Id mandated() {
            var given = olga.post(
                    "/mandates",
                    "{'apiVersion':'writ.dev/v1','kind':'Mandate','metadata':{'name':'triage'},'spec':{'agent':'support-bot',"
                            + "'source':'tickets','purpose':'support case','scope':{'servers':['shop'],"
                            + "'categories':['read','money']},'for':'1h','uses':3,'until':'2026-12-31T00:00:00Z'}}");
            assertThat(given.status()).as(given.text()).isEqualTo(201);
            var opened = olga.post("/mandates/triage/tasks", "{'event':'T-1'}");
            assertThat(opened.status()).as(opened.text()).isEqualTo(201);
            return new Id(opened.json()
                    .object("metadata")
                    .orElseThrow()
                    .string("name")
                    .orElseThrow());
        }

        void take(Taking taking) {
            var now = product.parts().authority().snapshot(Product.TENANT);
            var keys = product.parts().identity().keys(Product.TENANT);
            var path = taking.path
                    .replace("{task}", task.text())
                    .replace("{consent}", now.consentOf(task).orElseThrow().id().text())
                    .replace("{key}", keys.getLast().id().text());
            var answer = olga.post(path, taking.body);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        }
    }

    private static void told(Taking taking, McpClient.Reply reply) {
        if (taking.told.matches("[0-9]+"))
            assertThat(String.valueOf(reply.status())).as(reply.body()).isEqualTo(taking.told);
        else assertThat(McpClient.text(reply.json())).startsWith(taking.told);
    }

    private static McpClient.Reply call(McpClient client, String tool, String arguments) {
        return client.post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":" + arguments + "}}");
    }

    @ParameterizedTest
    @EnumSource(Taking.class)
    void oneOrderRefusesTheNextCallEndsTheStreamAndReleasesTheHeldCall(Taking taking) throws Exception {
        try (var product = Product.start(temp.resolve("data"), settings -> settings.withHold(Duration.ofSeconds(60)))) {
            var stage = new Stage(product, taking);
            try (var client = product.client(stage.key, Product.SHOP);
                    var waiting = product.client(stage.key, Product.SHOP)) {
                assertThat(isError(client.call("get_order", ORDER))).isFalse();
                var listening = new CompletableFuture<Void>();
                var ended = client.listen(listening);
                listening.get(10, TimeUnit.SECONDS);
                var held = CompletableFuture.supplyAsync(() -> call(waiting, "create_refund", REFUND));
                Eventually.that("the call is held", () -> product.countOf("hold") == 1);
                long before = product.calls();
                assertThat(held).isNotDone();
                stage.take(taking);
                ended.get(10, TimeUnit.SECONDS);
                var released = held.get(10, TimeUnit.SECONDS);
                assertThat(released.body()).doesNotContain("PENDING");
                if (taking == Taking.KEY) assertThat(released.body()).contains("the key was revoked: stop it");
                var next = call(client, "get_order", ORDER);
                // In a session that is open, a server that is gone has no tools; a new session is not had.
                if (taking == Taking.SERVER) assertThat(next.body()).contains("-32602", "Unknown tool: get_order");
                else told(taking, next);
                assertThat(product.calls()).isEqualTo(before);
            }
            assertThat(product.records().stream()
                            .filter(record -> record.string("event").equals(Optional.of(taking.event))))
                    .hasSize(1)
                    .allMatch(record -> record.string("kind").equals(Optional.of("revocation"))
                            && record.string("by").equals(Optional.of(product.owner.text())));
        }
    }

    @ParameterizedTest
    @EnumSource(Taking.class)
    void aCrashBetweenTheRecordAndTheRowTakesNothingBack(Taking taking) throws IOException {
        var data = temp.resolve("data");
        var product = Product.start(data);
        try {
            var stage = new Stage(product, taking);
            try (var client = product.client(stage.key, Product.SHOP)) {
                assertThat(isError(client.call("get_order", ORDER))).isFalse();
            }
            Disk.refuseWritesFromNowOn(product.parts().store());
            stage.take(taking);
            product.parts().ledger().checkpoint(Product.TENANT);
            var crashed = temp.resolve("crashed");
            Folders.copy(data, crashed);
            var again = product.onceMore(crashed);
            try (var client = McpClient.to(again.wiring.url() + "/mcp/shop", stage.key)) {
                var begun = client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                        + "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
                        + "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}");
                if (begun.status() == 200) told(taking, call(client, "get_order", ORDER));
                else told(taking, begun);
            } finally {
                again.wiring.close();
            }
        } finally {
            closed(product);
        }
    }

    /** What a database that refuses leaves unclosed is not what this is about. */
    private static void closed(Product product) {
        try {
            product.close();
        } catch (RuntimeException e) {
            assertThat(e).hasMessage("not everything could be closed");
        }
    }
}
