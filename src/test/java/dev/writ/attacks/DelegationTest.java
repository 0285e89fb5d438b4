package dev.writ.attacks;

import static dev.writ.walks.McpClient.approval;
import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.authority.Scope;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.control.Reply;
import dev.writ.registry.Agent;
import dev.writ.walks.AgentApi;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Attacks 21 and 22: a sub-agent that is to have more than its supervisor, or to outlive it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DelegationTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";
    private static final String MAY_DELEGATE = """
            @id("support-delegates")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"task:delegate", resource in Writ::Group::"support-agents")
            when { context.calls <= 500 && context.depth < 9 && context.task.purpose == "support case" };
            """;
    private static final Name OUTSIDER = new Name("outsider-bot");

    private Product product;

    @BeforeAll
    void start(@TempDir Path data) {
        product = Product.start(data);
        product.publish(Product.DEMO_POLICY + MAY_DELEGATE);
        for (int i = 1; i <= 5; i++) agent(new Name("helper-" + i), true);
        agent(OUTSIDER, false);
    }

    private void agent(Name name, boolean member) {
        var now = Instant.now();
        Product.done(product.registry()
                .agents()
                .register(
                        Product.TENANT,
                        new Agent(
                                name,
                                product.owner,
                                "helps",
                                Agent.Status.ACTIVE,
                                1,
                                now.plus(Duration.ofDays(9)),
                                now)));
        if (member)
            Product.done(product.registry().people().join(Product.TENANT, new Name("support-agents"), name.text()));
    }

    @AfterAll
    void stop() {
        product.close();
    }

    private AgentApi as(Id task) {
        var agent = product.parts()
                .authority()
                .snapshot(Product.TENANT)
                .task(task)
                .orElseThrow()
                .agent();
        return new AgentApi(product.wiring.url().toString(), product.key(agent, task));
    }

    private AgentApi.Answered delegate(Id task, String body) {
        return as(task).post("/tasks/" + task + "/delegations", body);
    }

    private Id delegated(Id task, String body) {
        var answer = delegate(task, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return new Id(answer.json().string("task").orElseThrow());
    }

    private void refused(Id task, String body, String reason) {
        long tasks = tasks();
        var answer = delegate(task, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(403);
        assertThat(tasks()).isEqualTo(tasks);
        var record = product.lastOf("refusal");
        assertThat(record.string("reason")).contains(reason);
        assertThat(record.string("task")).contains(task.text());
        assertThat(answer.json().string("decision")).isEqualTo(record.string("decision"));
    }

    private long tasks() {
        return product.parts().authority().snapshot(Product.TENANT).tasks().size();
    }

    @Test
    void aSubAgentActsUnderANarrowerTaskAndEveryRecordNamesTheWholeChain() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var child = delegated(
                task,
                "{'agent':'other-bot','calls':50,'for':'10m','scope':{'tools':['shop/get_order'],'categories':['read']}}");
        var opened = product.lastOf("delegation");
        assertThat(opened.string("task")).contains(child.text());
        assertThat(opened.string("parent")).contains(task.text());
        assertThat(opened.string("byAgent")).contains("support-bot");
        assertThat(opened.strings("chain")).containsExactly("support-bot", "other-bot");
        try (var client = product.client(product.key(Product.OTHER_BOT, child), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            assertThat(client.toolNames()).containsExactly("get_order");
            var intent = product.lastOf("intent");
            var before = product.calls();
            assertThat(client.call("list_orders", "{}").text()).contains("-32602");
            assertThat(product.calls()).isEqualTo(before);
            assertThat(product.lastOf("refusal").string("reason")).contains("absent");
            assertThat(intent.strings("chain")).containsExactly(product.erin.text(), "support-bot", "other-bot");
        }
        var decision = product.records().stream()
                .filter(record -> record.string("kind").equals(Optional.of("intent"))
                        && record.string("task").equals(Optional.of(child.text()))
                        && record.object("action").orElseThrow().string("kind").equals(Optional.of("call-tool")))
                .findFirst()
                .flatMap(record -> record.string("decision"))
                .orElseThrow();
        var shown = product.parts().control().evidence().decision(product.caller(product.owner), decision);
        assertThat(shown).isInstanceOf(Reply.Done.class);
        var question = ((Reply.Done<dev.writ.base.Json.Obj>) shown)
                .value()
                .object("question")
                .orElseThrow();
        var context = question.object("context").orElseThrow();
        assertThat(context.integer("depth")).contains(1L);
        assertThat(context.object("task").orElseThrow().string("origin")).contains("delegation");
        assertThat(context.object("task")
                        .orElseThrow()
                        .array("chain")
                        .orElseThrow()
                        .items())
                .hasSize(2);
    }

    @Test
    void moreScopeThanTheTaskHasIsRefusedAndRecorded() {
        var task = product.open(Product.TaskSpec.SUPPORT.only("shop/get_order", "shop/list_orders"));
        refused(task, "{'agent':'other-bot','calls':5,'scope':{'servers':['shop','crm']}}", "delegation-scope");
        refused(task, "{'agent':'other-bot','calls':5,'scope':{'tools':['shop/create_refund']}}", "delegation-scope");
        refused(task, "{'agent':'other-bot','calls':5,'scope':{'categories':['admin']}}", "delegation-scope");
        refused(task, "{'agent':'other-bot','calls':5,'scope':{'data':['payment']}}", "delegation-data");
    }

    @Test
    void aLongerDeadlineOrALargerBudgetIsRefusedAndRecorded() {
        var task = product.open(Product.TaskSpec.SUPPORT.calling(100));
        refused(task, "{'agent':'other-bot','calls':5,'for':'2h'}", "delegation-deadline");
        refused(task, "{'agent':'other-bot','calls':5,'until':'2020-01-01T00:00:00Z'}", "delegation-deadline");
        refused(task, "{'agent':'other-bot','calls':101}", "delegation-budget");
        delegated(task, "{'agent':'other-bot','calls':60}");
        refused(task, "{'agent':'helper-1','calls':41}", "delegation-budget");
    }

    @Test
    void anotherTenantsAgentOrTaskIsAsIfItWereNotThere() {
        var other = new Name("globex");
        product.parts().control().firstStart().found(other, "Gil", "gil@globex.example", _ -> {});
        var gil =
                product.registry().snapshot(other).people().keySet().iterator().next();
        var now = Instant.now();
        Product.done(product.registry()
                .agents()
                .register(
                        other,
                        new Agent(
                                new Name("globex-bot"), gil, "x", Agent.Status.ACTIVE, 1, now.plusSeconds(999), now)));
        var foreign = product.parts().ids().next("tsk");
        var scope = new Scope(java.util.Set.of(Product.SHOP), Optional.empty(), java.util.Set.of(), java.util.Set.of());
        var theirs = Task.opening(foreign, "x", gil, new Name("globex-bot"), gil, now, scope, 10, now.plusSeconds(500));
        product.parts()
                .authority()
                .open(
                        other,
                        theirs,
                        new dev.writ.authority.Consent(
                                product.parts().ids().next("con"),
                                foreign,
                                gil,
                                now,
                                scope.servers(),
                                java.util.Set.of(),
                                java.util.Set.of(),
                                java.util.Map.of()));
        var task = product.open(Product.TaskSpec.SUPPORT);
        refused(task, "{'agent':'globex-bot','calls':5}", "delegation-agent");
        refused(task, "{'agent':'never-heard-of','calls':5}", "delegation-agent");
        var body = "{'agent':'other-bot','calls':5}";
        var unknown = product.parts().ids().next("tsk");
        var own = product.open(Product.TaskSpec.SUPPORT);
        var answers = List.of(
                as(task).post("/tasks/" + foreign + "/delegations", body),
                as(task).post("/tasks/" + unknown + "/delegations", body),
                as(task).post("/tasks/" + own + "/delegations", body));
        assertThat(answers).extracting(AgentApi.Answered::status).containsOnly(404);
        assertThat(answers)
                .extracting(AgentApi.Answered::text)
                .containsOnly(answers.getFirst().text());
        assertThat(product.lastOf("refusal").string("reason")).contains("absent");
    }

    /** The agent above ends what it passed on; nobody ends a task that is above, beside or of somebody else. */
    @Test
    void anAgentCompletesWhatItPassedOnAndNothingElse() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var child = delegated(task, "{'agent':'other-bot','calls':5}");
        var beside = product.open(Product.TaskSpec.SUPPORT);
        var done = "{'reason':'the part is done'}";
        var refused = List.of(
                as(child).post("/tasks/" + task + "/complete", done),
                as(child).post("/tasks/" + child + "/complete", done),
                as(beside).post("/tasks/" + child + "/complete", done),
                as(task).post("/tasks/" + task + "/complete", done),
                as(task).post("/tasks/" + beside + "/complete", done),
                as(task).post("/tasks/nothing/complete", done));
        assertThat(refused).extracting(AgentApi.Answered::status).containsOnly(404);
        assertThat(refused)
                .extracting(AgentApi.Answered::text)
                .containsOnly(refused.getFirst().text());
        assertThat(product.lastOf("refusal").string("reason")).contains("absent");
        var open = product.parts().authority();
        assertThat(open.snapshot(Product.TENANT).task(child).orElseThrow().end())
                .isEmpty();

        var answer = as(task).post("/tasks/" + child + "/complete", done);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().string("state")).contains("completed");
        var now = open.snapshot(Product.TENANT);
        assertThat(now.task(child).orElseThrow().end().orElseThrow().ending())
                .isEqualTo(dev.writ.authority.Task.Ending.COMPLETED);
        assertThat(now.task(task).orElseThrow().end()).isEmpty();
        var record = product.lastOf("task");
        assertThat(record.string("event")).contains("completed");
        assertThat(record.string("task")).contains(child.text());
        assertThat(record.string("reason")).contains("the part is done");
        assertThat(as(task).post("/tasks/" + child + "/complete", done).status())
                .isEqualTo(409);
    }

    @Test
    void aChainIsNoLongerThanFourAndNeverComesBackToAnAgentThatIsInIt() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        refused(task, "{'agent':'support-bot','calls':5}", "delegation-cycle");
        var last = task;
        for (int depth = 1; depth <= 4; depth++) {
            last = delegated(last, "{'agent':'helper-" + depth + "','calls':" + (100 - depth * 10) + "}");
            if (depth < 4) refused(last, "{'agent':'support-bot','calls':1}", "delegation-cycle");
        }
        refused(last, "{'agent':'helper-5','calls':1}", "delegation-depth");
    }

    @Test
    void whomPolicyDoesNotLetPassOnOrTakeOverDoesNot() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        refused(task, "{'agent':'outsider-bot','calls':5}", "policy");
        refused(task, "{'agent':'other-bot','calls':501}", "policy");
        refused(product.open(Product.TaskSpec.SUPPORT.of(OUTSIDER)), "{'agent':'other-bot','calls':5}", "policy");
    }

    @Test
    void aSupervisorsApprovalDoesNotCoverTheSameCallOfItsSubAgent() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var child = delegated(task, "{'agent':'other-bot','calls':50}");
        try (var supervisor = product.client(product.key(Product.BOT, task), Product.SHOP);
                var sub = product.client(product.key(Product.OTHER_BOT, child), Product.SHOP)) {
            var asked = approval(supervisor.call("create_refund", REFUND));
            product.approveAs(product.dana, asked);
            long before = product.calls();
            var held = sub.call("create_refund", REFUND);
            assertThat(text(held)).startsWith("PENDING");
            assertThat(approval(held)).isNotEqualTo(asked);
            assertThat(product.calls()).isEqualTo(before);
            assertThat(isError(supervisor.call("create_refund", REFUND))).isFalse();
            assertThat(product.calls()).isEqualTo(before + 1);
        }
    }

    @Test
    void theEndOfTheSupervisorsTaskStopsTheSubAgentsNextCallStreamAndKey() throws Exception {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var child = delegated(task, "{'agent':'other-bot','calls':50}");
        var below = delegated(child, "{'agent':'helper-1','calls':5}");
        try (var client = product.client(product.key(product(below), below), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            var listening = new CompletableFuture<Void>();
            var ended = client.listen(listening);
            listening.get(10, TimeUnit.SECONDS);
            long before = product.calls();
            assertThat(product.parts()
                            .control()
                            .tasks()
                            .revoke(product.caller(product.owner), task.text(), "the case is closed"))
                    .isInstanceOf(Reply.Done.class);
            ended.get(10, TimeUnit.SECONDS);
            assertThat(text(client.call("get_order", ORDER)))
                    .startsWith("REVOKED by Olga Owner at ")
                    .contains("the task above it ended: the case is closed");
            assertThat(client.toolNames()).isEmpty();
            assertThat(product.calls()).isEqualTo(before);
        }
        for (var each : List.of(task, child, below))
            assertThat(product.records().stream()
                            .filter(record -> record.string("kind").equals(Optional.of("revocation"))
                                    && record.string("task").equals(Optional.of(each.text()))))
                    .hasSize(1);
        refusedAfterwards(child);
    }

    private Name product(Id task) {
        return product.parts()
                .authority()
                .snapshot(Product.TENANT)
                .task(task)
                .orElseThrow()
                .agent();
    }

    private void refusedAfterwards(Id child) {
        var answer = delegate(child, "{'agent':'helper-2','calls':1}");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(product.lastOf("refusal").string("reason")).contains("task-revoked");
    }

    @Test
    void aSupervisorThatMayNotActAnyMoreStopsItsSubAgents() {
        agent(new Name("chief"), true);
        var task = product.open(Product.TaskSpec.SUPPORT.of(new Name("chief")));
        var child = delegated(task, "{'agent':'other-bot','calls':50}");
        try (var client = product.client(product.key(Product.OTHER_BOT, child), Product.SHOP)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            long before = product.calls();
            Product.done(product.registry().agents().suspend(Product.TENANT, new Name("chief")));
            assertThat(text(client.call("get_order", ORDER))).contains("chief, which passed this task on, may not act");
            assertThat(product.calls()).isEqualTo(before);
        }
    }

    @Test
    void aPersonPassesATaskOnByTheCommandsRouteAndTheChainIsDrawn() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var olga = new AgentApi(product.wiring.url().toString(), product.personKey(product.owner));
        var answer = olga.post("/tasks/" + task + "/delegations", "{'agent':'other-bot','calls':7,'for':'5m'}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(product.lastOf("delegation").string("by")).contains(product.owner.text());
        var child =
                answer.json().object("metadata").orElseThrow().string("name").orElseThrow();
        var chain = olga.get("/tasks/" + child)
                .json()
                .object("status")
                .orElseThrow()
                .array("chain")
                .orElseThrow()
                .items();
        assertThat(chain).hasSize(3);
        var last = (dev.writ.base.Json.Obj) chain.getLast();
        assertThat(last.strings("narrowed").getFirst()).isEqualTo("7 of 1000 calls");
        assertThat(last.strings("narrowed").get(1)).startsWith("until ");
        assertThat(((dev.writ.base.Json.Obj) chain.getFirst()).string("name")).contains("erin@acme.example");
        var dana = new AgentApi(product.wiring.url().toString(), product.personKey(product.dana));
        assertThat(dana.post("/tasks/" + task + "/delegations", "{'agent':'other-bot','calls':7}")
                        .status())
                .isEqualTo(403);
    }
}
