package dev.writ.storm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Call;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;

/** The control plane as a person with a key uses it. */
final class Api {
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final HttpClient client;
    private final String base;
    private final String key;

    Api(HttpClient client, String url, String key) {
        this.client = client;
        this.base = url + "/api/v1";
        this.key = key;
    }

    Json.Obj get(String path) {
        return answer(Call.get(Url.parse(base + path)));
    }

    Json.Obj post(String path, Json.Obj body) {
        return answer(Call.post(Url.parse(base + path), "application/json", body.bytes()));
    }

    private Json.Obj answer(Call call) {
        try (var answer = client.send(call.header("authorization", "Bearer " + key))) {
            var body = answer.body(ANSWER_BYTES_MAX);
            if (answer.status() >= 300)
                throw new AssertionError(
                        call.method() + " " + call.url() + ": " + answer.status() + " " + new String(body, UTF_8));
            return body.length == 0 ? Json.Obj.EMPTY : JsonReader.readObject(body);
        }
    }
}
