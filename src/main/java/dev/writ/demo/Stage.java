package dev.writ.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.HttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sets the scene through the control plane, as an administrator would, and hands the story its props. */
final class Stage {
    private static final List<String> READS = List.of("get_order", "list_orders");

    private final Path data;
    private final String url;
    private final Shop shop;
    private final CommandLine commandLine;
    private final Api owner;
    private final Map<String, String> keys = new LinkedHashMap<>();
    private String task = "";
    private String agentKey = "";

    /** @param secret what the shop asks of its clients; the agent never sees it */
    Stage(
            Path data,
            String url,
            String ownerKey,
            Shop shop,
            String secret,
            HttpClient client,
            CommandLine commandLine) {
        this.data = data;
        this.url = url;
        this.shop = shop;
        this.commandLine = commandLine;
        this.owner = new Api(client, url + "/api/v1", ownerKey);
        keys.put("owner", ownerKey);
        set(secret);
    }

    private void set(String secret) {
        owner.put(
                "/secrets/shop-key",
                Json.object().put("value", "Bearer " + secret).build());
        apply();
        approveTools();
        publishPolicy();
        var dana = person("dana@shop.example");
        keys.put("dana", text(owner.post("/people/" + dana + "/keys", Json.Obj.EMPTY), "key"));
        openTask(person("owner"));
    }

    private void apply() {
        var year = InstantSource.system().instant().plus(365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        var resources = resource("demo.json")
                .replace("{owner}", person("owner"))
                .replace("{shop}", shop.url())
                .replace("{year}", year.toString());
        owner.post("/apply", JsonReader.readObject(resources.getBytes(UTF_8)));
    }

    /** The owner looks at what the shop offers and says what each tool is; before that none can be called. */
    private void approveTools() {
        var inspected = owner.post("/servers/shop/inspect", Json.Obj.EMPTY);
        var tools = Json.object();
        for (var item : inspected
                .object("status")
                .flatMap(s -> s.array("tools"))
                .orElseThrow()
                .items()) {
            var tool = (Json.Obj) item;
            var name = text(tool, "name");
            tools.put(
                    name,
                    classification(name).put("digest", text(tool, "digest")).build());
        }
        owner.post(
                "/servers/shop/approve",
                Json.object().put("tools", tools.build()).build());
    }

    private static Json.ObjectBuilder classification(String tool) {
        var categories = READS.contains(tool)
                ? List.of("read")
                : switch (tool) {
                    case "create_refund" -> List.of("money");
                    case "send_email" -> List.of("external");
                    default -> List.of("irreversible");
                };
        return Json.object().put("categories", categories).put("resultTrusted", true);
    }

    private void publishPolicy() {
        try {
            Files.writeString(data.resolve("policies/default/demo.cedar"), resource("demo.cedar"));
        } catch (IOException e) {
            throw new DemoFailure("the demo's policy cannot be written: " + e.getMessage());
        }
        owner.post("/policies/publish", Json.Obj.EMPTY);
    }

    private void openTask(String person) {
        var scope = Json.object()
                .put("servers", List.of("shop"))
                .put("categories", List.of("read", "money", "external", "irreversible"))
                .put("data", List.of())
                .build();
        var spec = Json.object()
                .put("agent", "support-bot")
                .put("person", person)
                .put("purpose", "support case")
                .put("scope", scope)
                .put("calls", 100)
                .put("for", "1h")
                .build();
        var opened = owner.post("/tasks", document("Task", spec));
        task = text(opened.object("metadata").orElseThrow(), "name");
        agentKey = text(owner.post("/tasks/" + task + "/keys", Json.Obj.EMPTY), "key");
    }

    private static Json.Obj document(String kind, Json.Obj spec) {
        return Json.object()
                .put("apiVersion", "writ.dev/v1")
                .put("kind", kind)
                .put("metadata", Json.Obj.EMPTY)
                .put("spec", spec)
                .build();
    }

    /** The id of a person, by e-mail or by the beginning of it. */
    private String person(String email) {
        for (var item : owner.get("/people").array("items").orElseThrow().items()) {
            var person = (Json.Obj) item;
            if (text(person.object("metadata").orElseThrow(), "name").startsWith(email))
                return text(person.object("status").orElseThrow(), "id");
        }
        throw new DemoFailure("there is no person " + email);
    }

    String mcpUrl() {
        return url + "/mcp/shop";
    }

    String agentKey() {
        return agentKey;
    }

    int refunds() {
        return shop.effects().array("refunds").orElseThrow().items().size();
    }

    int mails() {
        return shop.effects().array("mails").orElseThrow().items().size();
    }

    void shopChanges(String tool, String description) {
        shop.redefine(tool, description);
    }

    String toolState(String tool) {
        var tools = owner.get("/servers/shop")
                .object("status")
                .flatMap(s -> s.array("tools"))
                .orElseThrow();
        return tools.items().stream()
                .map(Json.Obj.class::cast)
                .filter(each -> text(each, "name").equals(tool))
                .map(each -> text(each, "state"))
                .findFirst()
                .orElse("");
    }

    void revokeTask(String reason) {
        owner.post(
                "/tasks/" + task + "/revoke",
                Json.object().put("reason", reason).build());
    }

    /** The newest decision about the agent, as the ledger has it. */
    String latestDecision() {
        var items = new ArrayList<>(owner.get("/decisions?agent=support-bot&limit=1000")
                .array("items")
                .orElseThrow()
                .items());
        return items.isEmpty() ? "" : text((Json.Obj) items.getLast(), "decision");
    }

    Path receipt(String decision) {
        return write("receipt.json", owner.getBytes("/evidence/" + decision + "/receipt?disclose=true"));
    }

    Path trust() {
        return write("trust.txt", owner.getBytes("/evidence/trust"));
    }

    private Path write(String name, byte[] bytes) {
        try {
            return Files.write(data.resolve(name), bytes);
        } catch (IOException e) {
            throw new DemoFailure(name + " cannot be written: " + e.getMessage());
        }
    }

    CommandLine.Ran commandLine(String who, String... words) {
        return commandLine.run(url, Objects.requireNonNull(keys.get(who)), List.of(words));
    }

    static String text(Json.Obj object, String member) {
        return object.string(member)
                .orElseThrow(() -> new DemoFailure("an answer has no " + member + ": " + object.text()));
    }

    private static String resource(String name) {
        try (InputStream in = Stage.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new DemoFailure(name + " cannot be read");
        }
    }
}
