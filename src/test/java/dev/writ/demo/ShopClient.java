package dev.writ.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Events;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;

/** A client's session with the shop, on the wire and nothing more. */
final class ShopClient {
    record Reply(int status, String body) {
        int error() {
            return JsonReader.readObject(body.getBytes(UTF_8))
                    .object("error")
                    .flatMap(e -> e.integer("code"))
                    .orElse(0L)
                    .intValue();
        }
    }

    private final HttpClient http;
    private final Shop shop;
    private final Json.Obj initialized;
    private final String id;
    private long requests;

    ShopClient(HttpClient http, Shop shop, String version) {
        this.http = http;
        this.shop = shop;
        var params = Json.object()
                .put("protocolVersion", version)
                .put("capabilities", Json.Obj.EMPTY)
                .put(
                        "clientInfo",
                        Json.object().put("name", "test").put("version", "1").build())
                .build();
        try (var exchange = http.send(call(shop, message("initialize", params)))) {
            assertThat(exchange.status()).isEqualTo(200);
            id = exchange.headers().only("mcp-session-id").orElseThrow();
            initialized = JsonReader.readObject(exchange.body(100_000))
                    .object("result")
                    .orElseThrow();
        }
        assertThat(post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}").status)
                .isEqualTo(202);
    }

    Json.Obj initialized() {
        return initialized;
    }

    String id() {
        return id;
    }

    /** A POST to the shop's endpoint as the transport wants it, without a session. */
    static Call call(Shop shop, String body) {
        return Call.post(Url.parse(shop.url()), "application/json", body.getBytes(UTF_8))
                .header("Accept", "application/json, text/event-stream");
    }

    Json.Obj call(String tool, Json.Obj arguments) {
        return result(
                "tools/call",
                Json.object().put("name", tool).put("arguments", arguments).build());
    }

    Json.Obj result(String method, Json.Obj params) {
        return ask(method, params).object("result").orElseThrow();
    }

    int error(String method, Json.Obj params) {
        return ask(method, params)
                .object("error")
                .flatMap(e -> e.integer("code"))
                .orElseThrow()
                .intValue();
    }

    Reply post(String body) {
        try (var exchange = send(body)) {
            return new Reply(exchange.status(), new String(exchange.body(100_000), UTF_8));
        }
    }

    Exchange send(String body) {
        return http.send(request(body));
    }

    Call request(String body) {
        return call(shop, body).header("Mcp-Session-Id", id);
    }

    Call bare(String method) {
        return Call.of(method, Url.parse(shop.url()))
                .header("Accept", "text/event-stream")
                .header("Mcp-Session-Id", id);
    }

    /** Opens the GET stream; it is registered once its first bytes, a comment, have come. */
    Events listen() {
        var exchange = http.send(bare("GET").within(Deadlines.STREAM));
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.next()).isPresent();
        return exchange.events(10_000);
    }

    private Json.Obj ask(String method, Json.Obj params) {
        var reply = post(message(method, params));
        assertThat(reply.status).isEqualTo(200);
        return JsonReader.readObject(reply.body.getBytes(UTF_8));
    }

    private String message(String method, Json.Obj params) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", ++requests)
                .put("method", method)
                .put("params", params)
                .build()
                .text();
    }
}
