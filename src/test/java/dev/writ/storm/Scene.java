package dev.writ.storm;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.HttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** An installation with one agent, one server, a policy that allows small amounts and asks for large ones. */
final class Scene {
    private static final String DISCOVER = """
            @id("storm-discover")
            permit (principal in Writ::Group::"storm-agents", action == Writ::Action::"server:discover", resource);
            """;
    private static final String NOTE = """
            @id("storm-note-SERVER")
            permit (principal in Writ::Group::"storm-agents", action == Writ::Action::"call:SERVER/note", resource)
            when { context.input.amount <= 500 };
            """;
    private static final String PAY = """
            @id("storm-pay-SERVER")
            permit (principal in Writ::Group::"storm-agents", action == Writ::Action::"call:SERVER/pay", resource)
            when { context.approvals.contains(Writ::Group::"storm-payers") };
            """;
    private static final String RESOURCES = """
            {"resources":[
            {"apiVersion":"writ.dev/v1","kind":"Person","metadata":{"name":"dana@storm.example"},"spec":{"displayName":"Dana Reyes","roles":["approver"]}},
            {"apiVersion":"writ.dev/v1","kind":"Group","metadata":{"name":"storm-payers"},"spec":{"of":"people","quorum":1,"proof":"cli","separation":true,"members":["dana@storm.example"]}},
            {"apiVersion":"writ.dev/v1","kind":"Group","metadata":{"name":"storm-agents"},"spec":{"of":"agents","members":[]}},
            {"apiVersion":"writ.dev/v1","kind":"Agent","metadata":{"name":"storm-bot"},"spec":{"owner":"{owner}","purpose":"makes weather","modelTier":1,"recertifyBy":"{year}","groups":["storm-agents"]}}
            {servers}]}
            """;
    private static final String SERVER = """
            ,{"apiVersion":"writ.dev/v1","kind":"Server","metadata":{"name":"NAME"},"spec":{"transport":TRANSPORT,"trust":3,"credentials":[]}}
            """;

    private Scene() {}

    /**
     * Sets an installation up through its control plane and returns Dana's key.
     *
     * @param servers name to transport; each lists {@code note}, and perhaps {@code pay}
     */
    static String set(Path data, HttpClient client, WritProcess writ, Map<String, String> servers) {
        var owner = new Api(client, writ.url(), writ.ownerKey());
        var year = Instant.now().plus(365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        var listed = new StringBuilder();
        servers.forEach(
                (name, transport) -> listed.append(SERVER.replace("NAME", name).replace("TRANSPORT", transport)));
        var resources = RESOURCES
                .replace("{owner}", person(owner, "owner"))
                .replace("{year}", year.toString())
                .replace("{servers}", listed);
        owner.post("/apply", (Json.Obj) JsonReader.read(resources));
        var policy = new StringBuilder(DISCOVER);
        for (var server : servers.keySet())
            for (var tool : approve(owner, server))
                policy.append((tool.equals("pay") ? PAY : NOTE).replace("SERVER", server));
        try {
            Files.writeString(data.resolve("policies/default/storm.cedar"), policy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        owner.post("/policies/publish", Json.Obj.EMPTY);
        return owner.post("/people/" + person(owner, "dana@storm.example") + "/keys", Json.Obj.EMPTY)
                .string("key")
                .orElseThrow();
    }

    /** Looks at what a server lists, approves all of it, and returns the names. */
    private static List<String> approve(Api owner, String server) {
        var inspected = owner.post("/servers/" + server + "/inspect", Json.Obj.EMPTY);
        var items = inspected
                .object("status")
                .orElseThrow()
                .array("tools")
                .orElseThrow()
                .items();
        var tools = Json.object();
        var names = new ArrayList<String>();
        for (var item : items) {
            var tool = (Json.Obj) item;
            var name = tool.string("name").orElseThrow();
            names.add(name);
            tools.put(
                    name,
                    Json.object()
                            .put("categories", List.of("money"))
                            .put("resultTrusted", true)
                            .put("digest", tool.string("digest").orElseThrow())
                            .build());
        }
        owner.post(
                "/servers/" + server + "/approve",
                Json.object().put("tools", tools.build()).build());
        return names;
    }

    /** A task of the agent, and the key that its agent gets. */
    record Work(String task, String key) {}

    static Work task(Api owner, String person, Collection<String> servers) {
        var scope = Json.object()
                .put("servers", List.copyOf(servers))
                .put("categories", List.of("money"))
                .put("data", List.of())
                .build();
        var spec = Json.object()
                .put("agent", "storm-bot")
                .put("person", person)
                .put("purpose", "weather")
                .put("scope", scope)
                .put("calls", 1_000_000)
                .put("for", "24h")
                .build();
        var opened = owner.post(
                "/tasks",
                Json.object()
                        .put("apiVersion", "writ.dev/v1")
                        .put("kind", "Task")
                        .put("metadata", Json.Obj.EMPTY)
                        .put("spec", spec)
                        .build());
        var task = opened.object("metadata").orElseThrow().string("name").orElseThrow();
        var key = owner.post("/tasks/" + task + "/keys", Json.Obj.EMPTY);
        return new Work(task, key.string("key").orElseThrow());
    }

    /** The id of the person whose e-mail begins so. */
    static String person(Api owner, String email) {
        for (var item : owner.get("/people").array("items").orElseThrow().items()) {
            var person = (Json.Obj) item;
            var name = person.object("metadata").orElseThrow().string("name").orElseThrow();
            if (name.startsWith(email))
                return person.object("status").orElseThrow().string("id").orElseThrow();
        }
        throw new AssertionError("no person " + email);
    }
}
