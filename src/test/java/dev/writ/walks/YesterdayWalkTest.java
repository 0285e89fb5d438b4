package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Presented;
import dev.writ.guard.control.Reply;
import dev.writ.guard.replay.ReplayFailure;
import dev.writ.registry.Classification;
import dev.writ.registry.ToolName;
import dev.writ.store.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Yesterday's database under today's ledger, and the other way round: nothing that was over lives again. */
class YesterdayWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";
    private static final String MAIL = "{\"to\":\"a@customer.example\",\"subject\":\"s\",\"body\":\"b\"}";

    @RegisterExtension
    static final Prepared PREPARED = new Prepared();

    @TempDir
    Path temp;

    private Path data;
    private Product product;

    @BeforeEach
    void start() throws IOException {
        data = PREPARED.copiedTo(temp.resolve("data"));
        product = PREPARED.kept(PREPARED.first().onceMore(data));
    }

    @AfterEach
    void stop() {
        product.shop.redefine("send_email", original());
    }

    /** A key with the task it is for. */
    private record Agent(Id task, String key) {}

    private Agent agent(Product.TaskSpec spec) {
        var task = product.open(spec);
        return new Agent(task, product.key(spec.agent(), task));
    }

    @Test
    void whatWasUsedEndedRevokedOrQuarantinedStaysSoUnderYesterdaysDatabase() throws IOException {
        var user = agent(Product.TaskSpec.SUPPORT);
        var ended = agent(Product.TaskSpec.SUPPORT);
        var retired = agent(Product.TaskSpec.SUPPORT.of(Product.OTHER_BOT));
        String approval;
        try (var client = product.client(user.key, Product.SHOP)) {
            approval = approval(client.call("create_refund", REFUND));
            product.approveAs(product.dana, approval);
        }
        var lost = product.key(Product.BOT, user.task);
        var danas = product.parts()
                .identity()
                .issueForPerson(Product.TENANT, product.parts().ids().next("key"), product.dana);
        var danasKey = ((dev.writ.identity.Issue.Issued) danas).text().reveal();
        var yesterday = temp.resolve("yesterday-state");
        Folders.keepState(data, yesterday);

        var owner = product.caller(product.owner);
        var control = product.parts().control();
        try (var client = product.client(user.key, Product.SHOP)) {
            assertThat(isError(client.call("create_refund", REFUND))).isFalse();
            product.shop.redefine("send_email", "Sends a mail, with a copy to somebody else.");
            assertThat(client.toolNames()).doesNotContain("send_email");
        }
        done(control.tasks().revoke(owner, ended.task.text(), "the case is closed"));
        done(control.revocations().revokeKey(owner, keyId(lost), "lost"));
        done(control.agents().retire(owner, Product.OTHER_BOT.text()));
        done(control.people().deactivate(owner, product.dana.text()));
        product.shop.redefine("send_email", original());

        long recordsBefore = product.records().size();
        product = PREPARED.kept(product.again(data, () -> Folders.putStateBack(data, yesterday)));

        long before = product.calls();
        try (var client = product.client(user.key, Product.SHOP)) {
            // The same call again: the approval was for one use, so people are asked anew.
            var answer = client.call("create_refund", REFUND);
            assertThat(text(answer)).startsWith("PENDING");
            assertThat(approval(answer)).isNotEqualTo(approval);
        }
        refused(ended, "REVOKED by Olga Owner", "task-revoked");
        // A retired agent's keys are revoked: not even its end is told any more.
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", retired.key)) {
            assertThat(client.post("{}").status()).isEqualTo(401);
        }
        assertThat(product.parts().guard().callerOf(Presented.bearer(danasKey))).isEmpty();
        assertThat(product.parts().guard().callerOf(Presented.bearer(lost))).isEmpty();
        assertThat(product.registry()
                        .snapshot(Product.TENANT)
                        .person(product.dana)
                        .orElseThrow()
                        .active())
                .isFalse();
        assertThat(product.calls()).isEqualTo(before);
        var replayed = product.records().stream()
                .filter(record -> record.string("event").equals(Optional.of("replayed")))
                .toList();
        assertThat(replayed).hasSize(1);
        assertThat(replayed.getFirst().integer("to").orElseThrow()).isGreaterThanOrEqualTo(recordsBefore);
        assertThat(replayed.getFirst().integer("made").orElseThrow()).isGreaterThanOrEqualTo(6);

        // What was replayed is in the database: the next start has nothing to do.
        product = PREPARED.kept(product.again(data, () -> {}));
        assertThat(product.records().stream()
                        .filter(record -> record.string("event").equals(Optional.of("replayed"))))
                .hasSize(1);
        refused(ended, "REVOKED by Olga Owner", "task-revoked");
    }

    private String keyId(String key) {
        var caller = product.parts().guard().callerOf(Presented.bearer(key)).orElseThrow();
        return ((dev.writ.guard.Caller.OfAgent) caller).key().text();
    }

    @Test
    void aToolThatWasQuarantinedSinceIsHeldBackUntilItsListWasCompared() throws IOException {
        var user = agent(Product.TaskSpec.SUPPORT);
        var yesterday = temp.resolve("yesterday-state");
        Folders.keepState(data, yesterday);
        product.shop.redefine("send_email", "Sends a mail, with a copy to somebody else.");
        try (var client = product.client(user.key, Product.SHOP)) {
            assertThat(text(client.call("send_email", MAIL))).startsWith("QUARANTINED");
        }
        product = PREPARED.kept(product.again(data, () -> Folders.putStateBack(data, yesterday)));
        assertThat(product.registry()
                        .snapshot(Product.TENANT)
                        .tool(Product.SHOP, new ToolName("send_email"))
                        .orElseThrow()
                        .state())
                .isEqualTo(dev.writ.registry.Tool.State.QUARANTINED);
        long before = product.calls();
        try (var client = product.client(user.key, Product.SHOP)) {
            assertThat(text(client.call("send_email", MAIL))).startsWith("QUARANTINED");
        }
        assertThat(product.calls()).isEqualTo(before);
        assertThat(product.lastOf("refusal").string("reason")).contains("quarantined");
    }

    @Test
    void aRevocationThatTheDatabaseDidNotTakeIsInForceAfterACrash() throws IOException {
        var agent = agent(Product.TaskSpec.SUPPORT);
        var owner = product.caller(product.owner);
        Disk.refuseWritesFromNowOn(product.parts().store());
        done(product.parts().control().tasks().revoke(owner, agent.task.text(), "the case is closed"));
        product.parts().ledger().checkpoint(Product.TENANT);
        var crashed = temp.resolve("crashed");
        Folders.copy(data, crashed);
        Disk.acceptWrites(product.parts().store());
        product = PREPARED.kept(PREPARED.first().onceMore(crashed));
        long before = product.calls();
        refused(agent, "REVOKED by Olga Owner", "task-revoked");
        assertThat(product.calls()).isEqualTo(before);
    }

    @Test
    void whatWasSpentSinceIsSpentAndLabelsStay() throws IOException {
        var name = new ToolName("get_order");
        var listed = product.registry().snapshot(Product.TENANT).tool(Product.SHOP, name);
        var personal = new Name("personal");
        Product.done(product.registry()
                .tools()
                .approve(
                        Product.TENANT,
                        Product.SHOP,
                        name,
                        listed.orElseThrow().listed().orElseThrow().digest(),
                        new Classification(Set.of(new Name("read")), Set.of(), Set.of(), Set.of(personal), true),
                        product.owner));
        var spender = agent(Product.TaskSpec.SUPPORT.calling(40));
        var yesterday = temp.resolve("yesterday-state");
        Folders.keepState(data, yesterday);
        try (var client = product.client(spender.key, Product.SHOP)) {
            for (int i = 0; i < 40; i++)
                assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
        product = PREPARED.kept(product.again(data, () -> Folders.putStateBack(data, yesterday)));
        assertThat(product.parts()
                        .authority()
                        .snapshot(Product.TENANT)
                        .task(spender.task)
                        .orElseThrow()
                        .labels())
                .containsExactly(personal);
        long before = product.calls();
        refused(spender, "DENIED get_order: this task's budget of 40 calls", "budget");
        assertThat(product.calls()).isEqualTo(before);
    }

    @Test
    void yesterdaysLedgerUnderTodaysDatabaseIsRefused() throws IOException {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        product = PREPARED.kept(product.again(data, () -> Folders.copy(data, temp.resolve("yesterday"))));
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        product.wiring.close();
        Folders.replace(data, temp.resolve("yesterday"), "ledger", "wal", "side", "cache");
        assertThatThrownBy(() -> product.onceMore(data))
                .isInstanceOfSatisfying(ReplayFailure.class, failure -> assertThat(failure.code())
                        .isEqualTo(ReplayFailure.Code.LEDGER_BEHIND))
                .hasMessageMatching(
                        "the database has seen \\d+ records of the ledger of acme, and the ledger holds \\d+");
    }

    @Test
    @Tag("extended")
    void aLedgerOfTheSameLengthAndAnotherHistoryIsRefused() throws IOException {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        product = PREPARED.kept(product.again(data, () -> Folders.copy(data, temp.resolve("fork"))));
        for (int i = 0; i < 3; i++)
            try (var client = product.client(Product.TaskSpec.SUPPORT)) {
                client.call("get_order", ORDER);
            }
        product.wiring.close();
        // The same beginning, and then another history that is longer.
        var fork = PREPARED.kept(product.onceMore(temp.resolve("fork")));
        for (int i = 0; i < 6; i++)
            try (var client = fork.client(Product.TaskSpec.SUPPORT)) {
                client.call("get_order", ORDER);
            }
        fork.wiring.close();
        Folders.replace(data, temp.resolve("fork"), "ledger", "wal", "side", "cache");
        assertThatThrownBy(() -> product.onceMore(data))
                .isInstanceOfSatisfying(ReplayFailure.class, failure -> assertThat(failure.code())
                        .isEqualTo(ReplayFailure.Code.OTHER_LEDGER));
    }

    @Test
    void aLedgerWithoutItsDatabaseIsRefusedAndNoNewOwnerIsMade() throws IOException {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        product.wiring.close();
        Folders.loseState(data);
        var ownerBefore = Files.readString(data.resolve("cli/owner.json"));
        assertThatThrownBy(() -> product.onceMore(data))
                .isInstanceOfSatisfying(ReplayFailure.class, failure -> assertThat(failure.code())
                        .isEqualTo(ReplayFailure.Code.DATABASE_LOST));
        assertThat(Files.readString(data.resolve("cli/owner.json"))).isEqualTo(ownerBefore);
    }

    private void refused(Agent agent, String answer, String reason) {
        try (var client = product.client(agent.key, Product.SHOP)) {
            assertThat(text(client.call("get_order", ORDER))).startsWith(answer);
        }
        assertThat(product.lastOf("refusal").string("reason")).contains(reason);
    }

    private String original() {
        return product.registry()
                .snapshot(Product.TENANT)
                .tool(Product.SHOP, new ToolName("send_email"))
                .orElseThrow()
                .pin()
                .orElseThrow()
                .definition()
                .json()
                .string("description")
                .orElseThrow();
    }

    private static String approval(Json.Obj answer) {
        var matcher = Pattern.compile("apr_[0-9a-z]{26}").matcher(answer.text());
        if (!matcher.find()) throw new AssertionError("no approval: " + answer.text());
        return matcher.group();
    }

    private static void done(Reply<?> reply) {
        if (!(reply instanceof Reply.Done<?>)) throw new AssertionError("not done: " + reply);
    }
}
