package dev.writ.people;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real Keycloak on a free port of the loopback interface, with an empty database that lasts as long as this object. The
 * profile {@code extended} of the build unpacks it.
 */
final class Keycloak implements AutoCloseable {
    private static final Path UNPACKED = Path.of("target", "keycloak");
    private static final String ADMIN = "admin";
    private static final String PASSWORD = "first-and-only";
    private static final int START_MINUTES_MAX = 10;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path home;
    private final int port;
    private Child child;

    private Keycloak(Path home, int port) {
        this.home = home;
        this.port = port;
        this.child = launch();
    }

    static Keycloak start() {
        if (!Files.isDirectory(UNPACKED))
            throw new AssertionError("no Keycloak in " + UNPACKED + ": ./mvnw verify -Pextended brings it");
        try (var found = Files.list(UNPACKED);
                var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var home = found.filter(each -> Files.isExecutable(each.resolve("bin/kc.sh")))
                    .findFirst()
                    .orElseThrow();
            empty(home.resolve("data"));
            int port = free.getLocalPort();
            free.close();
            return new Keycloak(home.toAbsolutePath(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void empty(Path data) throws IOException {
        if (!Files.exists(data)) return;
        try (var all = Files.walk(data)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }

    private Child launch() {
        var started = Child.start(
                new Command(
                        List.of(
                                home.resolve("bin/kc.sh").toString(),
                                "start-dev",
                                "--http-host=127.0.0.1",
                                "--http-port=" + port),
                        Map.of(
                                "JAVA_HOME",
                                System.getProperty("java.home"),
                                "PATH",
                                System.getenv("PATH"),
                                "JAVA_OPTS_KC_HEAP",
                                "-Xms64m -Xmx512m",
                                "KC_BOOTSTRAP_ADMIN_USERNAME",
                                ADMIN,
                                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                                PASSWORD),
                        home),
                Limits.DEFAULT);
        var listening = new CompletableFuture<Void>();
        Thread.ofVirtual().start(() -> {
            var said = new StringBuilder();
            for (var line = started.readLine(); line.isPresent(); line = started.readLine()) {
                if (!listening.isDone()) said.append(line.get()).append('\n');
                if (line.get().contains("Listening on: ")) listening.complete(null);
            }
            listening.completeExceptionally(new AssertionError(said + started.errorTail()));
        });
        try {
            listening.get(START_MINUTES_MAX, TimeUnit.MINUTES);
            return started;
        } catch (ExecutionException | TimeoutException e) {
            started.kill();
            throw new AssertionError("Keycloak does not start", e);
        } catch (InterruptedException e) {
            started.kill();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String origin() {
        return "http://127.0.0.1:" + port;
    }

    String issuer(String realm) {
        return origin() + "/realms/" + realm;
    }

    /** Ends it as a power cut does. */
    void kill() {
        child.kill();
        child.exit().join();
    }

    /** The same Keycloak again after {@link #kill}, with what it had. */
    void startAgain() {
        child = launch();
    }

    /** Creates a realm with all that is in its document. */
    void imports(Json.Obj realm) {
        admin("POST", "/admin/realms", realm);
    }

    /** Changes a user, found by name. */
    void change(String realm, String user, Json.Obj members) {
        admin("PUT", "/admin/realms/" + realm + "/users/" + subject(realm, user), members);
    }

    /** What its tokens say of a user as {@code sub}. */
    String subject(String realm, String user) {
        return only(admin("GET", "/admin/realms/" + realm + "/users?exact=true&username=" + user, Json.Obj.EMPTY))
                .string("id")
                .orElseThrow();
    }

    /** Takes a user out of a group. */
    void leave(String realm, String user, String group) {
        var path = "/admin/realms/" + realm + "/users/" + subject(realm, user) + "/groups";
        var id = ((Json.Arr) admin("GET", path, Json.Obj.EMPTY))
                .items().stream()
                        .map(Json.Obj.class::cast)
                        .filter(each -> each.string("name").equals(Optional.of(group)))
                        .findFirst()
                        .flatMap(each -> each.string("id"))
                        .orElseThrow();
        admin("DELETE", path + "/" + id, Json.Obj.EMPTY);
    }

    /** Changes a client, found by what it is called in requests. */
    void changeClient(String realm, String client, Json.Obj members) {
        var id = only(admin("GET", "/admin/realms/" + realm + "/clients?clientId=" + client, Json.Obj.EMPTY));
        admin("PUT", "/admin/realms/" + realm + "/clients/" + id.string("id").orElseThrow(), members);
    }

    /** Signs with a new key from now on; the ones before are no longer published. */
    void rotate(String realm) {
        var found = (Json.Arr) admin("GET", keys(realm), Json.Obj.EMPTY);
        var old = found.items().stream()
                .map(Json.Obj.class::cast)
                .filter(each -> each.string("providerId").equals(Optional.of("rsa-generated")))
                .toList();
        var config = Json.object()
                .put("priority", List.of("200"))
                .put("algorithm", List.of("RS256"))
                .build();
        var fresh = Json.object()
                .put("name", "rsa-" + old.size() + System.nanoTime())
                .put("providerId", "rsa-generated")
                .put("providerType", "org.keycloak.keys.KeyProvider")
                .put("parentId", old.getFirst().string("parentId").orElseThrow())
                .put("config", config)
                .build();
        admin("POST", "/admin/realms/" + realm + "/components", fresh);
        for (var each : old)
            admin(
                    "DELETE",
                    "/admin/realms/" + realm + "/components/"
                            + each.string("id").orElseThrow(),
                    Json.Obj.EMPTY);
    }

    private static String keys(String realm) {
        return "/admin/realms/" + realm + "/components?type=org.keycloak.keys.KeyProvider";
    }

    private static Json.Obj only(Json found) {
        var items = ((Json.Arr) found).items();
        if (items.size() != 1) throw new AssertionError("not one: " + items);
        return (Json.Obj) items.getFirst();
    }

    private Json admin(String method, String path, Json.Obj body) {
        var form = "grant_type=password&client_id=admin-cli&username=" + ADMIN + "&password=" + PASSWORD;
        var token = ((Json.Obj)
                        sent(HttpRequest.newBuilder(URI.create(issuer("master") + "/protocol/openid-connect/token"))
                                .header("content-type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(form))))
                .string("access_token")
                .orElseThrow();
        return sent(HttpRequest.newBuilder(URI.create(origin() + path))
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(method.equals("GET") ? "" : body.text())));
    }

    private Json sent(HttpRequest.Builder request) {
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
            if (answer.statusCode() >= 300)
                throw new AssertionError(answer.request() + ": " + answer.statusCode() + " " + answer.body());
            return answer.body().isBlank() ? Json.Obj.EMPTY : JsonReader.read(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        child.kill();
        child.exit().join();
        client.close();
    }
}
