package dev.writ.walks;

import static dev.writ.walks.StatelessClient.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.fixture.Eras;
import dev.writ.fixture.Fixture;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import dev.writ.peers.PeerStage;
import dev.writ.registry.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Which era a server speaks is found out by asking it, whatever it says to a question that it does not know. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErasWalkTest {
    private static final Name OLD = new Name("old");
    private static final Name BOTH = new Name("both");
    private static final Name NEW = new Name("newer");
    private final Map<String, Integer> heard = new ConcurrentHashMap<>();
    private volatile Answer toTheUnknown = Answer.empty(400);
    private HttpServer old;
    private Fixture both;
    private Fixture newer;
    private PeerStage stage;

    @BeforeAll
    void start(@TempDir Path data) {
        old = HttpServer.start(
                Settings.loopback(0),
                Routes.of(new Route("POST", "/mcp", 1 << 20, "public", this::answer)),
                InstantSource.system());
        both = Fixture.start(Eras.DUAL);
        newer = Fixture.start(Eras.MODERN);
        stage = PeerStage.start(data);
        stage.register(
                OLD, transport("http://127.0.0.1:" + old.address().getPort() + "/mcp"), _ -> PeerStage.reading());
        stage.register(BOTH, transport(both.url()), _ -> PeerStage.reading());
        stage.register(NEW, transport(newer.url()), _ -> PeerStage.reading());
        stage.product.publish("""
                @id("all")
                permit (principal in Writ::Group::"support-agents", action, resource)
                when { resource is Writ::McpServer || resource in Writ::ToolCategory::"read" };
                """);
    }

    @AfterAll
    void stop() {
        stage.close();
        old.close();
        both.close();
        newer.close();
    }

    private static Transport transport(String url) {
        return new Transport.Http(URI.create(url));
    }

    private Answer answer(Request request) {
        var message = JsonReader.readObject(request.body());
        var method = message.string("method").orElse("");
        heard.merge(method, 1, Integer::sum);
        return switch (method) {
            case "initialize" ->
                result(
                        message,
                        "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"o\",\"version\":\"1\"}}");
            case "tools/list" ->
                result(message, "{\"tools\":[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]}");
            case "tools/call" -> result(message, "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}");
            case "notifications/initialized" -> Answer.empty(202);
            default -> toTheUnknown;
        };
    }

    private static Answer result(Json.Obj message, String result) {
        return Answer.json(
                200,
                Json.object()
                        .put("jsonrpc", "2.0")
                        .put("id", message.get("id").orElseThrow())
                        .put("result", JsonReader.read(result))
                        .build());
    }

    private StatelessClient client(Name server) {
        return StatelessClient.to(stage.product.wiring.url() + "/mcp/" + server, stage.key(server));
    }

    /** No one code tells a server of the older era: those out there answer in all of these ways. */
    @Test
    void whateverAServerAnswersToWhatItDoesNotKnowItIsSpokenToAsItCan() {
        var answers = List.of(
                Answer.empty(400),
                Answer.empty(404),
                Answer.empty(405),
                Answer.empty(202),
                Answer.text(500, "what?"),
                Answer.text(200, "<html>"),
                Answer.problem(400, "Bad Request", "no session"),
                Answer.json(
                        400,
                        JsonReader.read(
                                "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"m\"}}")),
                Answer.json(
                        404,
                        JsonReader.read(
                                "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32601,\"message\":\"m\"}}")),
                Answer.json(
                        200,
                        JsonReader.read(
                                "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32602,\"message\":\"m\"}}")),
                Answer.json(200, JsonReader.read("{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}")),
                Answer.json(
                        200,
                        JsonReader.read(
                                "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"supportedVersions\":[\"2025-11-25\"]}}")),
                Answer.json(
                        400,
                        JsonReader.read(
                                "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32022,\"message\":\"m\",\"data\":{\"supported\":[\"2025-06-18\"]}}}")));
        for (int i = 0; i < answers.size(); i++) {
            toTheUnknown = answers.get(i);
            // What was found out is forgotten with the endpoint.
            var name = new Name("old-" + i);
            stage.register(
                    name,
                    transport("http://127.0.0.1:" + old.address().getPort() + "/mcp?n=" + i),
                    _ -> PeerStage.reading());
            try (var client = client(name)) {
                assertThat(client.call("work", "{}").text()).as("answer " + i).isEqualTo("done");
            }
        }
    }

    @Test
    void whatWasFoundOutIsRemembered() {
        toTheUnknown = Answer.empty(400);
        try (var first = client(OLD);
                var second = client(OLD)) {
            assertThat(first.call("work", "{}").text()).isEqualTo("done");
            int asked = heard.getOrDefault("server/discover", 0);
            assertThat(asked).isPositive();
            assertThat(second.call("work", "{}").text()).isEqualTo("done");
            assertThat(heard.get("server/discover")).isEqualTo(asked);
        }
    }

    @Test
    void aServerOfBothErasIsSpokenToInThatOfItsClient() {
        try (var modern = client(BOTH);
                var session = McpClient.to(stage.product.wiring.url() + "/mcp/both", stage.key(BOTH))) {
            long before = both.heard().methods("initialize");
            assertThat(modern.call("test_simple_text", "{}").code()).isZero();
            assertThat(both.heard().methods("initialize")).isEqualTo(before);
            session.initialize();
            assertThat(both.heard().methods("initialize")).isEqualTo(before + 1);
            assertThat(McpClient.text(session.call("test_simple_text", "{}"))).contains("simple text");
        }
    }

    @Test
    void anAgreementWithAServerThatChangesItsEraIsFoundAgain() {
        int port = URI.create(newer.url()).getPort();
        try (var session = McpClient.to(stage.product.wiring.url() + "/mcp/newer", stage.key(NEW))) {
            session.initialize();
            assertThat(McpClient.text(session.call("test_simple_text", "{}"))).contains("simple text");
        }
        newer.close();
        newer = Fixture.start(Eras.LEGACY, port);
        try (var session = McpClient.to(stage.product.wiring.url() + "/mcp/newer", stage.key(NEW));
                var modern = client(NEW)) {
            assertThat(session.initialize().get("result")).isPresent();
            assertThat(McpClient.text(session.call("test_simple_text", "{}"))).contains("simple text");
            assertThat(modern.call("test_simple_text", "{}").code()).isZero();
        }
    }

    @Test
    void aServerThatIsNotThereIsAskedOnceAndSaidToBeUnreachable() {
        var gone = new Name("gone");
        var dying = Fixture.start(Eras.MODERN);
        stage.register(gone, transport(dying.url()), _ -> PeerStage.reading());
        dying.close();
        try (var client = client(gone)) {
            var reply = client.ask("tools/list", NONE, NONE);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.code()).isEqualTo(-32603);
            assertThat(reply.json().object("error").flatMap(error -> error.string("message")))
                    .isNotEqualTo(Optional.empty());
        }
    }
}
