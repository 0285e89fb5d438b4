package dev.writ.attacks;

import static dev.writ.admin.Installed.json;
import static dev.writ.admin.Installed.resource;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.admin.Installed;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.demo.Shop;
import dev.writ.http.server.Route;
import dev.writ.walks.McpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attack 50: two tenants with equal names everywhere. Every route of the inventory is tried with one tenant's credentials
 * and the other one's ids and names, and answers exactly as it does for what nobody has.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrossTenantTest {
    private static final Name OTHER = new Name("globex");
    private static final String UNKNOWN_ID = "00000000000000000000000000";

    private Installed writ;
    private Shop shop;
    private Side ours;
    private Side theirs;
    private final StringBuffer logged = new StringBuffer();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.append(record.getMessage()).append(record.getThrown()).append('\n');
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** What came back, header fields included but for the date. */
    private record Answer(int status, String headers, String body) {}

    /** A tenant with one of everything; what it has beside the equal names has the mark in it. */
    private final class Side {
        private final Name tenant;
        private final String owner;
        private final String mark;
        private final Map<String, String> ids = new TreeMap<>();
        private String agentKey = "";

        Side(Name tenant, String owner, String mark) {
            this.tenant = tenant;
            this.owner = owner;
            this.mark = mark;
        }

        private Json.Obj made(String path, Json body) {
            var answer = writ.post(owner, path, body);
            assertThat(answer.status()).as(path + " " + answer.text()).isBetween(200, 201);
            return answer.json();
        }

        private static String name(Json.Obj made) {
            return made.object("metadata").orElseThrow().string("name").orElseThrow();
        }

        private static String status(Json.Obj made, String member) {
            return made.object("status").orElseThrow().string(member).orElseThrow();
        }

        void fill() throws IOException {
            var only = "only-" + mark;
            for (var name : List.of("ada", only))
                ids.put(
                        "person",
                        status(
                                made(
                                        "/people",
                                        resource(
                                                "Person",
                                                name + "@shared.example",
                                                json("{'displayName':'" + name
                                                        + "','roles':['approver','break-glass']}"))),
                                "id"));
            made("/groups", resource("Group", "leads", json("{'members':['ada@shared.example']}")));
            made("/groups", resource("Group", only, json("{'members':['ada@shared.example']}")));
            for (var name : List.of("bot", "second-bot", only))
                made(
                        "/agents",
                        resource("Agent", name, json("{'owner':'ada@shared.example','purpose':'p " + mark + "'}")));
            for (var name : List.of("shop", only)) {
                made(
                        "/servers",
                        resource("Server", name, json("{'transport':{'kind':'http','url':'" + shop.url() + "'}}")));
                writ.put(owner, "/secrets/" + name, json("{'value':'secret-" + mark + "'}"));
                var inspected = made("/servers/" + name + "/inspect", Json.Obj.EMPTY);
                for (var tool : items(inspected.object("status").orElseThrow(), "tools"))
                    if (tool.string("name").equals(Optional.of("list_orders")))
                        made(
                                "/servers/" + name + "/approve",
                                json("{'tools':{'list_orders':{'categories':['read'],'data':[],'digest':'"
                                        + tool.string("digest").orElseThrow() + "'}}}"));
            }
            var folder = Files.createDirectories(writ.data().resolve("policies/" + tenant));
            Files.writeString(
                    folder.resolve("mine.cedar"),
                    "@id(\"list-" + mark + "\") permit (principal, action in Writ::Action::\"any\", resource);\n"
                            + "@id(\"ask-" + mark + "\") forbid (principal == Writ::Agent::\"second-bot\","
                            + " action == Writ::Action::\"call:shop/list_orders\", resource)"
                            + " unless { context.approvals.contains(Writ::Group::\"leads\") };");
            made("/policies/publish", Json.Obj.EMPTY);
            work();
        }

        private void work() {
            var task = task("bot");
            agentKey = key(task);
            ids.put("task", task);
            ids.put(
                    "part",
                    made("/tasks/" + task + "/delegations", json("{'agent':'second-bot','calls':5}"))
                            .object("metadata")
                            .orElseThrow()
                            .string("name")
                            .orElseThrow());
            call(agentKey);
            call(key(task("second-bot")));
            ids.put("approval", first("/approvals", "id"));
            ids.put("decision", last("/decisions", "decision"));
            ids.put("consent", first("/consents", "id"));
            ids.put("key", first("/keys", "id"));
            ids.put(
                    "mandate",
                    status(
                            made(
                                    "/mandates",
                                    resource(
                                            "Mandate",
                                            "triage",
                                            json("{'agent':'bot','source':'tickets','purpose':'p " + mark
                                                    + "','scope':{'servers':['shop']},'for':'1h','uses':5}"))),
                            "id"));
            var ada = writ.post(owner, "/people/" + ids.get("person") + "/keys");
            var asked = writ.post(
                    ada.json().string("key").orElseThrow(),
                    "/emergencies",
                    json("{'agent':'bot','person':'ada@shared.example','reason':'r " + mark
                            + "','scope':{'servers':['shop']},'for':'1h'}"));
            assertThat(asked.status()).as(asked.text()).isEqualTo(201);
            ids.put("emergency", asked.json().string("id").orElseThrow());
        }

        private String task(String agent) {
            return name(made(
                    "/tasks",
                    json("{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'" + agent
                            + "','person':'ada@shared.example','purpose':'p " + mark
                            + "','scope':{'servers':['shop'],'categories':['read']},'calls':50,'for':'2h'}}")));
        }

        private String key(String task) {
            return made("/tasks/" + task + "/keys", Json.Obj.EMPTY)
                    .string("key")
                    .orElseThrow();
        }

        private void call(String key) {
            try (var client = McpClient.to(writ.wiring().url() + "/mcp/shop", key)) {
                client.initialize();
                client.call("list_orders", "{}");
            }
        }

        private String first(String path, String member) {
            return items(writ.get(owner, path).json(), "items")
                    .getFirst()
                    .string(member)
                    .orElseThrow();
        }

        private String last(String path, String member) {
            return items(writ.get(owner, path).json(), "items")
                    .getLast()
                    .string(member)
                    .orElseThrow();
        }

        /** What of this side nobody else may ever see. */
        List<String> marks() {
            var marks = new ArrayList<>(ids.values());
            marks.add("only-" + mark);
            marks.add("p " + mark);
            marks.add("secret-" + mark);
            marks.add(tenant.text());
            return marks;
        }
    }

    private static List<Json.Obj> items(Json.Obj of, String member) {
        return of.array(member).orElseThrow().items().stream()
                .map(each -> (Json.Obj) each)
                .toList();
    }

    @BeforeAll
    void twoTenantsWithEqualNames(@TempDir Path data) throws IOException {
        Logger.getLogger("").addHandler(log);
        shop = Shop.start(0, Optional.empty());
        writ = new Installed(data);
        ours = new Side(Installed.DEFAULT, writ.owner(), "aaaa");
        theirs = new Side(OTHER, writ.foundTenant(OTHER), "zzzz");
        ours.fill();
        theirs.fill();
    }

    @AfterAll
    void stop() {
        http.close();
        writ.close();
        shop.close();
        Logger.getLogger("").removeHandler(log);
    }

    private List<Route> inventory() {
        return writ.wiring().server().routes().all().stream()
                .sorted(Comparator.comparing(Route::pattern).thenComparing(Route::method))
                .toList();
    }

    /** The other side's things that a parameter of a route may name, and what nobody has in their place. */
    private static Map<String, String> foreign(Route route, Side of) {
        var pattern = route.pattern();
        var pairs = new LinkedHashMap<String, String>();
        for (var id : of.ids.entrySet()) {
            var kind = id.getValue().substring(0, id.getValue().indexOf('_'));
            pairs.put(id.getValue(), kind + "_" + UNKNOWN_ID);
        }
        // A name and an id are not told apart by routes that take either.
        if (!pattern.contains("{id}") || pattern.contains("/mandates")) pairs.put("only-" + of.mark, "only-nobody");
        // That there is a tenant by the name of default is no secret.
        if (pattern.contains("{tenant}") && !of.tenant.equals(Installed.DEFAULT)) pairs.put(of.tenant.text(), "nobody");
        if (pattern.contains("/people")) pairs.put("only-" + of.mark + "@shared.example", "only-nobody@shared.example");
        return pairs;
    }

    /** Whether a route is for whoever comes: metadata, signing in, what says itself who sends it. */
    private static boolean open(Route route) {
        return Set.of("public", "visitor", "provider").contains(route.audience());
    }

    private static String filled(String pattern, String value) {
        return pattern.replaceAll("\\{[a-z][A-Za-z]*}", value);
    }

    private Answer ask(Side as, Route route, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(writ.wiring().url() + path))
                .header("authorization", "Bearer " + (route.audience().equals("agent") ? as.agentKey : as.owner))
                .header("accept", "application/json, text/event-stream")
                .method(
                        route.method(),
                        route.bodyBytesMax() == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (route.bodyBytesMax() > 0) request.header("content-type", "application/json");
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        var headers = new TreeMap<>(answer.headers().map());
        headers.remove("date");
        return new Answer(answer.statusCode(), headers.toString(), answer.body());
    }

    /** Without what is our own and differs from answer to answer, and without the value that was asked for. */
    private static Answer plain(Answer answer, String asked) {
        return new Answer(
                answer.status(),
                plain(answer.headers(), asked).replaceAll("content-length=\\[[0-9]+]", "content-length"),
                plain(answer.body(), asked));
    }

    private static String plain(String text, String asked) {
        return text.replace(asked, "ASKED")
                .replaceAll("(dec|rec|tsk|mdt|brk)_[0-9a-z]{26}", "$1")
                .replaceAll("20[0-9]{2}-[0-9-]+T[0-9:.]+Z", "TIME");
    }

    /** What a route that reads a body would take, so that it comes as far as looking for what is named. */
    private static String body(Route route, String named) {
        var path = route.pattern();
        if (path.startsWith("/mcp"))
            return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                    + "\"capabilities\":{},\"clientInfo\":{\"name\":\"x\",\"version\":\"1\"}}}";
        if (path.endsWith("/recertify")) return "{\"until\":\"2027-01-01T00:00:00Z\"}";
        if (path.endsWith("/reassign")) return "{\"owner\":\"ada@shared.example\"}";
        if (path.endsWith("/mandates/{id}/tasks")) return "{\"event\":\"E-1\"}";
        if (path.endsWith("/review")) return "{\"note\":\"seen\"}";
        if (path.endsWith("/delegations")) return "{\"agent\":\"second-bot\",\"calls\":1}";
        if (path.endsWith("/secrets/{name}")) return "{\"value\":\"v\"}";
        if (path.endsWith("/approve") && path.contains("/servers")) return "{\"tools\":{}}";
        if (path.endsWith("/inspect") || path.endsWith("/keys") || path.endsWith("/open")) return "";
        boolean reasoned = path.endsWith("/revoke") && !path.contains("/keys") || path.endsWith("/complete");
        return reasoned || path.endsWith("/approvals/{id}/approve") || path.endsWith("/refuse")
                ? "{\"reason\":\"" + named.hashCode() + "\"}".replaceAll("[0-9-]+", "r")
                : "";
    }

    @Test
    void whatTheOtherTenantHasIsAnsweredLikeWhatNobodyHas() throws Exception {
        int tried = 0;
        for (var route : inventory()) {
            // A secret is put there by its name, whoever else has one of that name.
            if (!route.pattern().contains("{") || route.method().equals("PUT")) continue;
            for (var each : List.of(List.of(ours, theirs), List.of(theirs, ours))) {
                var as = each.getFirst();
                var of = each.getLast();
                // Outcomes are written a little later: reading the records waits for them.
                int before = writ.records(of.tenant).size();
                for (var pair : foreign(route, of).entrySet()) {
                    var there = ask(as, route, filled(route.pattern(), pair.getKey()), body(route, pair.getKey()));
                    var nowhere =
                            ask(as, route, filled(route.pattern(), pair.getValue()), body(route, pair.getValue()));
                    assertThat(plain(there, pair.getKey()))
                            .as(route.method() + " " + route.pattern() + " with " + pair.getKey())
                            .isEqualTo(plain(nowhere, pair.getValue()));
                    // What stands open to everybody describes whatever tenant is named, and makes nothing.
                    if (open(route))
                        assertThat(there.status()).as(route + " " + pair).isNotIn(201, 202, 204, 500);
                    else assertThat(there.status()).as(route + " " + pair).isNotIn(200, 201, 202, 204, 500);
                    tried++;
                }
                assertThat(writ.records(of.tenant)).as(route.pattern()).hasSize(before);
            }
        }
        assertThat(tried).isGreaterThan(500);
    }

    @Test
    void whatTheOtherTenantHasCannotBeNamedInABodyEither() throws Exception {
        int tried = 0;
        for (var route : inventory()) {
            if (!route.method().equals("POST")) continue;
            var path = route.pattern().replace("{id}", ours.ids.get("task"));
            var there = Naming.bodies(route.pattern(), "only-zzzz", theirs.ids.get("person"), theirs.ids.get("task"));
            var nowhere = Naming.bodies(route.pattern(), "only-nobody", "per_" + UNKNOWN_ID, "tsk_" + UNKNOWN_ID);
            for (int i = 0; i < there.size(); i++) {
                var one = ask(ours, route, path, there.get(i).replace('\'', '"'));
                var other = ask(ours, route, path, nowhere.get(i).replace('\'', '"'));
                assertThat(plain(one, "only-zzzz")).as(there.get(i)).isEqualTo(plain(other, "only-nobody"));
                assertThat(one.status()).as(there.get(i)).isNotIn(201, 500);
                tried++;
            }
        }
        assertThat(tried).isGreaterThanOrEqualTo(11);
    }

    @Test
    void noListReportExportOrLogLineOfOneTenantHoldsAnythingOfTheOther() throws Exception {
        var seen = new TreeSet<String>();
        for (var route : inventory()) {
            if (route.pattern().contains("{") || !route.method().equals("GET")) continue;
            if (route.pattern().startsWith("/mcp")) continue;
            for (var each : List.of(List.of(ours, theirs), List.of(theirs, ours))) {
                var answer = ask(each.getFirst(), route, route.pattern(), "");
                // Without what a browser brings along, signing in and connecting come to nothing.
                if (open(route) || route.pattern().startsWith("/oauth/"))
                    assertThat(answer.status()).as(route.pattern()).isIn(200, 303, 400, 401, 404);
                else assertThat(answer.status()).as(route.pattern()).isEqualTo(200);
                for (var mark : each.getLast().marks()) {
                    // The word default stands in descriptions as well.
                    if (mark.equals("default")) continue;
                    assertThat(answer.body() + answer.headers())
                            .as(route.pattern())
                            .doesNotContain(mark);
                }
                seen.add(route.pattern());
            }
        }
        assertThat(seen).hasSizeGreaterThan(15);
        for (var mark : List.of("only-zzzz", "p zzzz", "secret-zzzz", "only-aaaa", "p aaaa", "secret-aaaa"))
            assertThat(logged.toString()).doesNotContain(mark);
    }

    @Test
    void anAgentsKeyOpensTheServerOfItsOwnTenantAndItsOwnTaskAlone() {
        try (var client = McpClient.to(writ.wiring().url() + "/mcp/shop", ours.agentKey)) {
            client.initialize();
            client.call("list_orders", "{}");
        }
        var last = writ.records(Installed.DEFAULT).stream()
                .filter(record -> record.string("kind").equals(Optional.of("intent")))
                .reduce((_, later) -> later)
                .orElseThrow();
        assertThat(last.string("task")).contains(ours.ids.get("task"));
        assertThat(last.string("tenant")).contains("default");
        assertThat(writ.records(OTHER)).noneMatch(record -> record.text().contains(ours.ids.get("task")));
    }
}
