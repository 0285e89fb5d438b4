package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Handler;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A real HTTP server that speaks the control-plane contract over a state in memory. It refuses what the contract does
 * not know: other members, other paths, another key.
 */
final class ContractServer implements AutoCloseable {
    static final String KEY = "writ_person_test0123456789";
    static final String TASK_ID = "tsk_01k0000000000000000000tsk1";
    static final String TASK_KEY = "writ_task_secret0123456789";

    private static final Map<String, Set<String>> SPECS = Map.of(
            "Person", Set.of("displayName", "roles"),
            "Group", Set.of("of", "quorum", "proof", "separation", "members"),
            "Agent", Set.of("owner", "purpose", "modelTier", "recertifyBy", "groups"),
            "Server", Set.of("transport", "trust", "credentials", "tools"),
            "Task", Set.of("agent", "person", "purpose", "scope", "calls", "for", "until"));

    /** A request as it came: {@code POST /api/v1/agents}, and its body. */
    record Seen(String what, Json.Obj body) {}

    final Map<String, Map<String, Json.Obj>> things = new ConcurrentHashMap<>();
    final Map<String, String> secrets = new ConcurrentHashMap<>();
    final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Map<String, Handler> instead = new ConcurrentHashMap<>();
    private final HttpServer server;

    ContractServer() {
        var routes = new ArrayList<Route>();
        for (var pattern : List.of("/{a}", "/{a}/{b}", "/{a}/{b}/{c}", "/{a}/{b}/{c}/{d}", "/{a}/{b}/{c}/{d}/{e}"))
            for (var method : List.of("GET", "POST", "PUT", "DELETE"))
                routes.add(new Route(method, "/api/v1" + pattern, 1 << 20, "person", this::handle));
        server = HttpServer.start(Settings.loopback(0), new Routes(routes), InstantSource.system());
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort();
    }

    /** Answers a request in this way from now on, whatever the state is. */
    ContractServer when(String methodAndPath, Answer answer) {
        instead.put(methodAndPath, _ -> answer);
        return this;
    }

    ContractServer when(String methodAndPath, String json) {
        return when(methodAndPath, Answer.json(200, JsonReader.read(json)));
    }

    ContractServer has(String collection, String name, String json) {
        map(collection).put(name, JsonReader.readObject(json.getBytes(UTF_8)));
        return this;
    }

    Json.Obj thing(String collection, String name) {
        return find(collection, name).orElseThrow();
    }

    List<String> requests() {
        return seen.stream().map(Seen::what).toList();
    }

    /** The body of the only request of that kind. */
    Json.Obj body(String methodAndPath) {
        var found = seen.stream().filter(s -> s.what.equals(methodAndPath)).toList();
        if (found.size() != 1) throw new AssertionError(found.size() + " requests " + methodAndPath + " in " + seen);
        return found.getFirst().body;
    }

    @Override
    public void close() {
        server.close();
    }

    private Map<String, Json.Obj> map(String collection) {
        return things.computeIfAbsent(collection, _ -> java.util.Collections.synchronizedMap(new LinkedHashMap<>()));
    }

    private Answer handle(Request request) {
        if (!request.headers().only("authorization").equals(Optional.of("Bearer " + KEY)))
            return Answer.problem(401, "no such key", "the key is unknown or was withdrawn");
        var body = request.body().length == 0 ? Json.Obj.EMPTY : JsonReader.readObject(request.body());
        var path = request.path().substring("/api/v1".length());
        seen.add(new Seen(request.method() + " " + path, body));
        var other = instead.get(request.method() + " " + path);
        if (other != null) return other.handle(request);
        return answer(request.method(), List.of(path.substring(1).split("/")), body);
    }

    private Answer answer(String method, List<String> path, Json.Obj body) {
        var collection = path.getFirst();
        if (collection.equals("secrets")) return secret(method, path, body);
        if (!Set.of("people", "groups", "agents", "servers", "tasks", "approvals")
                .contains(collection))
            return Answer.problem(404, "no such path", "the contract has no " + method + " " + path);
        if (path.size() == 1)
            return method.equals("GET") ? items(map(collection).values()) : create(collection, body);
        var found = find(collection, path.get(1));
        if (found.isEmpty()) return Answer.problem(404, "unknown", "there is no " + path.get(1));
        if (path.size() == 2) return Answer.json(200, found.get());
        return act(method, path, found.get());
    }

