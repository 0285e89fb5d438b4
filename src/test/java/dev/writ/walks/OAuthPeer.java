package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Headers;
import dev.writ.base.Json;
import dev.writ.demo.Shop;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Somebody else's MCP server with an authorization server of its own in front of a shop: each person who agrees there gets
 * tokens of their own. It keeps what it was sent, and a test may have it lie in its documents.
 */
public final class OAuthPeer implements AutoCloseable {
    private final Shop shop = Shop.start(0, Optional.of("inner-secret"));
    private final HttpClient onward = HttpClient.newHttpClient();
    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final Map<String, String> holders = new ConcurrentHashMap<>();
    private final Map<String, String> refreshers = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    /** Everything that was sent to the server itself: header fields and bodies, as they came. */
    public final Queue<String> heard = new ConcurrentLinkedQueue<>();
    /** Who called which tool, by the token that was shown. */
    public final Queue<String> calls = new ConcurrentLinkedQueue<>();
    /** The grants that were asked for, in their order. */
    public final Queue<String> grants = new ConcurrentLinkedQueue<>();
    /** The newest transaction token. */
    public volatile String transaction = "";
    /** How the server's own metadata, and those of its authorization server, are told. */
    public volatile UnaryOperator<Json.Obj> resource = UnaryOperator.identity();

    public volatile UnaryOperator<Json.Obj> metadata = UnaryOperator.identity();
    /** What a challenge says beside its scheme. */
    public volatile Optional<String> challenge = Optional.empty();

    private OAuthPeer() {
        server = HttpServer.start(
                Settings.loopback(0),
                Routes.of(List.of(
                        new Route("POST", "/mcp", 1 << 20, "test", this::mcp),
                        new Route("DELETE", "/mcp", 0, "test", this::mcp),
                        new Route("GET", "/mcp", 0, "test", _ -> Answer.empty(405)),
                        new Route("GET", "/.well-known/oauth-protected-resource/mcp", 0, "test", _ -> document()),
                        new Route("GET", "/.well-known/oauth-authorization-server", 0, "test", _ -> issuer()),
                        new Route("GET", "/moved", 0, "test", _ -> Answer.empty(302)
                                .with("location", at("/secret"))),
                        new Route("GET", "/authorize", 0, "test", this::authorize),
                        new Route("POST", "/register", 1 << 16, "test", _ -> registered()),
                        new Route("POST", "/token", 1 << 16, "test", this::token))),
                InstantSource.system());
    }

    public static OAuthPeer start() {
        return new OAuthPeer();
    }

    public String url() {
        return at("/mcp");
    }

    public String at(String path) {
        return "http://127.0.0.1:" + server.address().getPort() + path;
    }

    /** No access token is good any more; refresh tokens are. */
    public void expireAll() {
        holders.clear();
    }

    /** Whoever agreed is forgotten: neither tokens are good. */
    public void forgetAll() {
        holders.clear();
        refreshers.clear();
    }

    /** All tokens that were ever given. */
    public List<String> given() {
        return List.copyOf(given);
    }

    private final Queue<String> given = new ConcurrentLinkedQueue<>();

    private Answer document() {
        return Answer.json(
                200,
                resource.apply(Json.object()
                        .put("resource", url())
                        .put("authorization_servers", List.of(at("")))
                        .put("scopes_supported", List.of("orders"))
                        .build()));
    }

    private Answer issuer() {
        return Answer.json(
                200,
                metadata.apply(Json.object()
                        .put("issuer", at(""))
                        .put("authorization_endpoint", at("/authorize"))
                        .put("token_endpoint", at("/token"))
                        .put("registration_endpoint", at("/register"))
                        .put("response_types_supported", List.of("code"))
                        .put("code_challenge_methods_supported", List.of("S256"))
                        .put("authorization_response_iss_parameter_supported", true)
                        .build()));
    }

    private Answer registered() {
        return Answer.json(
                201,
                Json.object()
                        .put("client_id", "client-" + numbers.incrementAndGet())
                        .put("client_secret", "canary-client-secret")
                        .put("token_endpoint_auth_method", "client_secret_basic")
                        .build());
    }

