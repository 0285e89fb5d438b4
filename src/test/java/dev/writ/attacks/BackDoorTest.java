package dev.writ.attacks;

import static dev.writ.walks.McpClient.isError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.admin.Installed;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks 7, 9, 23 and 26: another way to the same tools, a header that claims to come from inside, a key with more
 * rights than its maker has, and a registration that runs a command.
 */
class BackDoorTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String HELLO =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
                    + "\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";

    /** What gateways have been seen to believe of whoever sent it. */
    private static final List<String> FROM_INSIDE = List.of(
            "x-mcp-authorized: true",
            "mcp-init-host: localhost",
            "router-key: secret",
            "x-forwarded-for: 127.0.0.1",
            "x-real-ip: 127.0.0.1",
            "forwarded: for=127.0.0.1;proto=https",
            "x-forwarded-user: owner@acme.example",
            "x-forwarded-email: owner@acme.example",
            "x-forwarded-client-cert: Hash=0;Subject=\"CN=owner\"",
            "remote-user: owner@acme.example",
            "x-remote-user: owner@acme.example",
            "x-tenant: other",
            "x-writ-tenant: other",
            "x-original-url: /api/v1/status",
            "x-http-method-override: GET");

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static HttpRequest.Builder hello(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("accept", "application/json, text/event-stream")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(HELLO));
    }

    private static HttpRequest.Builder inside(HttpRequest.Builder request) {
        for (var header : FROM_INSIDE) {
            int colon = header.indexOf(':');
            request.header(header.substring(0, colon), header.substring(colon + 2));
        }
        return request;
    }

    @Test
    void noOtherTransportLeadsToTheTools() {
        try (var product = Product.start(folder)) {
            var base = product.wiring.url().toString();
            for (var path : List.of(
                    "/sse",
                    "/messages",
                    "/message",
                    "/mcp_message",
                    "/mcp/shop/sse",
                    "/mcp/shop/messages",
                    "/mcp/shop/",
                    "/mcp//shop",
                    "/mcp/./shop",
                    "/mcp/%73hop",
                    "/MCP/shop",
                    "/ws",
                    "/v1/mcp/shop")) {
                var answer = send(hello(base + path));
                assertThat(answer.statusCode()).as(path).isIn(400, 401, 404);
                assertThat(answer.headers().firstValue("mcp-session-id"))
                        .as(path)
                        .isEmpty();
            }
            assertThat(product.calls()).isZero();
        }
    }

    @Test
    void noHeaderFromOutsideIsTakenForOneFromInside() throws IOException {
        try (var product = Product.start(folder);
                var tap = WireTap.before(URI.create(product.shop.url()).getPort())) {
            var base = product.wiring.url().toString();
            var nobody = send(hello(base + "/mcp/shop"));
            var claiming = send(inside(hello(base + "/mcp/shop")));
            assertThat(nobody.statusCode()).isEqualTo(401);
            assertThat(claiming.statusCode()).isEqualTo(401);
            assertThat(claiming.body()).isEqualTo(nobody.body());
            assertThat(send(inside(HttpRequest.newBuilder(URI.create(base + "/api/v1/status"))))
                            .statusCode())
                    .isEqualTo(401);

            var url = "http://127.0.0.1:" + tap.port()
                    + URI.create(product.shop.url()).getPath();
            product.addServer(new Name("tapped"), url, "shop-secret");
            product.publish(Product.DEMO_POLICY + """
                    @id("tapped-reads")
                    permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"tapped");
                    """);
            var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(new Name("tapped"))));
            var opened = send(inside(hello(base + "/mcp/tapped").header("authorization", "Bearer " + key)));
            assertThat(opened.statusCode()).isEqualTo(200);
            var call = HttpRequest.newBuilder(URI.create(base + "/mcp/tapped"))
                    .header("accept", "application/json, text/event-stream")
                    .header("content-type", "application/json")
                    .header("authorization", "Bearer " + key)
                    .header(
                            "mcp-session-id",
                            opened.headers().firstValue("mcp-session-id").orElseThrow())
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"get_order\",\"arguments\":"
                                    + ORDER + "}}"));
            assertThat(send(inside(call)).body()).contains("\"result\"").doesNotContain("\"isError\":true");
            assertThat(product.lastOf("intent").string("tenant")).hasValue(Product.TENANT.text());
            var heard = tap.heard().toLowerCase(java.util.Locale.ROOT);
            assertThat(heard).contains("get_order", "bearer shop-secret");
            for (var header : FROM_INSIDE)
                assertThat(heard).doesNotContain("\n" + header.substring(0, header.indexOf(':') + 1));
        }
    }

    private static Json.Obj json(String text) {
        return JsonReader.readObject(text.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static Json.Obj resource(String kind, String name, String spec) {
        return json("{'apiVersion':'writ.dev/v1','kind':'" + kind + "','metadata':{'name':'" + name + "'},'spec':"
                + spec + "}");
    }

    @Test
    void nobodyMakesAKeyWithMoreThanTheyMayGive() {
        try (var writ = new Installed(folder.resolve("data"))) {
            var owner = writ.owner();
            var viewer = writ.person("vera@example.org", "viewer");
            assertThat(writ.post(
                                    owner,
                                    "/agents",
                                    resource("Agent", "bot", "{'owner':'vera@example.org','purpose':'tests'}"))
                            .status())
                    .isEqualTo(201);
            assertThat(writ.post(
                                    owner,
                                    "/servers",
                                    resource(
                                            "Server",
                                            "shop",
                                            "{'transport':{'kind':'http','url':'http://127.0.0.1:9/mcp'}}"))
                            .status())
                    .isEqualTo(201);
            var task = writ.post(
                            owner,
                            "/tasks",
                            json(
                                    "{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'bot','person':'vera@example.org',"
                                            + "'purpose':'tests','scope':{'servers':['shop']},'for':'1h'}}"))
                    .json()
                    .object("metadata")
                    .orElseThrow()
                    .string("name")
                    .orElseThrow();
            var routes = Optional.of("{\"allowed_routes\":[\"/*\"],\"scope\":{\"servers\":[\"*\"]}}");
            // What a key opens is not for its maker to say, and whoever only looks makes none.
            for (var who : List.of(owner, viewer))
                assertThat(writ.send("POST", who, "/tasks/" + task + "/keys", routes)
                                .status())
                        .isEqualTo(422);
            assertThat(writ.post(viewer, "/tasks/" + task + "/keys").status()).isEqualTo(403);
            assertThat(writ.post(viewer, "/people/vera@example.org/keys").status())
                    .isEqualTo(403);
            assertThat(writ.put(viewer, "/groups/role-admin/members/vera@example.org", Json.Obj.EMPTY)
                            .status())
                    .isEqualTo(403);
            var key = writ.post(owner, "/tasks/" + task + "/keys")
                    .json()
                    .string("key")
                    .orElseThrow();
            assertThat(writ.get(key, "/status").status()).isEqualTo(403);
            assertThat(writ.post(key, "/tasks/" + task + "/keys").status()).isEqualTo(403);
        }
    }

    @Test
    void noRequestHasACommandRunThatNobodyWithTheRoleHasRegistered() throws IOException {
        var proof = folder.resolve("ran");
        try (var writ = new Installed(folder.resolve("data"))) {
            var viewer = writ.person("vera@example.org", "viewer");
            var spec = "{'transport':{'kind':'stdio','command':'/usr/bin/touch','arguments':['" + proof + "']}}";
            assertThat(writ.post(viewer, "/servers", resource("Server", "evil", spec))
                            .status())
                    .isEqualTo(403);
            for (var verb : List.of("inspect", "approve"))
                assertThat(writ.send("POST", viewer, "/servers/evil/" + verb, Optional.of(spec.replace('\'', '"')))
                                .status())
                        .as(verb)
                        .isIn(403, 404, 422);
            // Registering runs nothing either; looking at it does, and is an administrator's to order.
            assertThat(writ.post(writ.owner(), "/servers", resource("Server", "evil", spec))
                            .status())
                    .isEqualTo(201);
            assertThat(writ.post(viewer, "/servers/evil/inspect").status()).isEqualTo(403);
            assertThat(Files.exists(proof)).isFalse();
        }
    }

    @Test
    void aSessionIdAloneOpensNothing() throws IOException {
        try (var product = Product.start(folder)) {
            var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
            try (var mcp = product.client(key, Product.SHOP)) {
                assertThat(isError(mcp.call("get_order", ORDER))).isFalse();
                var session = mcp.session().orElseThrow();
                var answer =
                        send(inside(hello(product.wiring.url() + "/mcp/shop").header("mcp-session-id", session)));
                assertThat(answer.statusCode()).isEqualTo(401);
            }
            assertThat(product.calls()).isEqualTo(1);
        }
    }
}
