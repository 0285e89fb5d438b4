package dev.writ.admin;

import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.control.FirstStart;
import dev.writ.ledger.Entry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A whole Writ in this process, with real files, real HTTP on a free port, and a clock that a test moves. */
public final class Installed implements AutoCloseable {
    public static final Name DEFAULT = new Name("default");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final Path data;
    private final List<String> answers = new ArrayList<>();
    private Wiring wiring;

    /** What came back. */
    public record Answered(int status, String text) {
        public Json.Obj json() {
            return JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8));
        }

        public String title() {
            return json().string("title").orElse("");
        }
    }

    public Installed(Path data) {
        this.data = data;
        this.wiring = started();
    }

    private Wiring started() {
        var settings = Settings.of(data).withPort(0).withHold(Duration.ZERO);
        return Wiring.start(settings, () -> Instant.now().plus(ahead.get()), new SecureRandom());
    }

    public void restart() {
        wiring.close();
        wiring = started();
    }

    /** Lets time pass, and has done what is done when it passes. */
    public void pass(Duration time) {
        ahead.updateAndGet(before -> before.plus(time));
        wiring.parts().control().tasks().expire();
    }

    public Wiring wiring() {
        return wiring;
    }

    public Path data() {
        return data;
    }

    /** Every text that an answer had. */
    public List<String> answers() {
        return answers;
    }

    public String owner() {
        try {
            return JsonReader.readObject(Files.readAllBytes(data.resolve("cli/owner.json")))
                    .string("key")
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Another tenant with a first person of its own; the person's key. */
    public String foundTenant(Name tenant) {
        var key = new AtomicReference<Optional<FirstStart.Founded>>(Optional.empty());
        wiring.parts()
                .control()
                .firstStart()
                .found(tenant, "Other Owner", "owner@other.example", founded -> key.set(Optional.of(founded)));
        return key.get().orElseThrow().text().reveal();
    }

    public Answered get(String key, String path) {
        return send("GET", key, path, Optional.empty());
    }

    public Answered post(String key, String path, Json body) {
        return send("POST", key, path, Optional.of(body.text()));
    }

    public Answered post(String key, String path) {
        return send("POST", key, path, Optional.empty());
    }

    public Answered put(String key, String path, Json body) {
        return send("PUT", key, path, Optional.of(body.text()));
    }

    public Answered delete(String key, String path) {
        return send("DELETE", key, path, Optional.empty());
    }

    /** @param key sent as bearer; empty for none */
    public Answered send(String method, String key, String path, Optional<String> body) {
        var request = HttpRequest.newBuilder(URI.create(wiring.url() + "/api/v1" + path))
                .method(
                        method,
                        body.map(HttpRequest.BodyPublishers::ofString).orElseGet(HttpRequest.BodyPublishers::noBody));
        if (!key.isEmpty()) request.header("authorization", "Bearer " + key);
        body.ifPresent(_ -> request.header("content-type", "application/json"));
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            answers.add(answer.body());
            return new Answered(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every record of a tenant, in order; what was begun before is in it. */
    public List<Json.Obj> records(Name tenant) {
        var ledger = wiring.parts().ledger();
        ledger.checkpoint(tenant);
        var all = new ArrayList<Json.Obj>();
        ledger.scan(tenant, 0, (Entry entry) -> all.add(entry.record()));
        return all;
    }

    /** {@code kind/event} of every transition from a place on. */
    public List<String> transitions(Name tenant, long from) {
        return records(tenant).stream()
                .skip(from)
                .filter(record -> record.get("event").isPresent())
                .map(record -> record.string("kind").orElse("") + "/"
                        + record.string("event").orElse(""))
                .toList();
    }

    public long size(Name tenant) {
        return wiring.parts().ledger().size(tenant);
    }

    /** A document. */
    public static Json.Obj resource(String kind, String name, Json.Obj spec) {
        return Json.object()
                .put("apiVersion", "writ.dev/v1")
                .put("kind", kind)
                .put("metadata", Json.object().put("name", name).build())
                .put("spec", spec)
                .build();
    }

    public static Json.Obj json(String text) {
        return JsonReader.readObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** A person with roles and a key; the key. */
    public String person(String email, String... roles) {
        var spec = Json.object().put("displayName", "Person " + email).put("roles", List.of(roles));
        var made = post(owner(), "/people", resource("Person", email, spec.build()));
        var id = made.json().object("status").orElseThrow().string("id").orElseThrow();
        return post(owner(), "/people/" + id + "/keys").json().string("key").orElseThrow();
    }

    @Override
    public void close() {
        wiring.close();
    }
}