    /** Agrees at once, as the person whom the test's browser names in {@code as}. */
    private Answer authorize(Request request) {
        var code = "canary-code-" + numbers.incrementAndGet();
        var about = new HashMap<String, String>();
        for (var name : List.of("as", "redirect_uri", "code_challenge", "resource", "scope"))
            request.query(name).ifPresent(value -> about.put(name, value));
        codes.put(code, about);
        var back = request.query("redirect_uri").orElseThrow() + "?code=" + code + "&state="
                + request.query("state").orElseThrow() + "&iss=" + java.net.URLEncoder.encode(at(""), UTF_8);
        return Answer.empty(302).with("location", back);
    }

    private Answer token(Request request) {
        var form = form(request.body());
        var grant = form.getOrDefault("grant_type", "");
        grants.add(grant);
        var person =
                switch (grant) {
                    case "authorization_code" -> byCode(form);
                    case "refresh_token" -> Optional.ofNullable(refreshers.remove(form.get("refresh_token")));
                    case "client_credentials" -> Optional.of("writ");
                    default -> Optional.<String>empty();
                };
        if (person.isEmpty() || !url().equals(form.get("resource")))
            return Answer.json(400, Json.object().put("error", "invalid_grant").build());
        int number = numbers.incrementAndGet();
        var access = "canary-access-" + number;
        var refresh = "canary-refresh-" + number;
        holders.put(access, person.get());
        refreshers.put(refresh, person.get());
        given.addAll(List.of(access, refresh));
        return Answer.json(
                200,
                Json.object()
                        .put("access_token", access)
                        .put("refresh_token", refresh)
                        .put("token_type", "Bearer")
                        .put("expires_in", 3600)
                        .build());
    }

    private Optional<String> byCode(Map<String, String> form) {
        var about = codes.remove(form.getOrDefault("code", ""));
        if (about == null || !about.get("redirect_uri").equals(form.get("redirect_uri"))) return Optional.empty();
        var verifier = form.getOrDefault("code_verifier", "").getBytes(UTF_8);
        var digest = java.util.Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(dev.writ.base.Digest.of(verifier).bytes());
        return digest.equals(about.get("code_challenge")) ? Optional.of(about.get("as")) : Optional.empty();
    }

    private static Map<String, String> form(byte[] body) {
        var found = new HashMap<String, String>();
        for (var pair : new String(body, UTF_8).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) found.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return found;
    }

    private Answer mcp(Request request) {
        heard.add(request.headers().fields() + "\n" + new String(request.body(), UTF_8));
        var shown = request.headers().only("authorization").filter(value -> value.startsWith("Bearer "));
        var person = shown.map(value -> holders.get(value.substring(7)));
        if (person.isEmpty())
            return Answer.empty(401)
                    .with(
                            "www-authenticate",
                            "Bearer "
                                    + challenge.orElse(
                                            "resource_metadata=\"" + at("/.well-known/oauth-protected-resource/mcp")
                                                    + "\", scope=\"orders\""));
        var text = new String(request.body(), UTF_8);
        if (text.contains("\"tools/call\"")) calls.add(person.get());
        request.headers().only("txn-token").ifPresent(token -> transaction = token);
        return forwarded(request);
    }

    private Answer forwarded(Request request) {
        var onwards = HttpRequest.newBuilder(URI.create(shop.url()))
                .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()))
                .header("authorization", "Bearer inner-secret");
        for (var name : List.of("content-type", "accept", "mcp-session-id", "mcp-protocol-version"))
            request.headers().only(name).ifPresent(value -> onwards.header(name, value));
        try {
            var answer = onward.send(onwards.build(), HttpResponse.BodyHandlers.ofByteArray());
            var headers = Headers.EMPTY;
            for (var name : List.of("content-type", "mcp-session-id"))
                if (answer.headers().firstValue(name).isPresent())
                    headers =
                            headers.with(name, answer.headers().firstValue(name).get());
            return new Answer.Full(answer.statusCode(), headers, answer.body());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.empty(503);
        }
    }

    /** What the shop lists, for whoever approves it. */
    public Shop shop() {
        return shop;
    }

    @Override
    public void close() {
        onward.close();
        server.close(Duration.ofSeconds(1));
        shop.close();
    }
}