    private Optional<Json.Obj> find(String collection, String id) {
        var exact = map(collection).get(id);
        if (exact != null) return Optional.of(exact);
        return map(collection).entrySet().stream()
                .filter(e -> id.length() >= 4 && e.getKey().endsWith(id.toLowerCase(java.util.Locale.ROOT)))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private Answer create(String collection, Json.Obj resource) {
        var kind = resource.string("kind").orElse("");
        var spec = resource.object("spec").orElseThrow();
        if (!resource.members().keySet().equals(Set.of("apiVersion", "kind", "metadata", "spec"))
                || !resource.string("apiVersion").equals(Optional.of("writ.dev/v1"))
                || !SPECS.getOrDefault(kind, Set.of())
                        .containsAll(spec.members().keySet()))
            return Answer.problem(400, "unknown member", "the contract has no such " + kind + ": " + resource.text());
        var name = kind.equals("Task")
                ? TASK_ID.substring(0, 29) + (map("tasks").size() + 1)
                : resource.object("metadata").orElseThrow().string("name").orElseThrow();
        if (map(collection).containsKey(name))
            return Answer.problem(409, name + " exists already", "names are given once");
        var made = resource.with("metadata", Json.object().put("name", name).build())
                .with("status", status(kind));
        map(collection).put(name, made);
        return Answer.json(201, made);
    }

    private static final Json.Obj USAGE = JsonReader.readObject("""
            {"agent":"bot","tasks":1,"granted":["shop/refund","shop/wipe"],"unused":["shop/wipe"],"whole":true,
             "used":[{"tool":"shop/refund","calls":3,"refused":1,"last":"2026-11-20T09:00:00.000000Z"}]}""".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    private static Json status(String kind) {
        return switch (kind) {
            case "Person" ->
                Json.object()
                        .put("id", "per_01k00000000000000000000per")
                        .put("active", true)
                        .build();
            case "Task" -> Json.object().put("state", "open").build();
            case "Server" ->
                Json.object()
                        .put("status", "pending")
                        .put("tools", new Json.Arr(List.of()))
                        .build();
            case "Agent" -> Json.object().put("status", "active").build();
            default -> Json.Obj.EMPTY;
        };
    }

    private Answer act(String method, List<String> path, Json.Obj thing) {
        var verb = path.get(2);
        if (method.equals("GET") && path.getFirst().equals("agents") && verb.equals("usage"))
            return Answer.json(200, USAGE);
        if (path.getFirst().equals("groups") && verb.equals("members")) return Answer.empty(204);
        if (!method.equals("POST")) return Answer.problem(404, "no such path", method + " " + path);
        if (verb.equals("keys"))
            return Answer.json(
                    201,
                    Json.object()
                            .put("id", "key_01k00000000000000000000key")
                            .put("key", path.getFirst().equals("tasks") ? TASK_KEY : KEY)
                            .build());
        if (verb.equals("tools")) return Answer.empty(204);
        if (path.getFirst().equals("approvals"))
            return Answer.json(
                    200,
                    Json.object()
                            .put("state", verb.equals("approve") ? "approved" : "refused")
                            .build());
        var state = Map.of(
                "suspend",
                "suspended",
                "retire",
                "retired",
                "revoke",
                "revoked",
                "complete",
                "completed",
                "disable",
                "disabled");
        var key = path.getFirst().equals("tasks") ? "state" : "status";
        var status = thing.object("status").orElse(Json.Obj.EMPTY);
        if (state.containsKey(verb)) status = status.with(key, Json.of(state.get(verb)));
        var changed = thing.with("status", status);
        map(path.getFirst()).put(Resource.name(thing), changed);
        return Answer.json(200, changed);
    }

    private Answer secret(String method, List<String> path, Json.Obj body) {
        switch (method) {
            case "PUT" -> secrets.put(path.get(1), body.string("value").orElseThrow());
            case "DELETE" -> secrets.remove(path.get(1));
            default -> {
                return Answer.json(
                        200,
                        Json.object()
                                .put("items", new java.util.TreeSet<>(secrets.keySet()))
                                .build());
            }
        }
        return Answer.json(200, Json.object().put("name", path.get(1)).build());
    }

    private static Answer items(Iterable<Json.Obj> items) {
        var list = new ArrayList<Json>();
        items.forEach(list::add);
        return Answer.json(200, Json.object().put("items", new Json.Arr(list)).build());
    }
}
