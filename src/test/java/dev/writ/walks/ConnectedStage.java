package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.identity.Issue;
import dev.writ.registry.Access;
import dev.writ.registry.Server;
import dev.writ.registry.Transport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The product with somebody else's server behind it that people connect, and a browser that does it. */
public final class ConnectedStage implements AutoCloseable {
    public static final Name ORDERS = new Name("orders");
    private static final String POLICY = """
            @id("all-of-it")
            permit (principal in Writ::Group::"support-agents",
              action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource);
            """;

    public final Product product;
    public final OAuthPeer peer = OAuthPeer.start();
    private final HttpClient browser = HttpClient.newHttpClient();

    private ConnectedStage(Product product) {
        this.product = product;
    }

    /** Puts the server behind a product that is running, and leaves its policies as they are. */
    public static ConnectedStage behind(Product product) {
        var stage = new ConnectedStage(product);
        stage.product.addServer(ORDERS, stage.peer.shop().url(), "inner-secret");
        stage.register(Access.of(Access.Kind.OAUTH));
        return stage;
    }

    public static ConnectedStage start(Path data) {
        return start(data, Access.of(Access.Kind.OAUTH));
    }

    public static ConnectedStage start(Path data, Access access) {
        var stage = new ConnectedStage(Product.start(data));
        stage.product.addServer(ORDERS, stage.peer.shop().url(), "inner-secret");
        stage.register(access);
        stage.product.publish(POLICY);
        return stage;
    }

    /** Gives the approved server the address of the peer, and its way to be shown who calls. */
    private void register(Access access) {
        var servers = product.registry().servers();
        Product.done(servers.move(Product.TENANT, ORDERS, new Transport.Http(URI.create(peer.url()))));
        Product.done(servers.shown(Product.TENANT, ORDERS, List.<Server.Credential>of(), access));
        Product.done(servers.approve(Product.TENANT, ORDERS));
    }

    public String agentKey() {
        return product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT.on(ORDERS)));
    }

    public McpClient agent() {
        return product.client(agentKey(), ORDERS);
    }

    public String personKey(Id person) {
        var issued = product.parts()
                .identity()
                .issueForPerson(Product.TENANT, product.parts().ids().next("key"), person);
        if (issued instanceof Issue.Issued(var _, var text)) return text.reveal();
        throw new AssertionError("no key: " + issued);
    }

    /** What a browser was answered. */
    public record Page(int status, Optional<String> location, String text) {}

    public Page get(String url, Optional<String> key) {
        var request = HttpRequest.newBuilder(URI.create(url)).GET();
        key.ifPresent(value -> request.header("authorization", "Bearer " + value));
        return sent(request);
    }

    private Page sent(HttpRequest.Builder request) {
        try {
            var answer = browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Page(answer.statusCode(), answer.headers().firstValue("location"), answer.body());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public Page start(String key) {
        return start(key, ORDERS);
    }

    public Page start(String key, Name server) {
        return sent(HttpRequest.newBuilder(URI.create(product.wiring.url() + "/oauth/upstream/start"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("server=" + server)));
    }

    /** Where the authorization server sends a person back to who agreed there. */
    public String agreed(String key, String as) {
        var away = start(key);
        if (away.status() != 303) throw new AssertionError("not sent away: " + away);
        return get(away.location().orElseThrow() + "&as=" + as, Optional.empty())
                .location()
                .orElseThrow();
    }

    /** All that a person does to connect the server. */
    public Page connect(Id person, String as) {
        var key = personKey(person);
        return get(agreed(key, as), Optional.of(key));
    }

    /** The address that a pending call names. */
    public static Optional<String> link(Json.Obj answer) {
        return answer.object("result")
                .flatMap(result -> result.object("_meta"))
                .flatMap(meta -> meta.object("dev.writ/decision"))
                .flatMap(decision -> decision.string("connect"));
    }

    public static String text(Json.Obj json) {
        return new String(json.bytes(), UTF_8);
    }

    public List<Json.Obj> uses() {
        return product.records().stream()
                .filter(record -> record.string("kind").equals(Optional.of("credential-use")))
                .toList();
    }

    @Override
    public void close() {
        product.close();
        away();
    }

    /** Takes the server away, and leaves the product. */
    public void away() {
        peer.close();
        browser.close();
    }
}
