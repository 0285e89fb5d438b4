package dev.writ.people;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.writ.base.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A small OpenID Connect provider: real HTTP on a free port, real signatures, PKCE and client secret checked as the standards
 * say, and one person who is always signed in. It lies where a test tells it to.
 */
final class CompanyProvider implements AutoCloseable {
    static final String CLIENT = "writ-client";
    static final String SECRET = "s3cret:with/odd chars";

    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final List<RSAKey> keys = new ArrayList<>();
    final List<String> asked = new ArrayList<>();

    String subject = "u-4711";
    Map<String, Object> claims = new HashMap<>(Map.of(
            "email", "dana@acme.example", "email_verified", true, "name", "Dana Reyes", "groups", List.of("staff")));
    UnaryOperator<JWTClaimsSet.Builder> lie = token -> token;
    UnaryOperator<SignedJWT> signing = token -> token;
    Optional<String> raw = Optional.empty();
    Optional<String> answerIssuer = Optional.empty();
    boolean sendsIssuer = true;
    Optional<String> discoveredIssuer = Optional.empty();
    boolean down;
    Instant now = Instant.now();

    CompanyProvider() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        rotate();
        server.createContext("/", this::answer);
        server.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
    }

    /** A new key, which the next token is signed with; the old ones are no longer published. */
    RSAKey rotate() {
        try {
            var key = new RSAKeyGenerator(2048)
                    .keyID(UUID.randomUUID().toString())
                    .generate();
            keys.clear();
            keys.add(key);
            return key;
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A signed security event token. */
    String event(JWTClaimsSet claims, String type) {
        return sign(claims, type);
    }

    String sign(JWTClaimsSet claims, String type) {
        try {
            var key = keys.getLast();
            var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .keyID(key.getKeyID())
                    .type(new JOSEObjectType(type))
                    .build();
            var token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(key));
            return signing.apply(token).serialize();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String unsigned(JWTClaimsSet claims) {
        return new PlainJWT(claims).serialize();
    }

    /** HS256 with what everybody can read as its secret: the public key. */
    String signedWithThePublicKey(JWTClaimsSet claims) {
        try {
            var token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(keys.getLast().getKeyID())
                            .build(),
                    claims);
            token.sign(new MACSigner(keys.getLast().toRSAPublicKey().getEncoded()));
            return token.serialize();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            asked.add(path);
            if (down) send(exchange, 503, "text/plain", "down");
            else if (path.equals("/realm/.well-known/openid-configuration"))
                send(exchange, 200, "application/json", discovery().text());
            else if (path.equals("/keys"))
                send(exchange, 200, "application/json", new JWKSet(List.copyOf(keys)).toString());
            else if (path.equals("/authorize")) authorize(exchange);
            else if (path.equals("/token")) token(exchange);
            else send(exchange, 404, "text/plain", "no");
        }
    }

    private Json.Obj discovery() {
        var base = "http://127.0.0.1:" + server.getAddress().getPort();
        return Json.object()
                .put("issuer", discoveredIssuer.orElse(issuer()))
                .put("authorization_endpoint", base + "/authorize")
                .put("token_endpoint", base + "/token")
                .put("jwks_uri", base + "/keys")
                .put("authorization_response_iss_parameter_supported", true)
                .build();
    }

    private void authorize(HttpExchange exchange) throws IOException {
        var query = form(exchange.getRequestURI().getRawQuery());
        if (!CLIENT.equals(query.get("client_id")) || !"S256".equals(query.get("code_challenge_method"))) {
            send(exchange, 400, "text/plain", "bad request");
            return;
        }
        var code = UUID.randomUUID().toString();
        codes.put(code, query);
        var to = query.get("redirect_uri") + "?code=" + code + "&state=" + query.get("state")
                + (sendsIssuer ? "&iss=" + java.net.URLEncoder.encode(answerIssuer.orElse(issuer()), UTF_8) : "");
        exchange.getResponseHeaders().add("location", to);
        exchange.sendResponseHeaders(302, -1);
    }

    private void token(HttpExchange exchange) throws IOException {
        var posted = form(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        var query = codes.remove(posted.getOrDefault("code", ""));
        boolean good = query != null
                && authenticated(exchange)
                && query.get("redirect_uri").equals(posted.get("redirect_uri"))
                && challenge(posted.getOrDefault("code_verifier", "")).equals(query.get("code_challenge"));
        if (!good) {
            send(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
            return;
        }
        var answer = Json.object()
                .put("access_token", "unused")
                .put("token_type", "Bearer")
                .put("id_token", raw.orElseGet(() -> sign(claims(query.get("nonce")), "JWT")));
        send(exchange, 200, "application/json", answer.build().text());
    }

    JWTClaimsSet claims(String nonce) {
        var token = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject(subject)
                .audience(CLIENT)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("nonce", nonce);
        claims.forEach(token::claim);
        return lie.apply(token).build();
    }

    private static boolean authenticated(HttpExchange exchange) {
        var wanted = java.net.URLEncoder.encode(CLIENT, UTF_8) + ":" + java.net.URLEncoder.encode(SECRET, UTF_8);
        return ("Basic " + Base64.getEncoder().encodeToString(wanted.getBytes(UTF_8)))
                .equals(exchange.getRequestHeaders().getFirst("authorization"));
    }

    private static String challenge(String verifier) {
        try {
            return Authenticator.encoded(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, String> form(String text) {
        var form = new HashMap<String, String>();
        for (var pair : text.split("&")) {
            int equals = pair.indexOf('=');
            form.put(
                    URLDecoder.decode(pair.substring(0, equals), UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return form;
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        exchange.getResponseHeaders().add("content-type", type);
        var bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
