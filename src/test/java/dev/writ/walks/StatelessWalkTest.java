package dev.writ.walks;

import static dev.writ.walks.StatelessClient.ALL;
import static dev.writ.walks.StatelessClient.NONE;
import static dev.writ.walks.StatelessStage.ASKING;
import static dev.writ.walks.StatelessStage.POLICY;
import static dev.writ.walks.StatelessStage.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.peers.Eventually;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A client without sessions, before servers of both eras, and a look into the ledger. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatelessWalkTest {
    private static final String NAMED = "{\"user_name\":{\"action\":\"accept\",\"content\":{\"name\":\"Kim\"}}}";
    private static final String ELICITING = "test_input_required_result_elicitation";
    private StatelessStage stage;
    private int before;
    private long calls;
    private boolean changed;

    @BeforeAll
    void start(@TempDir Path data) {
        stage = StatelessStage.start(data);
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    @BeforeEach
    void look() {
        before = stage.product.records().size();
        calls = stage.fixture.heard().calls();
    }

    private void publish(String policy) {
        changed = true;
        stage.product.publish(policy);
    }

    @AfterEach
    void restore() {
        if (changed) stage.product.publish(POLICY + ASKING);
        changed = false;
    }

    /** The calls of this test that have reached the server. */
    private long calls() {
        return stage.fixture.heard().calls() - calls;
    }

    private List<Json.Obj> records(String kind, String action) {
        return stage.product.records().stream()
                .skip(before)
                .filter(record -> record.string("kind").equals(Optional.of(kind)))
                .filter(record -> record.object("action")
                        .flatMap(about -> about.string("kind"))
                        .equals(Optional.of(action)))
                .toList();
    }

    @Test
    void discoverNamesWhatThisCallerMayHaveInOurWords() {
        try (var client = stage.client()) {
            var result = client.ask("server/discover", NONE, NONE).result();
            assertThat(result.strings("supportedVersions")).contains("2026-07-28", "2025-11-25");
            assertThat(result.string("cacheScope")).hasValue("private");
            assertThat(result.integer("ttlMs")).hasValue(0L);
            assertThat(result.string("resultType")).hasValue("complete");
            assertThat(result.object("capabilities").orElseThrow().members())
                    .containsOnlyKeys("tools", "prompts", "resources", "completions");
            assertThat(result.object("_meta")
                            .flatMap(meta -> meta.object("io.modelcontextprotocol/serverInfo"))
                            .flatMap(info -> info.string("name")))
                    .as("the registered name, not the server's claim")
                    .hasValue("fixture");
        }
    }

    @Test
    void aListHoldsWhatTheCallerMaySeeAndACallGoesThroughOnce() {
        try (var client = stage.client()) {
            var tools = client.ask("tools/list", NONE, NONE).result();
            assertThat(tools.text()).contains("test_simple_text").doesNotContain("test_image_content");
            assertThat(tools.string("cacheScope")).hasValue("private");
            assertThat(client.call("test_simple_text", "{}").text()).contains("simple text response");
            assertThat(calls()).isOne();
            assertThat(records("intent", "call-tool")).hasSize(1);
            var outcome = stage.product.lastOf("outcome");
            assertThat(outcome.string("status")).hasValue("done");
        }
    }

    @Test
    void whatReachesAServerIsOursAndSaysNothingOfTheClient() {
        try (var client = stage.client()) {
            var meta = StatelessClient.meta(
                    "{\"sampling\":{},\"extensions\":{\"x/y\":{}}}",
                    "{\"progressToken\":\"mine\",\"com.example/kept\":1,\"traceparent\":\"00-a-b-01\"}");
            var params = StatelessClient.params("test_custom_headers", "{\"tenant\":\"ä\",\"count\":7}", "");
            var headers = List.of(
                    "mcp-protocol-version",
                    "2026-07-28",
                    "mcp-method",
                    "tools/call",
                    "mcp-name",
                    "=?base64?dGVzdF9jdXN0b21faGVhZGVycw==?=",
                    "mcp-param-tenant",
                    "=?base64?w6Q=?=",
                    "mcp-param-count",
                    "7.0",
                    "mcp-param-unknown",
                    "stays here");
            var reply = client.post(
                    StatelessClient.body("\"my id\"", "tools/call", params, meta), headers.toArray(String[]::new));
            assertThat(reply.json().get("id")).hasValue(Json.of("my id"));
            assertThat(reply.code()).isZero();
            var sent = stage.fixture.heard().entries().stream()
                    .filter(entry -> entry.message().text().contains("tools/call"))
                    .reduce((_, later) -> later)
                    .orElseThrow();
            assertThat(sent.headers().first("mcp-param-tenant")).hasValue("=?base64?w6Q=?=");
            assertThat(sent.headers().first("mcp-param-count")).hasValue("7");
            assertThat(sent.headers().has("mcp-param-unknown")).isFalse();
            assertThat(sent.headers().has("authorization"))
                    .as("the client's key")
                    .isFalse();
            assertThat(sent.message().text())
                    .contains("\"com.example/kept\":1", "\"name\":\"writ\"", "{\"sampling\":{}}")
                    .doesNotContain("mine", "my id", "traceparent", "extensions");
        }
    }

    @Test
    void progressComesUnderTheClientsOwnTokenAndTheLogOnlyWhenAskedFor() {
        try (var client = stage.client()) {
            var meta = StatelessClient.meta(NONE, "{\"progressToken\":\"tok\"}");
            var said = client.ask("tools/call", StatelessClient.params("test_tool_with_progress", "{}", ""), meta)
                    .messages();
            assertThat(said).hasSizeGreaterThan(2);
            for (var message : said.subList(0, said.size() - 1))
                assertThat(message.object("params").flatMap(params -> params.string("progressToken")))
                        .hasValue("tok");
            assertThat(client.call("test_logging_tool", "{}").body()).doesNotContain("notifications/message");
            var loud = StatelessClient.meta(NONE, "{\"io.modelcontextprotocol/logLevel\":\"debug\"}");
            assertThat(client.ask("tools/call", StatelessClient.params("test_logging_tool", "{}", ""), loud)
                            .body())
                    .contains("notifications/message");
        }
    }

    @Test
    void roundsFollowEachOtherAndEachIsDecidedAndRecorded() {
        try (var client = stage.client()) {
            var tool = "test_input_required_result_multi_round";
            var first = client.call(tool, "{}").result();
            assertThat(first.string("resultType")).hasValue("input_required");
            assertThat(first.get("ttlMs")).isEmpty();
            var second = client.again(
                            tool,
                            "{}",
                            first.string("requestState").orElseThrow(),
                            "{\"step1\":{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}}")
                    .result();
            assertThat(second.text()).contains("step2");
            var last = client.again(
                    tool,
                    "{}",
                    second.string("requestState").orElseThrow(),
                    "{\"step2\":{\"action\":\"accept\",\"content\":{\"color\":\"blue\"}}}");
            assertThat(last.text()).contains("Ada likes blue");
            assertThat(records("intent", "call-tool")).hasSize(3);
            assertThat(records("intent", "answer-server")).hasSize(2);
            assertThat(first.text())
                    .as("the server's own state stays inside our seal")
                    .doesNotContain("first");
        }
    }

    @Test
    void aYesToOneRoundIsNoneToTheNext() {
        publish(POLICY.replace(
                        "forbid (principal, action == Writ::Action::\"call:fixture/test_image_content\", resource);",
                        "forbid (principal, action == Writ::Action::\"call:fixture/" + ELICITING
                                + "\", resource) unless { context.approvals.contains(Writ::Group::\"finance-leads\") };")
                + ASKING);
        try (var client = stage.client()) {
            var pending = client.call(ELICITING, "{}");
            assertThat(pending.text()).startsWith("PENDING");
            stage.product.approveAs(stage.product.dana, McpClient.approval(pending.json()));
            var asked = client.call(ELICITING, "{}").result();
            var state = asked.string("requestState").orElseThrow();
            long reached = calls();

            var second = client.again(ELICITING, "{}", state, NAMED);
            assertThat(second.text()).as("with answers it is another action").startsWith("PENDING");
            assertThat(calls()).isEqualTo(reached);
            stage.product.approveAs(stage.product.dana, McpClient.approval(second.json()));
            var other = NAMED.replace("Kim", "Eve");
            assertThat(client.again(ELICITING, "{}", state, other).text())
                    .as("the yes was to other answers")
                    .startsWith("PENDING");
            assertThat(client.again(ELICITING, "{}", state, NAMED).text()).contains("Hello, Kim!");
        }
    }

    @Test
    void aServerMayAskNothingOfAClientUnlessPolicySaysSo() {
        publish(POLICY);
        try (var client = stage.client()) {
            var denied = client.call(ELICITING, "{}");
            assertThat(denied.status()).isEqualTo(200);
            assertThat(denied.text())
                    .startsWith("DENIED " + ELICITING + ": its server may not ask for elicitation/create");
            assertThat(denied.result().get("requestState")).isEmpty();
            assertThat(denied.body()).doesNotContain("What is your name?");
            assertThat(records("refusal", "answer-server")).hasSize(1);
            assertThat(client.ask("prompts/get", "{\"name\":\"test_input_required_result_prompt\"}", ALL)
                            .json()
                            .object("error")
                            .flatMap(error -> error.string("message"))
                            .orElseThrow())
                    .contains("may not ask");
        }
    }

    @Test
    void decisionsAreToldInBandAndHiddenIsLikeAbsent() {
        try (var client = stage.client()) {
            var hidden = client.call("test_image_content", "{}");
            var absent = client.call("no_such_tool", "{}");
            assertThat(hidden.code()).isEqualTo(-32602);
            assertThat(hidden.status()).isEqualTo(200);
            assertThat(hidden.body().replace("test_image_content", "X"))
                    .isEqualTo(absent.body().replace("no_such_tool", "X"));
            var binary = client.ask("resources/read", "{\"uri\":\"test://static-binary\"}", NONE);
            var nothing = client.ask("resources/read", "{\"uri\":\"test://not-there\"}", NONE);
            assertThat(binary.code()).isEqualTo(-32602);
            assertThat(nothing.code()).isEqualTo(-32602);
            assertThat(binary.json()
                            .object("error")
                            .flatMap(e -> e.object("data"))
                            .flatMap(d -> d.string("uri")))
                    .hasValue("test://static-binary");
            assertThat(client.ask("resources/list", NONE, NONE).body())
                    .contains("static-text")
                    .doesNotContain("static-binary");
            assertThat(calls()).isZero();
        }
    }

    @Test
    void aServerThatIsNotThereIsNowhereForEveryMethod() {
        var key = stage.key();
        for (var method : List.of("server/discover", "tools/list", "subscriptions/listen"))
            for (var name : List.of("nowhere", "hidden"))
                try (var client = stage.client(key, new dev.writ.base.Name(name))) {
                    var reply = client.ask(method, "{\"notifications\":{}}", NONE);
                    assertThat(reply.status()).as(method).isEqualTo(404);
                    assertThat(reply.body()).contains("no such MCP server");
                }
    }

    @Test
    void aServerThatPolicyHidesLaterIsGoneAtOnce() {
        try (var client = stage.client()) {
            assertThat(client.call("test_simple_text", "{}").code()).isZero();
            publish(Product.DEMO_POLICY);
            long requests = stage.fixture.heard().requests();
            assertThat(client.call("test_simple_text", "{}").status()).isEqualTo(404);
            assertThat(client.ask("tools/list", NONE, NONE).status()).isEqualTo(404);
            assertThat(stage.fixture.heard().requests()).isEqualTo(requests);
        }
    }

    @Test
    void aClientWithoutSessionsUsesAServerWithThem() {
        try (var client = stage.client(stage.key(), Product.SHOP)) {
            var tools = client.ask("tools/list", NONE, NONE).result();
            assertThat(tools.text()).contains("get_order").doesNotContain("delete_customer");
            assertThat(tools.string("resultType")).hasValue("complete");
            assertThat(tools.integer("ttlMs")).hasValue(0L);
            var order = client.call("get_order", "{\"order\":\"1001\"}");
            assertThat(order.result().string("resultType")).hasValue("complete");
            assertThat(order.result().bool("isError").orElse(false)).isFalse();
            var pending = client.call("create_refund", "{\"order\":\"1001\",\"amount\":900,\"currency\":\"EUR\"}");
            assertThat(pending.text()).startsWith("PENDING");
            assertThat(pending.result().string("resultType")).hasValue("complete");
            assertThat(client.call("get_order", "{\"order\":7}").text()).startsWith("DENIED get_order");
            assertThat(client.ask("prompts/list", NONE, NONE).status())
                    .as("what the server does not offer is a method that is not there")
                    .isEqualTo(404);
        }
    }

    @Test
    void aClientWithASessionUsesAServerWithoutAsFarAsNoBridgeIsNeeded() {
        var key = stage.key();
        try (var client = McpClient.to(stage.product.wiring.url() + "/mcp/" + SERVER, key)) {
            var opened = client.initialize().object("result").orElseThrow();
            assertThat(opened.string("protocolVersion")).hasValue("2025-06-18");
            assertThat(opened.object("capabilities").orElseThrow().text()).doesNotContain("subscribe", "logging");
            assertThat(client.toolNames()).contains("test_simple_text").doesNotContain("test_image_content");
            assertThat(McpClient.text(client.call("test_simple_text", "{}"))).contains("simple text response");
            var asked = client.call(ELICITING, "{}");
            assertThat(McpClient.isError(asked)).isTrue();
            assertThat(McpClient.text(asked)).contains("FAILED", "a client of this revision of MCP");
            assertThat(asked.text()).doesNotContain("What is your name?");
            var level = client.ask(
                    "logging/setLevel", Json.object().put("level", "info").build());
            assertThat(level.object("error").flatMap(error -> error.integer("code")))
                    .hasValue(-32601L);
            assertThat(client.ask("tools/call", (Json.Obj) dev.writ.base.JsonReader.read(
                                    StatelessClient.params(ELICITING, "{}", ",\"inputResponses\":" + NAMED)))
                            .object("error")
                            .flatMap(error -> error.integer("code")))
                    .as("answers of the other era, that nothing decided on")
                    .hasValue(-32602L);
        }
    }

    @Test
    void leavingCancelsTheCallAtItsServer() {
        long cancelled = stage.fixture.heard().cancellations();
        try (var client = stage.client()) {
            var params = StatelessClient.params("test_long_running", "{\"steps\":1000}", "");
            var begun = client.begin(
                    StatelessClient.body("1", "tools/call", params, StatelessClient.meta(NONE, NONE)),
                    StatelessClient.headers("tools/call", params));
            Eventually.that("the call arrives", () -> calls() == 1);
            begun.cancel(true);
            Eventually.that(
                    "the server hears of it", () -> stage.fixture.heard().cancellations() == cancelled + 1);
            Eventually.that(
                    "the record says so",
                    () -> stage.product.lastOf("outcome").string("status").equals(Optional.of("cut")));
        }
    }

    @Test
    void revocationCutsACallAndIsToldAtEveryOtherOne() {
        var task = stage.product.open(Product.TaskSpec.SUPPORT.on(SERVER));
        try (var client = stage.client(stage.product.key(Product.BOT, task))) {
            assertThat(client.call("test_simple_text", "{}").code()).isZero();
            var params = StatelessClient.params("test_long_running", "{\"steps\":1000}", "");
            var begun = client.begin(
                    StatelessClient.body("1", "tools/call", params, StatelessClient.meta(NONE, NONE)),
                    StatelessClient.headers("tools/call", params));
            Eventually.that("the call arrives", () -> calls() == 2);
            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "enough");
            assertThat(begun.join().statusCode()).isEqualTo(200);
            assertThat(begun.join().body()).contains("REVOKED by Olga Owner");
            long requests = stage.fixture.heard().requests();
            assertThat(client.call("test_simple_text", "{}").text()).startsWith("REVOKED");
            assertThat(client.ask("tools/list", NONE, NONE)
                            .result()
                            .array("tools")
                            .orElseThrow()
                            .items())
                    .isEmpty();
            var discovered = client.ask("server/discover", NONE, NONE).result();
            assertThat(discovered.object("capabilities").orElseThrow().members().keySet())
                    .isEqualTo(Set.of("tools"));
            assertThat(stage.fixture.heard().requests()).isEqualTo(requests);
        }
    }
}
