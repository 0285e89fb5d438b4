package dev.writ.attacks;

import static dev.writ.walks.StatelessClient.ALL;
import static dev.writ.walks.StatelessClient.NONE;
import static dev.writ.walks.StatelessStage.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import dev.writ.walks.StatelessClient;
import dev.writ.walks.StatelessStage;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks 1, 2, 4, 5, 6 and 13 on the era without sessions: each is answered as the revision has it, is on record, and
 * the server has received no byte of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatelessTest {
    private static final String TOOL = "test_input_required_result_request_state";
    private static final String YES = "{\"confirm\":{\"action\":\"accept\",\"content\":{\"ok\":true}}}";
    private StatelessStage stage;
    private StatelessClient client;
    private long requests;
    private int records;
    private long repeated;

    @BeforeAll
    void start(@TempDir Path data) {
        stage = StatelessStage.start(data);
        client = stage.client();
        // The way to the server is open before anything is counted.
        assertThat(client.call("test_simple_text", "{}").code()).isZero();
    }

    @AfterAll
    void stop() {
        client.close();
        stage.close();
    }

    @BeforeEach
    void count() {
        requests = stage.fixture.heard().requests();
        records = stage.product.records().size();
        repeated = repeated();
    }

    private long repeated() {
        return stage.product.parts().guard().turnedAway(Product.TENANT).folded();
    }

    private void assertRefused(String kind) {
        assertThat(stage.fixture.heard().requests())
                .as("requests at the server")
                .isEqualTo(requests);
        // The same refusal again is counted onto the record of the first.
        if (repeated() > repeated) return;
        var last = stage.product.records();
        assertThat(last.subList(records, last.size())).anySatisfy(record -> {
            assertThat(record.string("kind")).hasValue("refusal");
            assertThat(record.object("action").flatMap(action -> action.string("kind")))
                    .hasValue(kind);
        });
    }

    private static String call(Json.Obj meta) {
        return StatelessClient.body("7", "tools/call", StatelessClient.params("test_simple_text", "{}", ""), meta);
    }

    private static String[] headers(String... changes) {
        var all = new ArrayList<>(List.of(
                "mcp-protocol-version", "2026-07-28", "mcp-method", "tools/call", "mcp-name", "test_simple_text"));
        for (int i = 0; i < changes.length; i += 2) {
            int at = all.indexOf(changes[i]);
            if (at >= 0) {
                all.remove(at);
                all.remove(at);
            }
            if (!changes[i + 1].isEmpty()) all.addAll(List.of(changes[i], changes[i + 1]));
        }
        return all.toArray(String[]::new);
    }

    /** 4: a header that says something else than the body. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "mcp-protocol-version|''",
                "mcp-protocol-version|2025-11-25",
                "mcp-method|''",
                "mcp-method|tools/list",
                "mcp-method|TOOLS/CALL",
                "mcp-name|''",
                "mcp-name|test_image_content",
                "mcp-name|=?base64?dGVzdF9zaW1wbGVfdGV4dA?=",
                "mcp-name|=?base64?dGVzdF9zaW1wbGVfdGV4dA0KbWNwLW5hbWU6IHg=?=",
            })
    void aHeaderThatIsNotTheBodyIsRefused(String header, String value) {
        var reply = client.post(call(StatelessClient.meta(NONE, NONE)), headers(header, value));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32020);
        assertThat(reply.json().get("id")).hasValue(Json.of(7));
        assertRefused("unmapped");
    }

    @Test
    void twoHeadersOfOneNameAreAsGoodAsNone() {
        var twice = new ArrayList<>(Arrays.asList(headers()));
        twice.addAll(List.of("mcp-name", "test_image_content"));
        var reply = client.post(call(StatelessClient.meta(NONE, NONE)), twice.toArray(String[]::new));
        assertThat(reply.code()).isEqualTo(-32020);
        assertRefused("unmapped");
    }

    /** 4: arguments in headers, against the pinned schema. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "mcp-param-tenant|b|{\"tenant\":\"a\"}",
                "mcp-param-other|a|{\"tenant\":\"a\"}",
                "mcp-param-tenant|a|{}",
                "mcp-param-tenant|a|{\"tenant\":null}",
                "mcp-param-count|8|{\"count\":7}",
                "mcp-param-dry-run|TRUE|{\"dry_run\":true}",
                "mcp-param-tenant|=?base64?YQ?=|{\"tenant\":\"a\"}",
            })
    void anArgumentThatItsHeaderDoesNotRepeatIsRefused(String header, String value, String arguments) {
        var params = StatelessClient.params("test_custom_headers", arguments, "");
        var reply = client.post(
                StatelessClient.body("7", "tools/call", params, StatelessClient.meta(NONE, NONE)),
                headers("mcp-name", "test_custom_headers", header, value));
        if (reply.text().startsWith("DENIED")) {
            // null breaks the tool's own schema before anything else could.
            assertThat(arguments).contains("null");
            assertRefused("call-tool");
            return;
        }
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32020);
        assertRefused("unmapped");
    }

    /** A hidden tool has no headers to be wrong about. */
    @Test
    void headersOfAHiddenToolAreNotHeldAgainstAnything() {
        var params = StatelessClient.params("test_image_content", "{\"tenant\":\"a\"}", "");
        var reply = client.post(
                StatelessClient.body("7", "tools/call", params, StatelessClient.meta(NONE, NONE)),
                headers("mcp-name", "test_image_content", "mcp-param-tenant", "b"));
        assertThat(reply.code()).isEqualTo(-32602);
        assertRefused("call-tool");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "resources/unsubscribe",
                "tasks/get",
                "sampling/createMessage",
                "Tools/List",
                "tools/listen",
                "unknown/method"
            })
    void aMethodThatTheRevisionHasNotIsNotThere(String method) {
        var reply = client.ask(method, "{\"uri\":\"test://static-text\"}", NONE);
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.code()).isEqualTo(-32601);
        assertThat(reply.json().get("id")).hasValue(Json.of(1));
        assertRefused("unmapped");
    }

    /** 1 and 2: what two readers would read in two ways. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":META,\"_meta\":META}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"Method\":\"tools/call\",\"method\":\"tools/list\",\"params\":{\"_meta\":META}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":META,\"requestſtate\":\"x\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":META,\"InputResponses\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\",\"params\":{\"_meta\":META}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\",\"params\":{\"_meta\":META}}",
                "{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"tools/list\",\"params\":{\"_meta\":META}}",
                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":META}}]",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[META]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":[]}}",
            })
    void aMessageThatCanBeReadInTwoWaysIsRefused(String body) {
        var text = body.replace("META", StatelessClient.meta(NONE, NONE).text());
        var reply = client.post(text, "mcp-protocol-version", "2026-07-28", "mcp-method", "tools/list");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isIn(-32600L, -32602L, -32700L);
        assertThat(stage.fixture.heard().requests()).isEqualTo(requests);
    }

    /** Two eras on one request: what it says of itself counts, and a session helps nobody. */
    @Test
    void twoErasOnOneRequestAreRefused() {
        try (var old = McpClient.to(stage.product.wiring.url() + "/mcp/" + SERVER, stage.key())) {
            old.initialize();
            var session = old.session().orElseThrow();
            requests = stage.fixture.heard().requests();
            var meta = StatelessClient.meta(NONE, NONE);
            var both =
                    client.post(call(meta), headers("mcp-session-id", session, "mcp-protocol-version", "2025-06-18"));
            assertThat(both.code()).isEqualTo(-32020);
            assertRefused("unmapped");
            var older = client.post(
                    call(meta).replace("2026-07-28", "2025-06-18"), headers("mcp-protocol-version", "2025-06-18"));
            assertThat(older.code()).isEqualTo(-32022);
            var bare = client.post(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}",
                    "mcp-protocol-version",
                    "2026-07-28",
                    "mcp-method",
                    "initialize");
            assertThat(bare.code()).isEqualTo(-32602);
            for (var method : List.of("GET", "DELETE")) {
                var reply = client.send(
                        method,
                        HttpRequest.BodyPublishers.noBody(),
                        "mcp-protocol-version",
                        "2026-07-28",
                        "mcp-session-id",
                        session);
                assertThat(reply.status()).isEqualTo(405);
            }
        }
    }

    @Test
    void noAnswerNamesASession() throws Exception {
        var answer = client.begin(
                        StatelessClient.body("1", "tools/list", NONE, StatelessClient.meta(NONE, NONE)),
                        StatelessClient.headers("tools/list", NONE))
                .get();
        assertThat(answer.headers().firstValue("mcp-session-id")).isEmpty();
        var notification = client.post(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"_meta\":"
                        + StatelessClient.meta(NONE, NONE).text() + "}}",
                "mcp-protocol-version",
                "2026-07-28");
        assertThat(notification.status()).isEqualTo(202);
        assertThat(notification.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/event-stream", "text/html"})
    void whoTakesNotBothFormsOfAnswerGetsNone(String accept) {
        var reply = client.post(call(StatelessClient.meta(NONE, NONE)), headers("accept", accept));
        assertThat(reply.status()).isEqualTo(406);
        assertThat(stage.fixture.heard().requests()).isEqualTo(requests);
    }

    /** 13: a state is good for its holder, its request, its time, as it was given. */
    @Test
    void aStateIsGoodForNothingButItsOwnRequest() {
        var state = client.call(TOOL, "{}").result().string("requestState").orElseThrow();
        count();
        var flipped = new ArrayList<String>();
        for (int at = 0; at < state.length(); at += 7)
            flipped.add(state.substring(0, at) + (state.charAt(at) == 'A' ? 'B' : 'A') + state.substring(at + 1));
        flipped.addAll(
                List.of("", "x", state + "-TAMPERED", state + "=", state.substring(1), "é", "A".repeat(600_000)));
        for (var forged : flipped) {
            var reply = client.again(TOOL, "{}", forged, YES);
            assertThat(reply.code()).as(forged.length() > 99 ? "" : forged).isEqualTo(-32602);
            assertThat(reply.status()).isEqualTo(200);
        }
        assertRefused("call-tool");
        assertThat(client.again("test_input_required_result_tampered_state", "{}", state, YES)
                        .code())
                .as("another tool")
                .isEqualTo(-32602);
        assertThat(client.again(TOOL, "{\"a\":1}", state, YES).code())
                .as("other arguments")
                .isEqualTo(-32602);
        var prompt = "{\"name\":\"" + TOOL + "\",\"requestState\":\"" + state + "\"}";
        assertThat(client.ask("prompts/get", prompt, ALL).code())
                .as("another method")
                .isEqualTo(-32602);
        try (var thief = stage.client()) {
            assertThat(thief.again(TOOL, "{}", state, YES).code())
                    .as("another task")
                    .isEqualTo(-32602);
        }
        assertThat(stage.fixture.heard().calls(TOOL)).isEqualTo(1);
        assertThat(client.again(TOOL, "{}", state, YES).text()).contains("state-ok");
    }

    /** What is no request of a known method is on record as that, whatever it brings. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "tools/call|{\"name\":\"test_simple_text\",\"inputResponses\":7}|inputResponses must be an object",
                "tools/call|{\"name\":\"test_simple_text\",\"requestState\":7}|requestState must be a string",
                "tools/call|{\"name\":\"test_simple_text\",\"arguments\":7}|arguments must be an object",
                "tools/call|{\"arguments\":{}}|name must be a string",
                "tools/call|{\"arguments\":{},\"requestState\":\"x\"}|requestState is not one that was given",
                "prompts/get|{\"requestState\":\"x\"}|requestState is not one that was given",
                "resources/read|{}|uri must be a string",
                "tools/list|{\"cursor\":\"x\"}|Invalid cursor",
                "completion/complete|{\"ref\":{\"type\":\"x\"}}|ref.type must be",
                "subscriptions/listen|{\"notifications\":7}|notifications must be a filter",
            })
    void aRequestThatIsMalformedIsOnRecord(String method, String params, String why) {
        try (var own = stage.client()) {
            assertThat(own.call("test_simple_text", "{}").code()).isZero();
            count();
            var reply = own.ask(method, params, NONE);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.code()).isEqualTo(-32602);
            assertThat(reply.body()).contains(why);
            var refusal = stage.product.lastOf("refusal");
            assertThat(refusal.string("reason")).hasValue("arguments");
            assertThat(stage.product.records().size()).isGreaterThan(records);
            assertThat(refusal.object("action").flatMap(action -> action.string("target")))
                    .hasValue("fixture/" + method);
            assertThat(stage.fixture.heard().requests()).isEqualTo(requests);
        }
    }

    /** 15: an agent that answers what nobody asked cannot make a server believe that somebody did. */
    @Test
    void answersThatNobodyAskedForReachNoServer() {
        var tool = "test_input_required_result_elicitation";
        var made = "{\"user_name\":{\"action\":\"accept\",\"content\":{\"name\":\"Mallory\"}}}";
        var params = StatelessClient.params(tool, "{}", ",\"inputResponses\":" + made);
        var first = client.ask("tools/call", params, ALL);
        assertThat(first.result().string("resultType")).hasValue("input_required");
        var state = first.result().string("requestState").orElseThrow();
        var more = made.replace("}}}", "}},\"unasked\":{\"action\":\"accept\",\"content\":{\"admin\":true}}}");
        assertThat(client.again(tool, "{}", state, more).text()).contains("Hello, Mallory!");
        assertThat(stage.fixture.heard().entries().stream()
                        .map(entry -> entry.message().text()))
                .noneMatch(text -> text.contains("unasked"));
        for (var none : List.of("null", "7", "[]", "{\"user_name\":7}"))
            assertThat(client.again(tool, "{}", state, none).code()).as(none).isEqualTo(-32602);
    }

    /** 5: ids are the sender's own business, also when two use the same at once. */
    @Test
    void theSameIdAtOnceIsAnsweredToEachAsItsOwn() {
        try (var other = stage.client()) {
            var begun = new ArrayList<java.util.concurrent.CompletableFuture<java.net.http.HttpResponse<String>>>();
            for (int i = 0; i < 200; i++) {
                var params = StatelessClient.params("test_echo", "{\"text\":\"n" + i + "\"}", "");
                var body = StatelessClient.body("\"same\"", "tools/call", params, StatelessClient.meta(NONE, NONE));
                begun.add((i % 2 == 0 ? client : other).begin(body, StatelessClient.headers("tools/call", params)));
            }
            for (int i = 0; i < begun.size(); i++)
                assertThat(begun.get(i).join().body())
                        .contains("\"id\":\"same\"")
                        .contains("\\\"text\\\":\\\"n" + i + "\\\"");
        }
    }

    @Test
    void aLongMetaIsBoundAndALongHeaderIsRefused() {
        var meta = StatelessClient.meta(NONE, "{\"com.example/long\":\"" + "x".repeat(200_000) + "\"}");
        assertThat(client.post(call(meta), headers()).code())
                .as("bound to the action and passed on")
                .isZero();
        var reply = client.post(call(StatelessClient.meta(NONE, NONE)), headers("mcp-name", "x".repeat(100_000)));
        assertThat(reply.status()).isIn(400, 431);
        assertThat(client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":"
                                + "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000) + "}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aClaimOfTheClientIsRecordedAsOneAndDecidesNothing() {
        assertThat(client.call("test_simple_text", "{}").code()).isZero();
        var intent = stage.product.lastOf("intent");
        assertThat(intent.object("claims").flatMap(claims -> claims.string("clientInfo.name")))
                .isEqualTo(Optional.of("test"));
        assertThat(intent.string("agent")).hasValue(Product.BOT.text());
    }
}
