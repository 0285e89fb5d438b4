package dev.writ.demo;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;

/** The control plane as the demo's people use it: an ordinary client with an ordinary key. */
final class Api {
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final HttpClient client;
    private final String base;
    private final String key;

    /** @param base for example {@code http://127.0.0.1:7400/api/v1} */
    Api(HttpClient client, String base, String key) {
        this.client = client;
        this.base = base;
        this.key = key;
    }

    Json.Obj get(String path) {
        return object(bytes(Call.get(Url.parse(base + path)), path), path);
    }

    byte[] getBytes(String path) {
        return bytes(Call.get(Url.parse(base + path)), path);
    }

    Json.Obj post(String path, Json.Obj body) {
        return object(bytes(Call.post(Url.parse(base + path), "application/json", body.bytes()), path), path);
    }

    void put(String path, Json.Obj body) {
        bytes(
                Call.of("PUT", Url.parse(base + path))
                        .header("content-type", "application/json")
                        .body(body.bytes()),
                path);
    }

    private byte[] bytes(Call call, String path) {
        try (var answer = client.send(call.header("authorization", "Bearer " + key))) {
            var body = answer.body(ANSWER_BYTES_MAX);
            if (answer.status() >= 300)
                throw new DemoFailure(call.method() + " " + path + " was answered with " + answer.status() + ": "
                        + new String(body, java.nio.charset.StandardCharsets.UTF_8));
            return body;
        }
    }

    private static Json.Obj object(byte[] body, String path) {
        if (body.length == 0) return Json.Obj.EMPTY;
        if (JsonReader.read(body) instanceof Json.Obj object) return object;
        throw new DemoFailure("the answer to " + path + " is not an object");
    }
}
