package dev.writ.admin;

import static dev.writ.admin.Installed.DEFAULT;
import static dev.writ.admin.Installed.json;
import static dev.writ.admin.Installed.resource;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.http.server.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask what, and what becomes of requests that nobody should send. */
class ApiTest {
    private static final Name OTHER = new Name("other");

    /** A body that each route which reads one would take, were its caller allowed and its target there. */
    private static final String PERSON =
            "{'apiVersion':'writ.dev/v1','kind':'Person','metadata':{'name':'x@example.org'},'spec':{'displayName':'X'}}";

    @TempDir
    private static Path data;

    private static Installed writ;
    private static String owner;
    private static String agentKey;
    private static String otherOwner;

    @BeforeAll
    static void start() {
        writ = new Installed(data);
        owner = writ.owner();
        writ.person("ada@example.org", "approver");
        writ.post(owner, "/agents", resource("Agent", "bot", json("{'owner':'ada@example.org','purpose':'tests'}")));
        writ.post(
                owner,
                "/servers",
                resource("Server", "shop", json("{'transport':{'kind':'http','url':'http://127.0.0.1:9/mcp'}}")));
        agentKey = writ.post(owner, "/tasks/" + openTask() + "/keys")
                .json()
                .string("key")
                .orElseThrow();
        otherOwner = writ.foundTenant(OTHER);
    }

    @AfterAll
    static void stop() {
        writ.close();
    }

    private static String openTask() {
        var opened = writ.post(
                owner,
                "/tasks",
                json("{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'bot','person':'ada@example.org',"
                        + "'purpose':'tests','scope':{'servers':['shop']},'for':'1h'}}"));
        assertThat(opened.status()).as(opened.text()).isEqualTo(201);
        return opened.json().object("metadata").orElseThrow().string("name").orElseThrow();
    }

    private static List<Route> personRoutes() {
        return writ.wiring().server().routes().all().stream()
                .filter(route -> route.pattern().startsWith(Api.BASE))
                .filter(route -> !route.audience().equals("public"))
                .toList();
    }

    private static String path(Route route) {
        return route.pattern()
                .substring(Api.BASE.length())
                .replace("{id}", "bot1")
                .replace("{name}", "shop")
                .replace("{member}", "bot")
                .replace("{passkey}", "psk1")
                .replace("{tool}", "t")
                .replace("{secret}", "s")
                .replace("{key}", "key1")
                .replace("{decision}", "dec1");
    }

    @Test
    void everyRouteOfTheProductAsksForACredentialBeforeItReadsAnything() {
        assertThat(personRoutes()).hasSizeGreaterThan(45);
        for (var route : personRoutes()) {
            var body = route.bodyBytesMax() > 0 ? Optional.of("{not json") : Optional.<String>empty();
            for (var key : List.of("", "nonsense", "writ_person_" + "A".repeat(43), "' OR 1=1 --"))
                assertThat(writ.send(route.method(), key, path(route), body).status())
                        .as(route.method() + " " + route.pattern() + " with " + key)
                        .isEqualTo(401);
        }
        var elsewhere = writ.wiring().server().routes().all().stream()
                .filter(route -> !route.pattern().startsWith(Api.BASE))
                .map(Route::audience);
        for (var route : writ.wiring().server().routes().all())
            if (route.audience().equals("person") && !route.pattern().startsWith(Api.BASE))
                assertThat(route.pattern()).isEqualTo("/oauth/upstream/callback");
        assertThat(elsewhere).isNotEmpty().containsOnly("agent", "person", "public", "visitor", "provider");
        // What stands open is the authorization server, whose messages say themselves who sends them, and signing in.
        for (var route : writ.wiring().server().routes().all())
            if (route.audience().equals("public") && !route.pattern().startsWith(Api.BASE))
                assertThat(route.pattern()).matches("(/t/\\{tenant})?/(oauth|\\.well-known|ui)/.*");
    }

    @Test
    void anAgentsKeyOpensNothingHereAndLeavesNoTrace() {
        long size = writ.size(DEFAULT);
        for (var route : personRoutes()) {
            if (!route.audience().equals("person")) continue;
            var body = route.bodyBytesMax() > 0 ? Optional.of("{}") : Optional.<String>empty();
            assertThat(writ.send(route.method(), agentKey, path(route), body).status())
                    .as(route.method() + " " + route.pattern())
                    .isEqualTo(403);
        }
        assertThat(writ.size(DEFAULT)).isEqualTo(size);
    }

