package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.registry.Group;
import dev.writ.registry.Person;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Standing orders, emergencies and the life of agents: nothing acts in nobody's name, and nothing for ever. */
class StandingWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private Product product;
    private AgentApi olga;

    @BeforeEach
    void start(@TempDir Path data) {
        product = Product.start(data, settings -> settings, () -> Instant.now().plus(ahead.get()));
        olga = as(product.owner);
    }

    @AfterEach
    void stop() {
        product.close();
    }

    private AgentApi as(Id person) {
        return new AgentApi(product.wiring.url().toString(), product.personKey(person));
    }

    private Id person(String name, Name... groups) {
        var id = product.parts().ids().pseudonym("per");
        Product.done(
                product.registry().people().add(Product.TENANT, new Person(id, name, name + "@acme.example", true)));
        for (var group : groups) Product.done(product.registry().people().join(Product.TENANT, group, id.text()));
        return id;
    }

    private static AgentApi.Answered give(AgentApi giver, String name, String uses, String until) {
        return giver.post(
                "/mandates",
                "{'apiVersion':'writ.dev/v1','kind':'Mandate','metadata':{'name':'" + name + "'},'spec':{'agent':"
                        + "'support-bot','source':'tickets','purpose':'support case','scope':{'servers':['shop'],"
                        + "'categories':['read']},'calls':20,'for':'30m','atOnce':2,'uses':" + uses + ",'until':'"
                        + until
                        + "'}}");
    }

    private String until(Duration time) {
        return Instant.now().plus(ahead.get()).plus(time).toString();
    }

    private static Id task(AgentApi.Answered opened) {
        assertThat(opened.status()).as(opened.text()).isEqualTo(201);
        return new Id(
                opened.json().object("metadata").orElseThrow().string("name").orElseThrow());
    }

    private long tasks() {
        return product.parts().authority().snapshot(Product.TENANT).tasks().size();
    }

    private void refused(AgentApi.Answered answer, String reason) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(409);
        var record = product.lastOf("mandate");
        assertThat(record.string("event")).contains("refused");
        assertThat(record.string("reason")).contains(reason);
    }

    @Test
    void anEventOpensOneTaskInTheGiversNameAndTheTaskCitesTheMandate() {
        var given = give(olga, "triage", "2", until(Duration.ofDays(2)));
        assertThat(given.status()).as(given.text()).isEqualTo(201);
        var first = task(olga.post("/mandates/triage/tasks", "{'event':'T-1'}"));
        assertThat(task(olga.post("/mandates/triage/tasks", "{'event':'T-1'}"))).isEqualTo(first);
        assertThat(tasks()).isEqualTo(1);
        try (var client = product.client(product.key(Product.BOT, first), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
        assertThat(product.lastOf("intent").string("person")).isPresent();
        var call = product.records().stream()
                .filter(record -> record.string("task").equals(Optional.of(first.text()))
                        && record.string("kind").equals(Optional.of("intent")))
                .findFirst()
                .orElseThrow();
        assertThat(call.string("person")).contains(product.owner.text());
        var used = product.lastOf("mandate");
        assertThat(used.string("event")).contains("used");
        assertThat(used.string("task")).contains(first.text());
        assertThat(product.records()).noneMatch(record -> record.text().contains("T-1"));
        task(olga.post("/mandates/triage/tasks", "{'event':'T-2'}"));
        refused(olga.post("/mandates/triage/tasks", "{'event':'T-3'}"), "exhausted");
        assertThat(tasks()).isEqualTo(2);
    }

    @Test
    void aMandateThatIsBusyRevokedExpiredOrWhoseGiverHasLeftOpensNothing() {
        assertThat(give(olga, "triage", "9", until(Duration.ofHours(3))).status())
                .isEqualTo(201);
        assertThat(give(olga, "triage", "9", until(Duration.ofHours(3))).status())
                .isEqualTo(409);
        task(olga.post("/mandates/triage/tasks", "{'event':'1'}"));
        task(olga.post("/mandates/triage/tasks", "{'event':'2'}"));
        refused(olga.post("/mandates/triage/tasks", "{'event':'3'}"), "busy");
        ahead.set(Duration.ofHours(1));
        task(olga.post("/mandates/triage/tasks", "{'event':'3'}"));
        ahead.set(Duration.ofHours(4));
        refused(olga.post("/mandates/triage/tasks", "{'event':'4'}"), "expired");
        var admin = person("Ada", Group.ADMIN);
        assertThat(give(as(admin), "hers", "9", until(Duration.ofHours(9))).status())
                .isEqualTo(201);
        assertThat(give(olga, "mine", "9", until(Duration.ofHours(9))).status()).isEqualTo(201);
        var running = task(olga.post("/mandates/hers/tasks", "{'event':'5'}"));
        assertThat(olga.post("/people/Ada@acme.example/deactivate", "").status())
                .isEqualTo(200);
        refused(olga.post("/mandates/hers/tasks", "{'event':'6'}"), "giver");
        try (var client = product.client(product.key(Product.BOT, running), Product.SHOP)) {
            assertThat(text(client.call("get_order", ORDER))).startsWith("REVOKED by Olga Owner");
        }
        assertThat(olga.post("/mandates/mine/revoke", "{'reason':'enough'}").status())
                .isEqualTo(200);
        var id = product.parts().authority().snapshot(Product.TENANT).mandates().values().stream()
                .filter(mandate -> mandate.name().text().equals("mine"))
                .findFirst()
                .orElseThrow()
                .id();
        refused(olga.post("/mandates/" + id + "/tasks", "{'event':'7'}"), "revoked");
    }

    @Test
    void nobodyGivesOrUsesAMandateWithoutBeingAllowedAndTheGiverTakesItBackWithoutARole() {
        var erin = as(product.erin);
        assertThat(give(erin, "mine", "9", until(Duration.ofHours(9))).status()).isEqualTo(403);
        assertThat(product.lastOf("refusal").string("reason")).contains("policy");
        assertThat(give(olga, "hers", "9", until(Duration.ofHours(9))).status()).isEqualTo(201);
        assertThat(erin.post("/mandates/hers/tasks", "{'event':'1'}").status()).isEqualTo(403);
        assertThat(erin.post("/mandates/hers/revoke", "{'reason':'x'}").status())
                .isEqualTo(404);
        person("Ada", Group.ADMIN);
        Product.done(product.registry().people().leave(Product.TENANT, Group.ADMIN, product.owner.text()));
        assertThat(olga.post("/mandates/hers/tasks", "{'event':'1'}").status()).isEqualTo(403);
        assertThat(olga.post("/mandates/hers/revoke", "{'reason':'enough'}").status())
                .isEqualTo(200);
    }

    @Test
    void aPersonTakesTheOwnConsentBackWithoutARole() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var erin = as(product.erin);
        var mine = erin.get("/consents").json().array("items").orElseThrow().items();
        assertThat(mine).hasSize(1);
        var id = ((Json.Obj) mine.getFirst()).string("id").orElseThrow();
        assertThat(as(product.dana)
                        .post("/consents/" + id + "/revoke", "{'reason':'x'}")
                        .status())
                .isEqualTo(404);
        assertThat(erin.post("/consents/" + id + "/revoke", "{'reason':'changed my mind'}")
                        .status())
                .isEqualTo(200);
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            assertThat(text(client.call("get_order", ORDER)))
                    .startsWith("REVOKED by Erin Example")
                    .contains("changed my mind");
        }
        assertThat(erin.get("/consents").json().array("items").orElseThrow().items())
                .isEmpty();
    }

    private static final String EMERGENCY = "{'agent':'support-bot','person':'erin@acme.example',"
            + "'reason':'the shop is down','scope':{'servers':['shop'],'categories':['read']},'calls':5,'for':'%s'}";

    @Test
    void breakingTheGlassTakesTwoPeopleWithTheRoleOneServerAndAtMostAnHour() {
        var one = as(person("One", Group.BREAK_GLASS, Group.VIEWER));
        var two = as(person("Two", Group.BREAK_GLASS, Group.VIEWER));
        assertThat(olga.post("/emergencies", EMERGENCY.formatted("30m")).status())
                .isEqualTo(403);
        assertThat(product.lastOf("refusal").string("reason")).contains("break-glass");
        assertThat(one.post("/emergencies", EMERGENCY.formatted("61m")).status())
                .isEqualTo(422);
        assertThat(one.post("/emergencies", EMERGENCY.formatted("30m").replace("['shop']", "['shop','crm']"))
                        .status())
                .isEqualTo(422);
        var asked = one.post("/emergencies", EMERGENCY.formatted("30m"));
        assertThat(asked.status()).as(asked.text()).isEqualTo(201);
        var id = asked.json().string("id").orElseThrow();
        assertThat(tasks()).isZero();
        assertThat(one.post("/emergencies/" + id + "/open", "").status()).isEqualTo(403);
        assertThat(product.lastOf("refusal").string("reason")).contains("break-glass");
        assertThat(olga.post("/emergencies/" + id + "/open", "").status()).isEqualTo(403);
        assertThat(tasks()).isZero();
        var opened = two.post("/emergencies/" + id + "/open", "");
        assertThat(opened.status()).as(opened.text()).isEqualTo(200);
        assertThat(two.post("/emergencies/" + id + "/open", "").status()).isEqualTo(403);
        var task = new Id(opened.json().string("task").orElseThrow());
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            ahead.set(Duration.ofMinutes(31));
            assertThat(text(client.call("get_order", ORDER))).startsWith("EXPIRED");
        }
        assertThat(product.records().stream()
                        .map(record -> record.string("event").orElse("")))
                .contains("break-glass-asked", "break-glass-opened");
        reviews(id, one, two);
    }

    /** Due at once, shown as overdue after seven days, and done by neither of the two. */
    private void reviews(String id, AgentApi one, AgentApi two) {
        assertThat(counts("reviewsDue")).isEqualTo(1);
        ahead.set(Duration.ofDays(8));
        assertThat(counts("reviewsDue")).isZero();
        assertThat(counts("reviewsOverdue")).isEqualTo(1);
        assertThat(olga.get("/doctor").text()).contains("the review is overdue");
        for (var each : List.of(one, two))
            assertThat(each.post("/emergencies/" + id + "/review", "{'note':'all fine'}")
                            .status())
                    .isEqualTo(403);
        assertThat(olga.post("/emergencies/" + id + "/review", "{'note':'all fine'}")
                        .status())
                .isEqualTo(200);
        assertThat(counts("reviewsOverdue")).isZero();
        assertThat(olga.get("/doctor").text()).doesNotContain("the review is overdue");
        assertThat(product.lastOf("administration").string("note")).contains("all fine");
    }

    private long counts(String what) {
        return olga.get("/status")
                .json()
                .object("counts")
                .orElseThrow()
                .integer(what)
                .orElseThrow();
    }

    @Test
    void anEmergencyThatNobodyOpensInTimeIsOverAndWithoutTheLedgerThereIsNone() {
        var one = as(person("One", Group.BREAK_GLASS));
        var two = as(person("Two", Group.BREAK_GLASS));
        var id = one.post("/emergencies", EMERGENCY.formatted("1h"))
                .json()
                .string("id")
                .orElseThrow();
        ahead.set(Duration.ofMinutes(16));
        var late = two.post("/emergencies/" + id + "/open", "");
        assertThat(late.status()).isEqualTo(403);
        assertThat(late.text()).contains("it does not wait any more: expired");
        var next = one.post("/emergencies", EMERGENCY.formatted("1h"))
                .json()
                .string("id")
                .orElseThrow();
        product.parts().ledger().close();
        assertThat(two.post("/emergencies/" + next + "/open", "").status()).isEqualTo(503);
        assertThat(tasks()).isZero();
    }

    @Test
    void anAgentPastItsDateIsRefusedUntilSomebodyLooksAtWhatItUsedAndConfirmsIt() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            client.call("send_email", "{\"to\":\"x@evil.example\",\"subject\":\"s\",\"body\":\"b\"}");
            var soon = Instant.now().plusSeconds(60);
            Product.done(product.registry().agents().recertify(Product.TENANT, Product.BOT, soon));
            ahead.set(Duration.ofMinutes(2));
            long before = product.calls();
            assertThat(text(client.call("get_order", ORDER))).contains("recertification date has passed");
            assertThat(product.calls()).isEqualTo(before);
            assertThat(product.lastOf("refusal").string("reason")).contains("not-allowed");
            assertThat(counts("agentsOverdue")).isEqualTo(1);
            var usage = olga.get("/agents/support-bot/usage");
            assertThat(usage.status()).as(usage.text()).isEqualTo(200);
            var used = usage.json().array("used").orElseThrow().items().stream()
                    .map(each -> ((Json.Obj) each).string("tool").orElseThrow() + " "
                            + ((Json.Obj) each).integer("calls").orElseThrow() + " "
                            + ((Json.Obj) each).integer("refused").orElseThrow())
                    .toList();
            assertThat(used).containsExactly("shop/get_order 1 1", "shop/send_email 0 1");
            var confirmed =
                    olga.post("/agents/support-bot/recertify", "{'until':'" + until(Duration.ofDays(30)) + "'}");
            assertThat(confirmed.status()).as(confirmed.text()).isEqualTo(200);
        }
        try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
    }

    @Test
    void anAgentWhoseOwnerIsGoneIsSuspendedUntilItIsReassigned() {
        var leaver = person("Leo");
        var bot = "{'apiVersion':'writ.dev/v1','kind':'Agent','metadata':{'name':'leo-bot'},'spec':{'owner':"
                + "'Leo@acme.example','purpose':'helps','groups':['support-agents']}}";
        assertThat(olga.post("/agents", bot).status()).isEqualTo(201);
        assertThat(olga.post("/people/" + leaver + "/deactivate", "").status()).isEqualTo(200);
        var status = olga.get("/agents/leo-bot").json().object("status").orElseThrow();
        assertThat(status.string("status")).contains("suspended");
        assertThat(status.string("why").orElse("")).contains("owner is no longer active");
        var task = product.open(Product.TaskSpec.SUPPORT.of(new Name("leo-bot")));
        try (var client = product.client(product.key(new Name("leo-bot"), task), Product.SHOP)) {
            assertThat(text(client.call("get_order", ORDER))).contains("owner is no longer active");
            var done = olga.post("/agents/leo-bot/reassign", "{'owner':'dana@acme.example'}");
            assertThat(done.status()).as(done.text()).isEqualTo(200);
            assertThat(product.lastOf("enrolment").string("event")).contains("agent-transferred");
        }
        try (var client = product.client(product.key(new Name("leo-bot"), task), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
    }

    @Test
    void whoComesUnregisteredIsSeenAtTheDoorWithoutAuthorityOrDisk() {
        var guard = product.parts().guard();
        long size = product.parts().ledger().size(Product.TENANT);
        for (int i = 0; i < 1_000; i++) guard.door().seen(Product.TENANT, "client-" + i % 3, "bot-" + i % 400);
        guard.door().seen(Product.TENANT, "cli\u202Eent", "x".repeat(10_000));
        assertThat(product.parts().ledger().size(Product.TENANT)).isEqualTo(size);
        var seen = olga.get("/visitors").json().array("items").orElseThrow().items();
        assertThat(seen).hasSize(200);
        var last = (Json.Obj) seen.getFirst();
        assertThat(last.string("name").orElseThrow()).hasSizeLessThanOrEqualTo(110);
        assertThat(last.string("client").orElseThrow()).doesNotContain("\u202E");
        assertThat(as(product.erin).get("/visitors").status()).isEqualTo(403);
    }
}
