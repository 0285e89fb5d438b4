package dev.writ.demo;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A made-up shop as an MCP server on loopback: {@code /mcp} for clients, {@code GET /effects} tells what has happened,
 * {@code POST /admin/redefine} with {@code {"tool", "description"}} changes what a tool says about itself.
 */
public final class Shop implements AutoCloseable {
    private final Effects effects = new Effects();
    private final ShopTools tools = new ShopTools(effects);
    private final ShopEndpoint endpoint;
    private final HttpServer server;

    /**
     * How a shop behaves.
     *
     * @param port 0 for any free one
     * @param secret the bearer secret to ask for, when there is one
     * @param toolsPerPage on a page of {@code tools/list}
     * @param pace between the steps of a call that tells its progress
     */
    public record Behaviour(int port, Optional<String> secret, int toolsPerPage, Duration pace) {
        public Behaviour {
            if (toolsPerPage < 1) throw new IllegalArgumentException("no tool on a page");
            if (secret.filter(String::isBlank).isPresent()) throw new IllegalArgumentException("an empty secret");
        }
    }

    private Shop(Behaviour behaviour) {
        this.endpoint = new ShopEndpoint(
                new ShopProtocol(tools, behaviour.toolsPerPage(), behaviour.pace()), effects, behaviour.secret());
        var own = List.of(
                new Route("GET", "/effects", 0, "test", _ -> Answer.json(200, effects.json())),
                new Route("POST", "/admin/redefine", 64 << 10, "test", this::redefine));
        this.server = HttpServer.start(
                Settings.loopback(behaviour.port()), Routes.of(endpoint.routes(), own), InstantSource.system());
    }

    /** @throws dev.writ.http.server.ServerError when the port is taken */
    public static Shop start(int port, Optional<String> secret) {
        return start(new Behaviour(port, secret, 100, Duration.ofMillis(20)));
    }

    public static Shop start(Behaviour behaviour) {
        return new Shop(behaviour);
    }

    /** Where MCP clients connect, for example {@code http://127.0.0.1:40123/mcp}. */
    public String url() {
        return at("/mcp");
    }

    /** The shop's own address with another path. */
    public String at(String path) {
        return "http://127.0.0.1:" + server.address().getPort() + path;
    }

    /** What {@code GET /effects} tells, without the way over HTTP. */
    public Json.Obj effects() {
        return effects.json();
    }

    /** The routes served, for the inventory. */
    public Routes routes() {
        return server.routes();
    }

    /** Changes a tool's description and tells every client; false when there is no such tool. */
    public boolean redefine(String tool, String description) {
        if (!tools.redefine(tool, description)) return false;
        endpoint.toolsChanged();
        return true;
    }

    @Override
    public void close() {
        endpoint.close();
        server.close(Duration.ofSeconds(1));
    }

    private Answer redefine(Request request) {
        try {
            var body = JsonReader.readObject(request.body());
            var tool = body.string("tool");
            var description = body.string("description");
            if (tool.isEmpty() || description.isEmpty())
                return Answer.problem(400, "Bad Request", "Send {\"tool\": …, \"description\": …}.");
            return redefine(tool.get(), description.get())
                    ? Answer.empty(204)
                    : Answer.problem(404, "Not Found", "There is no such tool.");
        } catch (JsonError e) {
            return Answer.problem(400, "Bad Request", "The body is not a JSON object: " + e.reason());
        }
    }
}
