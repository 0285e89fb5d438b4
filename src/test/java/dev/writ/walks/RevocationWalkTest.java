package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.guard.Caller;
import dev.writ.guard.Presented;
import dev.writ.guard.control.Reply;
import dev.writ.http.client.Call;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Authority that ends in the middle: the next call, the open stream, the session, the list. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RevocationWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    private Product product;

    @BeforeAll
    void start(@TempDir Path data) {
        product = Product.start(data);
    }

    @AfterAll
    void stop() {
        product.close();
    }

    /** One key of a task was seen where it does not belong: it goes, the task and its other key stay. */
    @Test
    void aRevokedKeyIsRefusedCutsItsOwnStreamsAndLeavesTheTasksOtherKeyAlone() throws Exception {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var lost = product.key(Product.BOT, task);
        var kept = product.key(Product.BOT, task);
        var owner = product.caller(product.owner);
        var keys = product.parts().control().revocations();
        var id = ((Caller.OfAgent)
                        product.parts().guard().callerOf(Presented.bearer(lost)).orElseThrow())
                .key()
                .text();
        try (var thief = product.client(lost, Product.SHOP);
                var client = product.client(kept, Product.SHOP)) {
            assertThat(isError(thief.call("get_order", ORDER))).isFalse();
            var thiefs = stream(thief);
            var own = stream(client);
            assertThat(listed(keys.keys(owner), task)).hasSize(2).allSatisfy(key -> {
                assertThat(key.get("revoked")).contains(Json.of(false));
                assertThat(key.text()).doesNotContain("writ_agent_");
            });

            var revoked = keys.revokeKey(owner, id.substring(id.length() - 8), "it stood in a mail");
            assertThat(revoked).isInstanceOf(Reply.Done.class);
            thiefs.get(10, TimeUnit.SECONDS);
            long before = product.calls();
            assertThat(thief.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
                            .status())
                    .isEqualTo(401);
            assertThat(product.calls()).isEqualTo(before);
            assertThat(own).isNotDone();
            assertThat(isError(client.call("get_order", ORDER))).isFalse();

            var record = product.lastOf("revocation");
            assertThat(record.string("event")).hasValue("key-revoked");
            assertThat(record.string("key")).hasValue(id);
            assertThat(record.string("reason")).hasValue("it stood in a mail");
            assertThat(record.string("task")).hasValue(task.text());
            assertThat(listed(keys.keys(owner), task).stream()
                            .map(key -> key.get("revoked").orElseThrow()))
                    .containsExactlyInAnyOrder(Json.of(true), Json.of(false));
            assertThat(keys.revokeKey(owner, id, "again")).isInstanceOf(Reply.Conflict.class);
            assertThat(keys.revokeKey(product.caller(product.erin), id, "mine")).isInstanceOf(Reply.Forbidden.class);
            assertThat(own).isNotDone();
        }
    }

    private static List<Json.Obj> listed(Reply<List<Json.Obj>> reply, Id task) {
        if (reply instanceof Reply.Done<List<Json.Obj>>(var items, var _))
            return items.stream()
                    .filter(key -> key.string("task").equals(Optional.of(task.text())))
                    .toList();
        throw new AssertionError("not listed: " + reply);
    }

    private static CompletableFuture<Void> stream(McpClient client) throws Exception {
        var opened = new CompletableFuture<Void>();
        var ended = client.listen(opened);
        opened.get(10, TimeUnit.SECONDS);
        assertThat(ended).isNotDone();
        return ended;
    }

    @Test
    void aRevokedTaskStopsTheNextCallCutsTheStreamAndEmptiesTheList() throws Exception {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var key = product.key(Product.BOT, task);
        try (var client = product.client(key, Product.SHOP)) {
            assertThat(isError(client.call("get_order", "{\"order\":\"1001\"}")))
                    .isFalse();
            var opened = new CompletableFuture<Void>();
            var ended = client.listen(opened);
            opened.get(10, TimeUnit.SECONDS);
            assertThat(ended).isNotDone();
            long before = product.calls();
            product.parts().authority().revoke(Product.TENANT, task, product.owner, "the case is closed");
            ended.get(10, TimeUnit.SECONDS);
            assertThat(text(client.call("get_order", "{\"order\":\"1001\"}")))
                    .startsWith("REVOKED by Olga Owner at ")
                    .contains("the case is closed");
            assertThat(client.toolNames()).isEmpty();
            assertThat(product.calls()).isEqualTo(before);
            // A client that connects again is told the same way, not by a 401 that it would loop on.
            try (var again = product.client(key, Product.SHOP)) {
                assertThat(text(again.call("get_order", "{\"order\":\"1001\"}")))
                        .startsWith("REVOKED");
                assertThat(again.toolNames()).isEmpty();
            }
            assertThat(product.lastOf("refusal").string("reason")).contains("task-revoked");
        }
    }

    @Test
    void aSessionBelongsToTheKeyAndTheServerThatOpenedIt() {
        try (var one = product.client(Product.TaskSpec.SUPPORT);
                var other = product.client(Product.TaskSpec.SUPPORT)) {
            var own = other.session();
            other.useSession(one.session());
            assertThat(other.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                            .status())
                    .isEqualTo(404);
            assertThat(other.send(Call.of("DELETE", other.url())).status()).isEqualTo(404);
            other.useSession(Optional.of("guess"));
            assertThat(other.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                            .status())
                    .isEqualTo(404);
            other.useSession(Optional.empty());
            assertThat(other.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                            .status())
                    .isEqualTo(400);
            other.useSession(own);
            assertThat(other.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(one.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void noCredentialOrAnUnknownOneIsA401AndAnotherServerA404() {
        for (var key : new String[] {"", "writ_agent_" + "a".repeat(52), "Basic x"})
            try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
                assertThat(client.post("{}").status()).isEqualTo(401);
            }
        var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
        var answers = new java.util.ArrayList<McpClient.Reply>();
        for (var server : new String[] {"absent", "SHOP", "a__b"})
            try (var client = McpClient.to(product.wiring.url() + "/mcp/" + server, key)) {
                answers.add(client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}"));
            }
        assertThat(answers).extracting(McpClient.Reply::status).containsOnly(404);
        assertThat(answers)
                .extracting(McpClient.Reply::body)
                .containsOnly(answers.getFirst().body());
    }

    @Test
    void aSuspendedAgentAndADepartedOwnerAreRefusedAtTheNextCall() {
        var agent = new dev.writ.base.Name("leaver-bot");
        var owner = product.parts().ids().pseudonym("per");
        var registry = product.registry();
        Product.done(registry.people()
                .add(Product.TENANT, new dev.writ.registry.Person(owner, "Leo Leaver", "leo@acme.example", true)));
        var now = java.time.Instant.now();
        Product.done(registry.agents()
                .register(
                        Product.TENANT,
                        new dev.writ.registry.Agent(
                                agent,
                                owner,
                                "leaves",
                                dev.writ.registry.Agent.Status.ACTIVE,
                                1,
                                now.plusSeconds(3_600),
                                now)));
        Product.done(registry.people().join(Product.TENANT, new dev.writ.base.Name("support-agents"), agent.text()));
        try (var client = product.client(Product.TaskSpec.SUPPORT.of(agent))) {
            assertThat(isError(client.call("get_order", "{\"order\":\"1001\"}")))
                    .isFalse();
            Product.done(registry.agents().suspend(Product.TENANT, agent));
            assertThat(text(client.call("get_order", "{\"order\":\"1001\"}"))).contains("the agent is suspended");
            Product.done(registry.agents().resume(Product.TENANT, agent));
            // The suspension ended the session with the server; the client hears that it must begin a new one.
            assertThat(client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
                            .status())
                    .isEqualTo(404);
            client.useSession(Optional.empty());
            client.initialize();
            assertThat(isError(client.call("get_order", "{\"order\":\"1001\"}")))
                    .isFalse();
            Product.done(registry.people().deactivate(Product.TENANT, owner));
            assertThat(text(client.call("get_order", "{\"order\":\"1001\"}"))).contains("owner is no longer active");
        }
    }

    @Test
    void everyIntentHasOneOutcomeAndTheSecretStandsNowhere(@TempDir Path unused) {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            for (int i = 0; i < 20; i++) client.call("get_order", "{\"order\":\"1001\"}");
        }
        var records = product.records();
        var intents = records.stream()
                .filter(r -> r.string("kind").equals(Optional.of("intent")))
                .map(r -> r.string("id"))
                .toList();
        var outcomes = records.stream()
                .filter(r -> r.string("kind").equals(Optional.of("outcome")))
                .map(r -> r.string("intent"))
                .toList();
        assertThat(outcomes).containsExactlyInAnyOrderElementsOf(intents);
        assertThat(records)
                .noneMatch(r -> r.text().contains("shop-secret") || r.text().contains("Erin Example"));
    }
}
