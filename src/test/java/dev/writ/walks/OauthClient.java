package dev.writ.walks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** An OAuth client, and the browser of the person who lets it in. It sends just what a test tells it to. */
public final class OauthClient {
    public static final String REDIRECT = "http://127.0.0.1:33418/callback";
    public static final String VERIFIER = "verifier-verifier-verifier-verifier-verifier-1234";
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\">");
    private static final Pattern LINE =
            Pattern.compile("<input type=\"text\" id=\"[^\"]+\" name=\"([^\"]+)\" value=\"([^\"]*)\"");
    private static final Pattern TICKED =
            Pattern.compile("<input type=\"(?:checkbox|radio)\" name=\"([^\"]+)\" value=\"([^\"]*)\" checked>");

    private final HttpClient http;
    private final Product product;
    private final Optional<String> session;

    /** A whole answer. */
    public record Reply(int status, HttpResponse<String> answer) {
        public Json.Obj json() {
            return JsonReader.readObject(answer.body().getBytes(UTF_8));
        }

        public String text() {
            return answer.body();
        }

        public Optional<String> header(String name) {
            return answer.headers().firstValue(name);
        }

        /** The parameters of the URL to which it redirects. */
        public Map<String, String> sent() {
            var location = header("location").orElseThrow(() -> new AssertionError("no redirect: " + text()));
            var found = new HashMap<String, String>();
            for (var pair : URI.create(location).getRawQuery().split("&")) {
                int equals = pair.indexOf('=');
                found.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
            }
            return found;
        }
    }

    private OauthClient(HttpClient http, Product product, Optional<String> session) {
        this.http = http;
        this.product = product;
        this.session = session;
    }

    /** With a person signed in in its browser. */
    public static OauthClient with(Product product, Id person) {
        var parts = product.parts();
        var opened =
                parts.identity().sessions().open(Product.TENANT, parts.ids().next("ses"), person);
        return new OauthClient(
                HttpClient.newHttpClient(), product, Optional.of(opened.value().reveal()));
    }

    /** With nobody signed in. */
    public static OauthClient of(Product product) {
        return new OauthClient(HttpClient.newHttpClient(), product, Optional.empty());
    }

    /** The same one on other connections. */
    public OauthClient over(HttpClient other) {
        return new OauthClient(other, product, session);
    }

    /** Our authorization server's identifier for the tenant of the tests. */
    public String issuer() {
        return product.wiring.url() + "/t/acme";
    }

    public String resource() {
        return issuer() + "/mcp/shop";
    }

    public Reply get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    public Reply send(HttpRequest.Builder request) {
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(answer.statusCode(), answer);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public Reply register(String body) {
        return send(HttpRequest.newBuilder(URI.create(issuer() + "/oauth/register"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    /** The id of a client that was registered for {@link #REDIRECT}. */
    public String registered() {
        return register("{'client_name':'Tester','redirect_uris':['" + REDIRECT + "']}")
                .json()
                .string("client_id")
                .orElseThrow();
    }

    /** An authorization request that is as it should be. */
    public Map<String, String> request(String client) {
        var request = new LinkedHashMap<String, String>();
        request.put("response_type", "code");
        request.put("client_id", client);
        request.put("redirect_uri", REDIRECT);
        request.put("code_challenge", challenge());
        request.put("code_challenge_method", "S256");
        request.put("state", "state-1");
        request.put("resource", resource());
        return request;
    }

    public static String challenge() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Digest.of(VERIFIER.getBytes(US_ASCII)).bytes());
    }

    /** The page that the person sees. */
    public Reply asked(Map<String, String> request) {
        return visited(site() + "/t/acme/oauth/authorize?" + encoded(request));
    }

    /** A URL in the person's browser. */
    public Reply visited(String url) {
        return send(browsing(HttpRequest.newBuilder(URI.create(url))));
    }

    public String site() {
        return product.wiring.url().getScheme() + "://localhost:"
                + product.wiring.url().getPort();
    }

    /** As the browser sends it. */
    public HttpRequest.Builder browsing(HttpRequest.Builder request) {
        var url = product.wiring.url();
        var cookie = url.getScheme().equals("https") ? "__Host-writ-session" : "writ-session-" + url.getPort();
        session.ifPresent(value -> request.header("cookie", cookie + "=" + value));
        return request;
    }

    /** What the page's form would send if nothing was changed. */
    public static Map<String, List<String>> form(Reply page) {
        var fields = new LinkedHashMap<String, List<String>>();
        for (var pattern : List.of(HIDDEN, LINE, TICKED)) {
            var found = pattern.matcher(page.text());
            while (found.find())
                fields.computeIfAbsent(found.group(1), _ -> new java.util.ArrayList<>())
                        .add(unescaped(found.group(2)));
        }
        return fields;
    }

    private static String unescaped(String html) {
        return html.replace("&#34;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }

    public Reply decided(Map<String, List<String>> form) {
        var pairs = new StringBuilder();
        form.forEach((name, values) -> values.forEach(value -> pairs.append(pairs.isEmpty() ? "" : "&")
                .append(encoded(name))
                .append('=')
                .append(encoded(value))));
        return send(browsing(HttpRequest.newBuilder(URI.create(site() + "/t/acme/oauth/authorize")))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", site())
                .header("sec-fetch-site", "same-origin")
                .POST(HttpRequest.BodyPublishers.ofString(pairs.toString())));
    }

    /** The person allows a request as the page proposes it, but for the purpose and everything that tools may do. */
    public Reply allowed(Map<String, String> request) {
        var form = form(asked(request));
        form.put("agent", List.of("support-bot"));
        form.put("task", List.of("new"));
        form.put("purpose", List.of("support case"));
        form.put("calls", List.of("100"));
        form.put("category", List.of("read", "money", "external", "irreversible"));
        form.put("decision", List.of("allow"));
        return decided(form);
    }

    public Reply token(Map<String, String> form, String... headers) {
        return post("/oauth/token", form, headers);
    }

    public Reply post(String path, Map<String, String> form, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(issuer() + path))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encoded(form)));
        if (headers.length > 0) request.headers(headers);
        return send(request);
    }

    public Map<String, String> redemption(String client, String code) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("client_id", client);
        form.put("code", code);
        form.put("redirect_uri", REDIRECT);
        form.put("code_verifier", VERIFIER);
        form.put("resource", resource());
        return form;
    }

    public Map<String, String> refreshing(String client, String refresh) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "refresh_token");
        form.put("client_id", client);
        form.put("refresh_token", refresh);
        return form;
    }

    /** From registering to tokens, without a detour. */
    public Json.Obj tokens(String client, String... headers) {
        var code = allowed(request(client)).sent().get("code");
        var reply = token(redemption(client, code), headers);
        if (reply.status() != 200) throw new AssertionError(reply.text());
        return reply.json();
    }

    public static String encoded(Map<String, String> form) {
        var pairs = new StringBuilder();
        form.forEach((name, value) -> pairs.append(pairs.isEmpty() ? "" : "&")
                .append(encoded(name))
                .append('=')
                .append(encoded(value)));
        return pairs.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    public static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** A proof of possession for one request. */
    public static String proof(ECKey key, String method, String url, Optional<String> token) {
        var claims = Json.object()
                .put("jti", UUID.randomUUID().toString())
                .put("htm", method)
                .put("htu", url)
                .put("iat", Instant.now().getEpochSecond())
                .put("ath", token.map(text -> Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Digest.of(text.getBytes(US_ASCII)).bytes())))
                .build();
        return signed(
                key,
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK())
                        .build(),
                claims);
    }

    public static String signed(ECKey key, JWSHeader header, Json.Obj claims) {
        try {
            var jws = new JWSObject(header, new Payload(claims.text()));
            jws.sign(new ECDSASigner(key));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }
}
