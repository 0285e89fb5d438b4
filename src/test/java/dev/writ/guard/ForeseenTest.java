package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.policy.Facts;
import dev.writ.policy.Value;
import dev.writ.registry.Classification;
import dev.writ.registry.ToolName;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether a tool is visible is worked out once for a task, a snapshot and a policy set. Every fact that a policy can
 * look at changes the answer at once nevertheless.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeseenTest {
    private static final ToolName ORDER = new ToolName("get_order");
    private static final String PERMIT =
            "@id(\"all\") permit (principal, action in Writ::Action::\"tool:call\", resource)";
    private static final Instant NOON = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS);

    private Product product;
    private Standings standings;
    private Id task;
    private Caller.OfAgent caller;

    @BeforeAll
    void start(@TempDir Path data) {
        product = Product.start(data);
        standings = new Standings(
                product.parts().registry(),
                product.parts().authority(),
                product.parts().identity());
    }

    @AfterAll
    void stop() {
        product.close();
    }

    @BeforeEach
    void openATask() {
        task = product.open(Product.TaskSpec.SUPPORT);
        caller = callerUnder(task);
    }

    @Test
    void aLabelHides() {
        product.publish(PERMIT + " unless { context.task.labels.contains(Writ::Label::\"untrusted\") };");
        assertThat(visible()).isTrue();
        product.parts().authority().label(Product.TENANT, task, Set.of(new Name("untrusted")));
        assertThat(visible()).isFalse();
        assertThat(visible(callerUnder(product.open(Product.TaskSpec.SUPPORT)))).isTrue();
    }

    @Test
    void aNewPolicyHidesAndShows() {
        product.publish(PERMIT + ";");
        assertThat(visible()).isTrue();
        product.publish(
                PERMIT
                        + "; @id(\"no\") forbid (principal, action in Writ::Action::\"tool:call\", resource) when { context.depth == 0 };");
        assertThat(visible()).isFalse();
        product.publish(PERMIT + ";");
        assertThat(visible()).isTrue();
    }

    @Test
    void theGroupOfTheAgentCounts() {
        var registry = product.registry().people();
        product.publish(PERMIT + " when { principal in Writ::Group::\"support-agents\" };");
        assertThat(visible()).isTrue();
        Product.done(registry.leave(Product.TENANT, new Name("support-agents"), Product.BOT.text()));
        assertThat(visible()).isFalse();
        Product.done(registry.join(Product.TENANT, new Name("support-agents"), Product.BOT.text()));
        assertThat(visible()).isTrue();
    }

    @Test
    void theTrustInTheServerCounts() {
        product.publish(PERMIT
                + "; @id(\"no\") forbid (principal, action, resource in Writ::McpServer::\"shop\")"
                + " when { Writ::McpServer::\"shop\".trust < 3 };");
        assertThat(visible()).isTrue();
        Product.done(product.registry().servers().trust(Product.TENANT, Product.SHOP, 1));
        assertThat(visible()).isFalse();
        Product.done(product.registry().servers().trust(Product.TENANT, Product.SHOP, 3));
        assertThat(visible()).isTrue();
    }

    @Test
    void theCategoryOfTheToolCounts() {
        product.publish(PERMIT + " when { resource in Writ::ToolCategory::\"read\" };");
        assertThat(visible()).isTrue();
        classify("money");
        assertThat(visible()).isFalse();
        classify("read");
        assertThat(visible()).isTrue();
    }

    @Test
    void theTimeCountsInAPermitAndInAForbid() {
        product.publish(PERMIT + " when { context.now < datetime(\"" + NOON + "\") };");
        assertThat(foreseen(caller, NOON.minusMillis(1))).isTrue();
        assertThat(foreseen(caller, NOON)).isFalse();
        assertThat(foreseen(caller, NOON.minusMillis(1))).isTrue();
        product.publish(PERMIT + "; @id(\"later\") forbid (principal, action in Writ::Action::\"tool:call\", resource)"
                + " when { context.now < datetime(\"" + NOON + "\") };");
        assertThat(foreseen(caller, NOON.minusMillis(1))).isFalse();
        assertThat(foreseen(caller, NOON)).isTrue();
    }

    @Test
    void theDateOnWhichTheAgentMustBeConfirmedCounts() {
        product.publish(PERMIT + ";");
        var by = product.registry()
                .snapshot(Product.TENANT)
                .agent(Product.BOT)
                .orElseThrow()
                .recertifyBy();
        assertThat(foreseen(caller, by.minusMillis(1))).isTrue();
        assertThat(foreseen(caller, by)).isFalse();
    }

    @Test
    void howTheCallersCredentialIsBoundCounts() {
        product.publish(PERMIT + " when { context.binding == \"" + caller.binding() + "\" };");
        assertThat(visible()).isTrue();
        var other = new Caller.OfAgent(caller.tenant(), caller.agent(), caller.task(), caller.key(), "dpop");
        assertThat(visible(other)).isFalse();
        assertThat(visible()).isTrue();
    }

    @Test
    void thePurposeOfTheTaskCounts() {
        product.publish(PERMIT + " when { context.task.purpose == \"support case\" };");
        assertThat(visible()).isTrue();
        var audit = new Product.TaskSpec(
                Product.BOT, "audit", Set.of(Product.SHOP), Optional.empty(), 10, Duration.ofHours(1));
        assertThat(visible(callerUnder(product.open(audit)))).isFalse();
    }

    @Test
    void theAgentsStatusCounts() {
        product.publish(PERMIT + ";");
        assertThat(visible()).isTrue();
        Product.done(product.registry().agents().suspend(Product.TENANT, Product.BOT));
        assertThat(visible()).isFalse();
        Product.done(product.registry().agents().resume(Product.TENANT, Product.BOT));
        assertThat(visible()).isTrue();
    }

    @Test
    void nothingInTheContextOfACallChangesFromCallToCallButTimeAndArguments() {
        var early = standing(caller, NOON.minusSeconds(60 * 60));
        var late = standing(callerUnder(task), NOON.minusSeconds(1));
        var callable = early.world().callable(Product.SHOP, ORDER.text()).orElseThrow();
        var one = Questions.anyCall(early, callable).context();
        var other = Questions.anyCall(late, callable).context();
        assertThat(one).isNotEqualTo(other);
        assertThat(one.with(Facts.NOW, new Value.DateTime(0))).isEqualTo(other.with(Facts.NOW, new Value.DateTime(0)));
        assertThat(new TreeSet<>(one.names()))
                .as("a fact that changes from call to call must not be kept by Prospect and QuestionForm")
                .containsExactly(
                        "approvals",
                        "binding",
                        "caller",
                        "consented",
                        "depth",
                        "input",
                        "modelOutput",
                        "now",
                        "task",
                        "untrustedInputs");
    }

    private void classify(String category) {
        var tool = product.registry()
                .snapshot(Product.TENANT)
                .tool(Product.SHOP, ORDER)
                .orElseThrow();
        Product.done(product.registry()
                .tools()
                .approve(
                        Product.TENANT,
                        Product.SHOP,
                        ORDER,
                        tool.listed().orElseThrow().digest(),
                        new Classification(Set.of(new Name(category)), Set.of(), Set.of(), Set.of(), true),
                        product.owner));
    }

    private Caller.OfAgent callerUnder(Id of) {
        var key = product.key(Product.BOT, of);
        return (Caller.OfAgent)
                product.parts().guard().callerOf(Presented.bearer(key)).orElseThrow();
    }

    private boolean visible() {
        return visible(caller);
    }

    private boolean visible(Caller.OfAgent by) {
        return standings.of(by, Product.SHOP, Instant.now()) instanceof Standings.Found.Yes(var standing)
                && foreseen(standing);
    }

    private boolean foreseen(Caller.OfAgent by, Instant at) {
        return foreseen(standing(by, at));
    }

    /** As if the task were open at any time: only policy is asked here. */
    private Standing standing(Caller.OfAgent by, Instant at) {
        var now = (Standings.Found.Yes) standings.of(by, Product.SHOP, Instant.now());
        var like = now.standing();
        return new Standing(
                like.caller(),
                at,
                like.world(),
                like.agent(),
                like.owner(),
                like.task(),
                like.person(),
                like.consent(),
                like.server(),
                like.dossier());
    }

    /** The kept answer, which is always the one that would be found anew. */
    private boolean foreseen(Standing standing) {
        var set =
                product.parts().policies().current(Product.TENANT).orElseThrow().set();
        var callable = standing.world().callable(Product.SHOP, ORDER.text()).orElseThrow();
        boolean kept = standing.dossier().tool(standing, callable).mayPermit(set, standing);
        assertThat(kept).isEqualTo(set.mayPermit(Questions.anyCall(standing, callable)));
        return kept;
    }
}
