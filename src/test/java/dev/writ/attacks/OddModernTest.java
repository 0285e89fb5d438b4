package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import dev.writ.peers.PeerStage;
import dev.writ.registry.Transport;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import dev.writ.walks.StatelessClient;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 15 and its kin: a server of 2026-07-28 that asks, answers and says what it may not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddModernTest {
    private static final Name ODD = new Name("odd");
    private OddModern odd;
    private PeerStage stage;
    private StatelessClient client;

    @BeforeAll
    void start(@TempDir Path data) {
        odd = OddModern.start();
        stage = PeerStage.start(data);
        stage.register(ODD, new Transport.Http(URI.create(odd.url())), _ -> PeerStage.reading());
        stage.product.publish("""
                @id("all-of-odd")
                permit (principal in Writ::Group::"support-agents", action, resource in Writ::McpServer::"odd");
                """);
        client = StatelessClient.to(stage.product.wiring.url() + "/mcp/odd", stage.key(ODD));
    }

    @AfterAll
    void stop() {
        client.close();
        stage.close();
        odd.close();
    }

    private StatelessClient.Reply call(String capabilities) {
        return client.ask("tools/call", StatelessClient.params("odd", "{}", ""), capabilities);
    }

    private static String asking(String request) {
        return "{\"resultType\":\"input_required\",\"inputRequests\":{\"q\":" + request + "}}";
    }

    /** The client's own declaration counts, form and address apart (basic/patterns/mrtr, server requirements). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|{\"method\":\"elicitation/create\",\"params\":{\"message\":\"m\"}}|\"elicitation\":{\"form\":{}}",
                "{\"elicitation\":{\"url\":{}}}|{\"method\":\"elicitation/create\",\"params\":{\"message\":\"m\"}}|\"elicitation\":{\"form\":{}}",
                "{\"elicitation\":{}}|{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://a.example/\"}}|\"elicitation\":{\"url\":{}}",
                "{\"roots\":{}}|{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}|\"sampling\":{}",
                "{\"sampling\":{}}|{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[],\"tools\":[]}}|\"sampling\":{\"tools\":{}}",
                "{\"sampling\":{}}|{\"method\":\"roots/list\"}|\"roots\":{}",
            })
    void whatTheClientDidNotDeclareIsNotAskedOfIt(String capabilities, String request, String missing) {
        odd.answers(asking(request));
        var reply = call(capabilities);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo(-32021);
        assertThat(reply.body()).contains(missing).doesNotContain("inputRequests", "requestState");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"message\":\"m\",\"url\":\"javascript:alert(1)\"}}",
                "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"message\":\"m\",\"url\":\"http://a.example/\"}}",
                "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://u:p@a.example/\"}}",
                "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"message\":\"m\",\"url\":\"file:///etc/passwd\"}}",
                "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"voice\",\"message\":\"m\"}}",
                "{\"method\":\"elicitation/create\",\"params\":{\"mode\":7,\"message\":\"m\"}}",
                "{\"method\":\"elicitation/create\"}",
                "{\"method\":\"tools/call\",\"params\":{\"name\":\"odd\"}}",
                "{\"method\":\"sampling/createMessage\",\"params\":[]}",
                "{\"params\":{}}",
                "7",
            })
    void aQuestionInAFormThatTheRevisionHasNotIsNotPut(String request) {
        odd.answers(asking(request));
        var reply = call(StatelessClient.ALL);
        assertThat(reply.text()).startsWith("FAILED odd");
        assertThat(reply.body()).doesNotContain("inputRequests", "requestState");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"resultType\":\"input_required\"}",
                "{\"resultType\":\"input_required\",\"inputRequests\":[]}",
                "{\"resultType\":\"input_required\",\"requestState\":7}",
                "{\"resultType\":\"task\",\"taskId\":\"t\",\"status\":\"working\"}",
                "{\"resultType\":\"unheard-of\",\"content\":[]}",
                "{\"resultType\":7,\"content\":[]}",
            })
    void aTypeOfResultThatNobodyDecidesOnIsNotPassedOn(String result) {
        odd.answers(result);
        assertThat(call(StatelessClient.ALL).text()).startsWith("FAILED odd");
    }

    @Test
    void aServerThatOnlyWantsToBeAskedAgainIsAskedAgainUnderOurSeal() {
        odd.answers("{\"resultType\":\"input_required\",\"requestState\":\"its own\"}");
        var state = call(StatelessClient.NONE).result().string("requestState").orElseThrow();
        assertThat(state).isNotEqualTo("its own");
        odd.answers("{\"resultType\":\"complete\",\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}");
        var more = ",\"requestState\":\"" + state + "\"";
        assertThat(client.ask("tools/call", StatelessClient.params("odd", "{}", more), StatelessClient.NONE)
                        .text())
                .isEqualTo("done");
    }

    @Test
    void whatIsNoNotificationOfThisRequestReachesNobody() {
        odd.answers(200, "text/event-stream", """
                : hello

                data: {"jsonrpc":"2.0","id":99,"method":"sampling/createMessage","params":{"messages":[]}}

                data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mine","progress":1}}

                data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":424242,"progress":1}}

                data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"debug","data":"quiet"}}

                data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"loud"}}

                data: {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a://b"}}

                data: {"jsonrpc":"2.0","id":4711,"result":{"content":[]}}

                data: {"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[],"_meta":{"io.modelcontextprotocol/subscriptionId":7}}}

                """);
        var meta = StatelessClient.meta(
                StatelessClient.NONE, "{\"progressToken\":\"mine\",\"io.modelcontextprotocol/logLevel\":\"error\"}");
        var messages = client.ask("tools/call", StatelessClient.params("odd", "{}", ""), meta)
                .messages();
        assertThat(messages).hasSize(2);
        assertThat(messages.getFirst().text()).contains("loud");
        assertThat(messages.getLast().text()).doesNotContain("subscriptionId").contains("\"id\":1");
    }

    /** Codes that are between the server and us, or that the revision no longer has. */
    @ParameterizedTest
    @CsvSource({
        "400,-32020,200,0,FAILED odd",
        "400,-32022,200,0,FAILED odd",
        "200,-32042,200,-32603,older revision",
        "200,-32050,200,-32603,oops",
        "200,-32002,200,-32602,oops",
        "200,-32000,200,-32000,oops",
        "400,-32021,400,-32021,oops",
        "404,-32601,404,-32601,oops",
        "500,-32603,200,0,FAILED odd",
    })
    void anErrorComesAsTheRevisionHasIt(int status, int code, int shown, int told, String text) {
        odd.answers(
                status,
                "application/json",
                "{\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":{\"code\":" + code + ",\"message\":\"oops\"}}");
        var reply = call(StatelessClient.NONE);
        assertThat(reply.status()).isEqualTo(shown);
        assertThat(reply.code()).isEqualTo(told);
        assertThat(reply.body()).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "[]", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", "{\"a\":1,\"a\":2}"})
    void anAnswerThatIsNoneFailsTheCallAndNothingMore(String body) {
        odd.answers(200, "application/json", body);
        assertThat(call(StatelessClient.NONE).text()).startsWith("FAILED odd");
        odd.answers("{\"content\":[{\"type\":\"text\",\"text\":\"well\"}]}");
        assertThat(call(StatelessClient.NONE).text()).isEqualTo("well");
    }

    @Test
    void nothingIsSentTwice() {
        odd.answers(200, "text/event-stream", ": the stream breaks off\n\n");
        int before = odd.calls();
        assertThat(call(StatelessClient.NONE).text()).contains("the effect is unknown");
        assertThat(odd.calls()).isEqualTo(before + 1);
    }

    @Test
    void aToolWhoseHeadersNoClientMaySendIsNotThere() {
        assertThat(client.ask("tools/list", StatelessClient.NONE, StatelessClient.NONE)
                        .body())
                .contains("\"odd\"")
                .doesNotContain("bad-header");
        assertThat(client.call("bad-header", "{\"a\":1}").code()).isEqualTo(-32602);
    }

    @Test
    void aClientWithASessionIsNeverAsked() {
        odd.answers(asking("{\"method\":\"roots/list\"}"));
        try (var old = McpClient.to(stage.product.wiring.url() + "/mcp/odd", stage.key(ODD))) {
            old.initialize();
            var answer = old.call("odd", "{}");
            assertThat(McpClient.text(answer)).startsWith("FAILED odd").contains("this revision of MCP");
            assertThat(answer.text()).doesNotContain("inputRequests");
        }
        assertThat(stage.product.countOf("intent")).isPositive();
    }

    /** 27, by turns: what one caller is shown does not make good what another was shown. */
    @Test
    void aServerThatShowsOneCallerAnotherToolIsFoundOutByThatCaller() {
        odd.answers("{\"content\":[]}");
        try (var misled = StatelessClient.to(stage.product.wiring.url() + "/mcp/odd", stage.key(ODD));
                var other = StatelessClient.to(stage.product.wiring.url() + "/mcp/odd", stage.key(ODD))) {
            odd.describes("changed");
            assertThat(misled.ask("tools/list", StatelessClient.NONE, StatelessClient.NONE)
                            .body())
                    .doesNotContain("changed");
            odd.describes("as it is");
            assertThat(other.ask("tools/list", StatelessClient.NONE, StatelessClient.NONE)
                            .body())
                    .contains("as it is");
            odd.describes("changed");
            int before = odd.calls();
            assertThat(misled.call("odd", "{}").text()).startsWith("QUARANTINED odd");
            assertThat(odd.calls()).isEqualTo(before);
        } finally {
            odd.describes("as it is");
            assertThat(client.ask("tools/list", StatelessClient.NONE, StatelessClient.NONE)
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aServerThatListensToNobodyLeavesOurOwnNews() {
        try (var events = client.listen("{\"toolsListChanged\":true,\"promptsListChanged\":true}")) {
            assertThat(events.next().orElseThrow().text()).contains("\"notifications\":{\"toolsListChanged\":true}");
            stage.product.registry().tools().withdraw(Product.TENANT, ODD, new dev.writ.registry.ToolName("odd"));
            assertThat(events.next().flatMap(m -> m.string("method"))).hasValue("notifications/tools/list_changed");
        } finally {
            stage.product.approve(ODD, new dev.writ.registry.ToolName("odd"));
        }
    }
}
