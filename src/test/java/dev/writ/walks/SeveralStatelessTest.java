package dev.writ.walks;

import static dev.writ.peers.ScriptedServer.answer;
import static dev.writ.walks.Product.SHOP;
import static dev.writ.walks.SeveralStage.GONE;
import static dev.writ.walks.SeveralStage.ODD;
import static dev.writ.walks.SeveralStage.ONE;
import static dev.writ.walks.SeveralStage.TWO;
import static dev.writ.walks.StatelessClient.ALL;
import static dev.writ.walks.StatelessClient.NONE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.fixture.Eras;
import dev.writ.fixture.Fixture;
import dev.writ.peers.Eventually;
import dev.writ.peers.PeerStage;
import dev.writ.registry.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code /mcp} for clients of 2026-07-28: servers of both eras under one address, each decided as on its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralStatelessTest {
    private static final String ROUNDS = "test_input_required_result_request_state";
    private static final String YES = "{\"confirm\":{\"action\":\"accept\",\"content\":{\"ok\":true}}}";

    private SeveralStage stage;

    @BeforeAll
    void start(@TempDir Path data) {
        stage = new SeveralStage(data);
        stage.odd.calls = (message, sink) -> sink.send(
                answer(message, "{\"content\":[{\"type\":\"resource_link\",\"uri\":\"memo:1\",\"name\":\"m\"}]}"));
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    private static List<String> names(StatelessClient.Reply reply) {
        return reply.result().array("tools").orElseThrow().items().stream()
                .map(tool -> ((Json.Obj) tool).string("name").orElseThrow())
                .toList();
    }

    private void assertRefused(String kind, String target) {
        var action = stage.product.lastOf("refusal").object("action").orElseThrow();
        assertThat(action.string("kind")).hasValue(kind);
        assertThat(action.string("target")).hasValue(target);
    }

    @Test
    void whatTheServersHaveIsDiscoveredTogetherAndIsOurs() {
        try (var client = stage.client(ONE, ODD, SHOP, GONE)) {
            var result = client.ask("server/discover", NONE, NONE).result();
            assertThat(result.strings("supportedVersions")).startsWith("2026-07-28", "2025-11-25");
            assertThat(result.object("capabilities").orElseThrow().members().keySet())
                    .containsExactlyInAnyOrder("tools", "prompts", "resources", "completions");
            assertThat(result.string("resultType")).hasValue("complete");
            assertThat(result.string("cacheScope")).hasValue("private");
            assertThat(result.object("_meta").orElseThrow().text()).contains("\"name\":\"writ\"");
        }
        try (var client = stage.client(ODD)) {
            assertThat(client.ask("server/discover", NONE, NONE)
                            .result()
                            .object("capabilities")
                            .orElseThrow()
                            .members()
                            .keySet())
                    .as("what no server has is not there")
                    .containsExactlyInAnyOrder("tools", "resources");
        }
    }

    @Test
    void toolsOfBothErasAreListedAndCalledUnderTheirServersNames() {
        try (var client = stage.client(ONE, TWO, ODD, SHOP, GONE)) {
            var listed = client.ask("tools/list", NONE, NONE);
            assertThat(listed.result().get("nextCursor")).isEmpty();
            assertThat(listed.result().string("cacheScope")).hasValue("private");
            var names = names(listed);
            assertThat(names)
                    .isSorted()
                    .contains("one__test_simple_text", "two__test_image_content", "odd__work", "shop__get_order")
                    .doesNotContain("one__test_image_content", "shop__delete_customer")
                    .allMatch(name -> name.length() <= 64)
                    .noneMatch(name -> name.startsWith("gone__"));
            assertThat(client.call("one__test_simple_text", "{}").text()).contains("simple text");
            assertThat(client.call("shop__get_order", "{\"order\":\"1001\"}").text())
                    .contains("1001");
            var odd = client.call("odd__work", "{}");
            assertThat(odd.body()).contains("writ:odd/memo:1");
            assertThat(odd.result().string("resultType")).hasValue("complete");
            assertThat(odd.result().object("_meta").orElseThrow().text()).contains("\"name\":\"writ\"");
            assertThat(stage.product.records().stream()
                            .filter(record -> record.string("kind").equals(Optional.of("intent")))
                            .flatMap(record -> record.object("action").stream())
                            .flatMap(action -> action.string("target").stream()))
                    .contains("one/test_simple_text", "shop/get_order", "odd/work");
        }
    }

    @Test
    void whatIsHiddenAbsentDownOrNobodysReachesNoServer() {
        try (var client = stage.client(ONE, ODD, SHOP, GONE)) {
            assertThat(client.call("one__test_simple_text", "{}").code()).isZero();
            long before = stage.one.heard().requests();
            for (var name : List.of(
                    "one__test_image_content",
                    "one__nothing",
                    "two__test_simple_text",
                    "test_simple_text",
                    "ONE__test_simple_text",
                    "odd__one__test_simple_text",
                    "__x")) {
                var reply = client.call(name, "{}");
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.json().object("error").orElseThrow().text())
                        .isEqualTo("{\"code\":-32602,\"message\":\"Unknown tool: " + name + "\"}");
            }
            assertThat(stage.product.lastOf("refusal").string("reason")).hasValue("absent");
            assertThat(client.ask("prompts/get", "{\"name\":\"odd__p\"}", NONE)
                            .json()
                            .text())
                    .contains("Unknown prompt: odd__p");
            assertThat(client.ask("resources/read", "{\"uri\":\"memo:1\"}", NONE)
                            .code())
                    .isEqualTo(-32602);
            assertThat(client.call("gone__work", "{}").text()).startsWith("TEMPORARILY BLOCKED");
            assertThat(stage.one.heard().requests()).isEqualTo(before);
        }
    }

    @Test
    void headersAreHeldAgainstTheNamesThatTheClientKnows() {
        try (var client = stage.client(ONE, ODD)) {
            assertThat(client.call("one__test_simple_text", "{}").code()).isZero();
            long before = stage.one.heard().requests();
            var params = StatelessClient.params("one__test_simple_text", "{}", "");
            var body = StatelessClient.body("7", "tools/call", params, StatelessClient.meta(NONE, NONE));
            for (var name : List.of("test_simple_text", "two__test_simple_text", "")) {
                var headers = StatelessClient.headers("tools/call", "{\"name\":\"" + name + "\"}");
                var reply = client.post(body, headers);
                assertThat(reply.status()).isEqualTo(400);
                assertThat(reply.code()).isEqualTo(-32020);
                assertRefused("unmapped", "mcp/header");
            }
            var custom = StatelessClient.params("one__test_custom_headers", "{\"tenant\":\"a\"}", "");
            var reply = client.post(
                    StatelessClient.body("8", "tools/call", custom, StatelessClient.meta(NONE, NONE)),
                    "mcp-protocol-version",
                    "2026-07-28",
                    "mcp-method",
                    "tools/call",
                    "mcp-name",
                    "one__test_custom_headers",
                    "mcp-param-tenant",
                    "b");
            assertThat(reply.code()).isEqualTo(-32020);
            assertRefused("unmapped", "one/header");
            assertThat(stage.one.heard().requests()).isEqualTo(before);
        }
    }

    @Test
    void aRequestThatIsMalformedIsOnRecord() {
        try (var client = stage.client(ONE, ODD)) {
            for (var wrong : List.of(
                    "tools/call|{\"name\":7}", "resources/read|{}", "tools/list|{\"cursor\":7}", "prompts/get|{}")) {
                var method = wrong.substring(0, wrong.indexOf('|'));
                var params = wrong.substring(wrong.indexOf('|') + 1);
                assertThat(client.ask(method, params, NONE).code()).as(wrong).isEqualTo(-32602);
                assertRefused("unmapped", "mcp/" + method);
            }
            assertThat(client.ask("initialize", NONE, NONE).status()).isEqualTo(404);
            assertRefused("unmapped", "mcp/method");
        }
    }

    @Test
    void aStateIsGoodForTheServerThatItCameFromAndDecidedAnewEachRound() {
        try (var client = stage.client(ONE, TWO, ODD)) {
            var tool = "one__" + ROUNDS;
            var state = client.call(tool, "{}").result().string("requestState").orElseThrow();
            long others = stage.two.heard().calls(ROUNDS);
            assertThat(client.again("two__" + ROUNDS, "{}", state, YES).code())
                    .as("the same tool of another server")
                    .isEqualTo(-32602);
            assertRefused("call-tool", "two/" + ROUNDS);
            assertThat(client.again(tool, "{\"a\":1}", state, YES).code()).isEqualTo(-32602);
            assertThat(client.again(tool, "{}", state.substring(1), YES).code()).isEqualTo(-32602);
            try (var thief = stage.client(ONE, TWO, ODD)) {
                assertThat(thief.again(tool, "{}", state, YES).code()).isEqualTo(-32602);
            }
            assertThat(stage.two.heard().calls(ROUNDS)).isEqualTo(others);
            assertThat(stage.one.heard().calls(ROUNDS)).isEqualTo(1);

            stage.publish("@id(\"not-now\") forbid (principal, action == Writ::Action::\"call:one/" + ROUNDS
                    + "\", resource);");
            assertThat(client.again(tool, "{}", state, YES).code())
                    .as("hidden meanwhile, like any tool")
                    .isEqualTo(-32602);
            assertThat(stage.one.heard().calls(ROUNDS)).isEqualTo(1);
            stage.publish("");
            assertThat(client.again(tool, "{}", state, YES).text()).contains("state-ok");
        } finally {
            stage.publish("");
        }
    }

    private static List<String> uris(StatelessClient.Reply reply) {
        return reply.result().array("resources").orElseThrow().items().stream()
                .map(item -> ((Json.Obj) item).string("uri").orElseThrow())
                .toList();
    }

    @Test
    void aLongListComesInPagesOnceEachInOrder() {
        try (var client = stage.client(ONE, ODD, GONE)) {
            var all = new ArrayList<String>();
            var sizes = new ArrayList<Integer>();
            var cursor = Optional.<String>empty();
            do {
                var params = Json.object().put("cursor", cursor).build().text();
                var page = client.ask("resources/list", params, NONE);
                sizes.add(uris(page).size());
                all.addAll(uris(page));
                cursor = page.result().string("nextCursor");
            } while (cursor.isPresent());
            assertThat(sizes).hasSize(2).startsWith(500);
            assertThat(all).isSorted().doesNotHaveDuplicates();
            assertThat(all.stream().filter(uri -> uri.startsWith("writ:odd/memo:")))
                    .as("three pages of the server, but for what it lists twice")
                    .hasSize(SeveralStage.RESOURCES);
            assertThat(all).contains("writ:one/test://static-text").doesNotContain("writ:odd/memo:twice");
        }
    }

    @Test
    void aCursorIsItsOwnersAndOfItsServers() {
        var task = stage.product.open(Product.TaskSpec.SUPPORT.on(ONE, ODD));
        try (var client = stage.client(stage.product.key(Product.BOT, task));
                var sameTask = stage.client(stage.product.key(Product.BOT, task));
                var otherTask = stage.client(ONE, ODD)) {
            var cursor = client.ask("resources/list", NONE, NONE)
                    .result()
                    .string("nextCursor")
                    .orElseThrow();
            var params = Json.object().put("cursor", cursor).build().text();
            int before = stage.odd.heard("resources/list").size();
            var seen = new HashSet<Long>();
            seen.add(sameTask.ask("resources/list", params, NONE).code());
            seen.add(otherTask.ask("resources/list", params, NONE).code());
            seen.add(client.ask("tools/list", params, NONE).code());
            for (var changed : List.of("", "x", cursor.substring(1), cursor + "A", flipped(cursor))) {
                var bad = Json.object().put("cursor", changed).build().text();
                seen.add(client.ask("resources/list", bad, NONE).code());
            }
            assertThat(seen).containsExactly(-32602L);
            assertRefused("unmapped", "mcp/resources/list");
            assertThat(stage.odd.heard("resources/list")).hasSize(before);

            stage.publish(
                    "@id(\"no-one\") forbid (principal, action == Writ::Action::\"server:discover\", resource == Writ::McpServer::\"one\");");
            assertThat(client.ask("resources/list", params, NONE).code())
                    .as("the servers are others now")
                    .isEqualTo(-32602);
            stage.publish("");
            assertThat(uris(client.ask("resources/list", params, NONE))).isNotEmpty();
        } finally {
            stage.publish("");
        }
    }

    private static String flipped(String cursor) {
        return cursor.substring(0, 40) + (cursor.charAt(40) == 'A' ? 'B' : 'A') + cursor.substring(41);
    }

    /** 28: a server whose name is what another, longer name is cut to. */
    @Test
    void serversWhoseNamesLookAlikeAreBothNotThere() {
        var longName = "n".repeat(63);
        var hash = Digest.of(longName.getBytes(UTF_8)).toString().substring(0, 8);
        var real = new Name(longName);
        var twin = new Name("n".repeat(31) + "-" + hash);
        for (var name : List.of(real, twin)) stage.product.addServer(name, stage.odd.url(), "x");
        stage.publish(
                "@id(\"alike\") permit (principal, action in [Writ::Action::\"server:discover\", Writ::Action::\"tool:call\"],"
                        + " resource) when { resource in Writ::McpServer::\"" + real
                        + "\" || resource in Writ::McpServer::\""
                        + twin + "\" };");
        try (var both = stage.client(real, twin, ODD);
                var alone = stage.client(real, ODD)) {
            var shown = twin + "__work";
            assertThat(names(alone.ask("tools/list", NONE, NONE))).containsExactly(shown, "odd__work");
            assertThat(alone.call(shown, "{}").code()).isZero();
            int before = stage.odd.heard("tools/call").size();
            assertThat(names(both.ask("tools/list", NONE, NONE))).containsExactly("odd__work");
            assertThat(both.call(shown, "{}").json().text()).contains("Unknown tool: " + shown);
            assertThat(stage.odd.heard("tools/call")).hasSize(before);
        } finally {
            stage.publish("");
        }
    }

    @Test
    void revocationIsToldAtTheNextCallAndLeavesEmptyLists() {
        var task = stage.product.open(Product.TaskSpec.SUPPORT.on(ONE, ODD));
        try (var client = stage.client(stage.product.key(Product.BOT, task))) {
            assertThat(client.call("odd__work", "{}").code()).isZero();
            int before = stage.odd.heard("tools/call").size();
            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "stop");
            assertThat(client.call("odd__work", "{}").text()).startsWith("REVOKED by Olga Owner");
            assertThat(names(client.ask("tools/list", NONE, NONE))).isEmpty();
            assertRefused("list", "mcp/tools/list");
            assertThat(client.ask("server/discover", NONE, NONE)
                            .result()
                            .object("capabilities")
                            .orElseThrow()
                            .text())
                    .isEqualTo("{\"tools\":{}}");
            assertThat(stage.odd.heard("tools/call")).hasSize(before);
        }
        try (var nobody = stage.client("")) {
            assertThat(nobody.ask("tools/list", NONE, ALL).status()).isEqualTo(401);
        }
    }

    private static Json.Obj params(Optional<Json.Obj> message) {
        return message.flatMap(m -> m.object("params")).orElseThrow(() -> new AssertionError("no params: " + message));
    }

    private static void assertTold(StatelessClient.Events events, String method) {
        var next = events.next();
        assertThat(next.flatMap(message -> message.string("method"))).hasValue("notifications/" + method);
        assertThat(params(next).text()).contains("\"io.modelcontextprotocol/subscriptionId\":\"sub-1\"");
    }

    @Test
    void oneSubscriptionHearsSeveralServersAndOutlivesOneOfThem() {
        var leaving = Fixture.start(Eras.MODERN);
        var brief = new Name("brief");
        stage.stage.register(brief, new Transport.Http(URI.create(leaving.url())), _ -> PeerStage.reading());
        stage.publish(
                "@id(\"brief\") permit (principal, action in [Writ::Action::\"server:discover\", Writ::Action::\"tool:call\"],"
                        + " resource) when { resource in Writ::McpServer::\"brief\" };");
        var task = stage.product.open(Product.TaskSpec.SUPPORT.on(ONE, TWO, ODD, brief, GONE));
        try (var client = stage.client(stage.product.key(Product.BOT, task));
                var events = client.listen(
                        "{\"toolsListChanged\":true,\"promptsListChanged\":true,\"resourceSubscriptions\":["
                                + "\"writ:one/test://watched-resource\",\"test://watched-resource\",\"writ:nowhere/test://watched-resource\"]}")) {
            var first = events.next();
            assertThat(first.flatMap(m -> m.string("method"))).hasValue("notifications/subscriptions/acknowledged");
            assertThat(params(first).object("notifications").orElseThrow().text())
                    .isEqualTo("{\"toolsListChanged\":true,\"promptsListChanged\":true,"
                            + "\"resourceSubscriptions\":[\"writ:one/test://watched-resource\"]}");
            client.call("two__test_trigger_resource_change", "{}");
            client.call("one__test_trigger_resource_change", "{}");
            var updated = events.next();
            assertThat(params(updated).string("uri")).hasValue("writ:one/test://watched-resource");
            client.call("two__test_trigger_prompt_change", "{}");
            assertTold(events, "prompts/list_changed");
            leaving.close();
            assertTold(events, "prompts/list_changed");
            assertTold(events, "tools/list_changed");
            client.call("one__test_trigger_prompt_change", "{}");
            assertTold(events, "prompts/list_changed");

            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "enough");
            var last = events.next().orElseThrow();
            assertThat(last.get("id")).hasValue(Json.of("sub-1"));
            assertThat(events.next()).isEmpty();
        } finally {
            stage.publish("");
        }
        Eventually.that("the servers hear of the end", () -> stage.one.listening() == 0 && stage.two.listening() == 0);
    }
}
