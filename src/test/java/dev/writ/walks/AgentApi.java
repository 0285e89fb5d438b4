package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The control plane as anybody with a credential reaches it. */
public record AgentApi(String url, String key) {
    /** What came back. */
    public record Answered(int status, String text) {
        public Json.Obj json() {
            return JsonReader.readObject(text.getBytes(UTF_8));
        }
    }

    public Answered post(String path, String body) {
        return send("POST", path, body.replace('\'', '"'));
    }

    public Answered get(String path) {
        return send("GET", path, "");
    }

    public Answered send(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
                .header("authorization", "Bearer " + key)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) request.header("content-type", "application/json");
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
            return new Answered(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