    @Test
    void theDescriptionTellsOfEveryRouteAndOfNoOther() {
        var described = new TreeSet<String>();
        var document = writ.get("", "/openapi.json");
        assertThat(document.status()).isEqualTo(200);
        assertThat(document.json().string("openapi")).contains("3.1.0");
        document.json().object("paths").orElseThrow().members().forEach((path, operations) -> ((Json.Obj) operations)
                .members()
                .keySet()
                .forEach(method -> described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
        var served = new TreeSet<String>();
        for (var route : writ.wiring().server().routes().all())
            if (route.pattern().startsWith(Api.BASE)) served.add(route.method() + " " + route.pattern());
        assertThat(described).isEqualTo(served);
        var ids = new ArrayList<String>();
        for (var path : document.json().object("paths").orElseThrow().members().values())
            for (var operation : ((Json.Obj) path).members().values())
                ids.add(((Json.Obj) operation).string("operationId").orElseThrow());
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void everyBodyThatIsNoStrictJsonObjectIsMalformed() {
        long transitions = writ.transitions(DEFAULT, 0).size();
        for (var route : personRoutes()) {
            if (route.bodyBytesMax() == 0) continue;
            for (var body : List.of(
                    "{",
                    "[]",
                    "\"text\"",
                    "null",
                    "{\"a\":1,\"a\":1}",
                    "{} {}",
                    "{\"a\":\"\\ud800\"}",
                    "[".repeat(500)))
                assertThat(writ.send(route.method(), owner, path(route), Optional.of(body))
                                .status())
                        .as(route.method() + " " + route.pattern() + " " + body)
                        .isEqualTo(400);
        }
        assertThat(writ.transitions(DEFAULT, 0)).hasSize((int) transitions);
    }

    @Test
    void everyUnknownMemberBreaksARuleWhereverItStands() {
        for (var route : personRoutes()) {
            if (route.bodyBytesMax() == 0) continue;
            var answered = writ.send(route.method(), owner, path(route), Optional.of("{\"surprise\":true}"));
            assertThat(answered.status())
                    .as(route.method() + " " + route.pattern())
                    .isEqualTo(422);
            assertThat(answered.title()).contains("unknown member surprise");
        }
        var misspelt = PERSON.replace("displayName", "displayname");
        assertThat(writ.post(owner, "/people", json(misspelt)).title()).contains("did you mean displayName?");
        var kind = PERSON.replace("'Person'", "'Persom'");
        assertThat(writ.post(owner, "/people", json(kind)).title()).contains("did you mean Person?");
    }

    @Test
    void everyBodyBeyondTheLimitIsRefusedUnread() {
        var large = "{\"a\":\"" + "x".repeat(Api.BODY_BYTES_MAX) + "\"}";
        assertThat(writ.send("POST", owner, "/people", Optional.of(large)).status())
                .isEqualTo(413);
        assertThat(writ.send("PUT", owner, "/secrets/a", Optional.of(large)).status())
                .isEqualTo(413);
    }

    @Test
    void valuesOfAnotherTypeOrBeyondTheirRangeBreakARule() {
        var wrong = List.of(
                PERSON.replace("'X'", "7"),
                PERSON.replace("'X'", "null"),
                PERSON.replace("'X'", "' X'"),
                PERSON.replace("'X'", "'a\\u202eb'"),
                PERSON.replace("x@example.org", "no address"),
                PERSON.replace("'writ.dev/v1'", "'v2'"),
                PERSON.replace("'displayName':'X'", "'displayName':'X','roles':['root']"),
                PERSON.replace("'displayName':'X'", "'displayName':'X','roles':'admin'"),
                PERSON.replace("'spec':", "'metadatas':"));
        for (var body : wrong)
            assertThat(writ.post(owner, "/people", json(body)).status())
                    .as(body)
                    .isEqualTo(422);
        for (var spec : List.of(
                "{'owner':'ada@example.org','purpose':'p','modelTier':4294967296}",
                "{'owner':'ada@example.org','purpose':'p','modelTier':1.5}",
                "{'owner':'ada@example.org','purpose':'p','modelTier':10}",
                "{'owner':'ada@example.org','purpose':'p','recertifyBy':'tomorrow'}",
                "{'owner':'ada@example.org','purpose':''}"))
            assertThat(writ.post(owner, "/agents", resource("Agent", "fresh", json(spec)))
                            .status())
                    .as(spec)
                    .isEqualTo(422);
        for (var spec : List.of(
                "{'transport':{'kind':'http','url':'file:///etc/passwd'}}",
                "{'transport':{'kind':'http','url':'http://user:pass@example.org/'}}",
                "{'transport':{'kind':'http','url':'http://example.org/','command':'sh'}}",
                "{'transport':{'kind':'stdio','command':''}}",
                "{'transport':{'kind':'stdio','command':'x','environment':['A=B']}}",
                "{'transport':{'kind':'ssh','url':'http://example.org/'}}",
                "{'transport':{'kind':'stdio','command':'x'},'credentials':[{'secret':'a','header':'X'},{'secret':'b','header':'x'}]}",
                "{'transport':{'kind':'stdio','command':'x'},'trust':-1}"))
            assertThat(writ.post(owner, "/servers", resource("Server", "fresh", json(spec)))
                            .status())
                    .as(spec)
                    .isEqualTo(422);
        for (var name : List.of("Fresh", "a__b", "a\\u200bb", "", "../x"))
            assertThat(writ.post(
                                    owner,
                                    "/agents",
                                    json("{'apiVersion':'writ.dev/v1','kind':'Agent','metadata':{'name':'" + name
                                            + "'},'spec':{'owner':'ada@example.org','purpose':'p'}}"))
                            .status())
                    .as(name)
                    .isEqualTo(422);
    }

    @Test
    void tasksAskForEverythingThatTheyNeed() {
        var good = "{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'bot','person':'ada@example.org',"
                + "'purpose':'tests','scope':{'servers':['shop']},'for':'1h'}}";
        for (var change : List.of(
                List.of("'for':'1h'", "'for':'1h','until':'2030-01-01T00:00:00Z'"),
                List.of("'for':'1h'", "'calls':5"),
                List.of("'for':'1h'", "'for':'0h'"),
                List.of("'for':'1h'", "'for':'9999999d'"),
                List.of("'for':'1h'", "'until':'2001-01-01T00:00:00Z'"),
                List.of("'for':'1h'", "'for':'1h','calls':0"),
                List.of("'agent':'bot'", "'agent':'nobody'"),
                List.of("['shop']", "['nothing']"),
                List.of("['shop']", "[]"),
                List.of("'servers':['shop']", "'servers':['shop'],'tools':['other/x']"),
                List.of("'servers':['shop']", "'servers':['shop'],'tools':['shop/unheard']")))
            assertThat(writ.post(owner, "/tasks", json(good.replace(change.getFirst(), change.getLast())))
                            .status())
                    .as(change.getLast())
                    .isEqualTo(422);
    }

    @Test
    void textsThatWouldBeSqlAreKeptAsTextOrRefused() {
        var sql = List.of("'; DROP TABLE people; --", "\" OR \"1\"=\"1", "x'); DELETE FROM tasks; --", "%", "\\");
        int number = 0;
        for (var text : sql) {
            var person = Json.object().put("displayName", text).build();
            var made = writ.post(owner, "/people", resource("Person", "sql" + number + "@example.org", person));
            assertThat(made.status()).as(made.text()).isEqualTo(201);
            assertThat(made.json().object("spec").orElseThrow().string("displayName"))
                    .contains(text);
            var agent = Json.object()
                    .put("owner", "ada@example.org")
                    .put("purpose", text)
                    .build();
            assertThat(writ.post(owner, "/agents", resource("Agent", "sql-" + number, agent))
                            .status())
                    .isEqualTo(201);
            var segment = java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8)
                    .replace("+", "%20");
            for (var path : List.of("/agents/", "/servers/", "/groups/", "/tasks/", "/approvals/", "/decisions/"))
                if (!text.equals("\\") && !text.equals("%"))
                    assertThat(writ.get(owner, path + segment).status())
                            .as(path + text)
                            .isEqualTo(404);
            assertThat(writ.get(owner, "/decisions?agent=" + segment).status()).isEqualTo(200);
            assertThat(writ.get(owner, "/tasks?state=" + segment).status()).isEqualTo(200);
            number++;
        }
        assertThat(writ.get(owner, "/people")
                        .json()
                        .array("items")
                        .orElseThrow()
                        .items())
                .hasSizeGreaterThan(sql.size());
    }

    @Test
    void aViewerLooksAndChangesNothing() {
        var viewer = writ.person("viewer@example.org", "viewer");
        assertThat(writ.get(viewer, "/agents").status()).isEqualTo(200);
        assertThat(writ.get(viewer, "/status").status()).isEqualTo(200);
        long transitions = writ.transitions(DEFAULT, 0).size();
        var orders = List.of(
                "/agents/bot/suspend",
                "/agents/bot/retire",
                "/servers/shop/disable",
                "/servers/shop/inspect",
                "/policies/publish",
                "/people/ada@example.org/deactivate",
                "/people/ada@example.org/keys");
        for (var order : orders) {
            var refused = writ.post(viewer, order);
            assertThat(refused.status()).as(order).isEqualTo(403);
            assertThat(refused.json().string("decision").orElseThrow()).startsWith("dec_");
        }
        assertThat(writ.put(viewer, "/secrets/stolen", json("{'value':'x'}")).status())
                .isEqualTo(403);
        assertThat(writ.put(viewer, "/groups/role-admin/members/viewer@example.org", Json.Obj.EMPTY)
                        .status())
                .isEqualTo(403);
        assertThat(writ.post(viewer, "/people", json(PERSON)).status()).isEqualTo(403);
        assertThat(writ.get(viewer, "/decisions").status()).isEqualTo(403);
        assertThat(writ.get(viewer, "/evidence/export").status()).isEqualTo(403);
        assertThat(writ.transitions(DEFAULT, 0)).hasSize((int) transitions);
        assertThat(writ.get(owner, "/agents/bot").text()).contains("\"status\":\"active\"");
    }

    @Test
    void aPersonWithoutARoleSeesNothingAndADeactivatedOneIsNobody() {
        var plain = writ.person("plain@example.org");
        for (var path : List.of(
                "/people",
                "/agents",
                "/agents/bot",
                "/agents/nobody",
                "/servers",
                "/tasks",
                "/policies",
                "/secrets",
                "/export",
                "/status",
                "/doctor")) assertThat(writ.get(plain, path).status()).as(path).isEqualTo(403);
        assertThat(writ.get(plain, "/approvals").text()).isEqualTo("{\"items\":[]}");
        assertThat(writ.post(owner, "/people/plain@example.org/deactivate").status())
                .isEqualTo(200);
        assertThat(writ.get(plain, "/approvals").status()).isEqualTo(401);
        assertThat(writ.post(owner, "/people/owner@localhost/deactivate").status())
                .isEqualTo(409);
        assertThat(writ.get(owner, "/status").status()).isEqualTo(200);
    }

    @Test
    void anotherTenantsThingsAreNotThere() {
        var task = openTask();
        var decision = writ.get(owner, "/decisions?limit=1")
                .json()
                .array("items")
                .orElseThrow()
                .items()
                .getFirst();
        var id = ((Json.Obj) decision).string("decision").orElseThrow();
        for (var path : List.of(
                "/agents/bot",
                "/servers/shop",
                "/tasks/" + task,
                "/decisions/" + id,
                "/evidence/" + id + "/receipt",
                "/evidence/" + id + "/who-authorised"))
            assertThat(writ.get(otherOwner, path).status()).as(path).isEqualTo(404);
        for (var path : List.of("/agents", "/servers", "/tasks", "/secrets"))
            assertThat(writ.get(otherOwner, path).text()).as(path).isEqualTo("{\"items\":[]}");
        long size = writ.transitions(DEFAULT, 0).size();
        assertThat(writ.post(otherOwner, "/agents/bot/suspend").status()).isEqualTo(404);
        assertThat(writ.post(otherOwner, "/tasks/" + task + "/revoke", json("{'reason':'x'}"))
                        .status())
                .isEqualTo(404);
        assertThat(writ.post(otherOwner, "/people/ada@example.org/deactivate").status())
                .isEqualTo(404);
        assertThat(writ.transitions(DEFAULT, 0)).hasSize((int) size);
        assertThat(writ.get(otherOwner, "/export").text())
                .doesNotContain("example.org\"")
                .contains("owner@other.example");
        assertThat(writ.records(OTHER).stream().map(Json.Obj::text))
                .noneMatch(text -> text.contains("\"tenant\":\"default\""));
    }

    @Test
    void lookingIntoTheLedgerIsRecordedAndTellsWhoAuthorised() {
        assertThat(writ.post(
                                owner,
                                "/agents",
                                resource("Agent", "told", json("{'owner':'ada@example.org','purpose':'p'}")))
                        .status())
                .isEqualTo(201);
        var newest = writ.get(owner, "/decisions?limit=1000&verdict=permit").json();
        var made = newest.array("items").orElseThrow().items().stream()
                .map(Json.Obj.class::cast)
                .filter(item ->
                        item.object("action").orElseThrow().string("target").equals(Optional.of("told")))
                .findFirst()
                .orElseThrow();
        var id = made.string("decision").orElseThrow();
        assertThat(made.strings("determining")).containsExactly("admins-administer");
        assertThat(writ.get(owner, "/evidence/" + id + "/who-authorised").json().string("sentence"))
                .contains("Owner was permitted agent:create told by policy admins-administer; outcome: done.");
        var whole =
                writ.get(owner, "/decisions/" + id.substring(id.length() - 10)).json();
        assertThat(whole.array("records").orElseThrow().items()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(whole.object("payload").orElseThrow().string("purpose")).contains("p");
        assertThat(writ.get(owner, "/evidence/" + id + "/receipt").text())
                .startsWith("{\"format\":\"writ-receipt/v1\"");
        assertThat(writ.records(DEFAULT).stream().filter(record -> record.object("action")
                        .flatMap(action -> action.string("kind"))
                        .equals(Optional.of("read-evidence"))))
                .isNotEmpty();
        for (var bad : List.of("limit=0", "limit=1001", "limit=x", "after=-2", "verdict=maybe"))
            assertThat(writ.get(owner, "/decisions?" + bad).status()).as(bad).isEqualTo(422);
    }
}
