package dev.writ.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each noun's verbs: the request that goes out, what is printed, how it ends. */
class CommandsTest {
    private final ContractServer server = new ContractServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private Shell.Ran run(String... line) {
        return Shell.in(folder, server).run(line);
    }

    private Shell.Ran ok(String... line) {
        var ran = run(line);
        assertThat(ran.exit()).as(ran.err()).isZero();
        return ran;
    }

    private static Json json(String text) {
        return JsonReader.read(text);
    }

    @Test
    void agentsAreCreatedListedAndShownAsATable() {
        ok(
                "agent",
                "create",
                "support-bot",
                "--owner",
                "dana@acme.example",
                "--purpose",
                "support",
                "--model-tier",
                "2",
                "--recertify-by",
                "2027-01-01T00:00:00Z",
                "--group",
                "support-agents,night");
        assertThat(server.body("POST /agents"))
                .isEqualTo(
                        json(
                                "{\"apiVersion\":\"writ.dev/v1\",\"kind\":\"Agent\",\"metadata\":{\"name\":\"support-bot\"},"
                                        + "\"spec\":{\"owner\":\"dana@acme.example\",\"purpose\":\"support\",\"modelTier\":2,"
                                        + "\"recertifyBy\":\"2027-01-01T00:00:00Z\",\"groups\":[\"support-agents\",\"night\"]}}"));
        assertThat(ok("agent", "list").out()).isEqualTo("""
                NAME         STATUS  OWNER              PURPOSE  RECERTIFY BY
                support-bot  active  dana@acme.example  support  2027-01-01T00:00:00Z
                """);
        assertThat(ok("agent", "show", "support-bot").out()).isEqualTo("""
                NAME          support-bot
                STATUS        active
                OWNER         dana@acme.example
                PURPOSE       support
                MODEL TIER    2
                RECERTIFY BY  2027-01-01T00:00:00Z
                GROUPS        support-agents, night
                """);
        assertThat(run("agent", "create", "support-bot", "--owner", "d", "--purpose", "p")
                        .exit())
                .isEqualTo(Exit.CONFLICT);
    }

    @Test
    void everyFormatTellsTheSame() {
        server.has(
                "agents",
                "bot",
                "{\"kind\":\"Agent\",\"metadata\":{\"name\":\"bot\"},\"spec\":{\"groups\":[\"a\",\"yes\"],\"modelTier\":1.0}}");
        var item =
                "{\"kind\":\"Agent\", \"metadata\":{\"name\":\"bot\"}, \"spec\":{\"groups\":[\"a\", \"yes\"], \"modelTier\":1.0}}";
        assertThat(ok("agent", "list", "-o", "jsonl").out()).isEqualTo(item + "\n");
        assertThat(json(ok("agent", "list", "-o", "json").out())).isEqualTo(json("{\"items\":[" + item + "]}"));
        assertThat(ok("agent", "list", "-o", "yaml").out()).isEqualTo("""
                items:
                  - kind: Agent
                    metadata:
                      name: bot
                    spec:
                      groups:
                        - a
                        - "yes"
                      modelTier: 1.0
                """);
        assertThat(ok("agent", "list", "-o", "JSON").out()).startsWith("{");
    }

    @Test
    void anEmptyListIsNoDataAndAWord() {
        var ran = ok("agent", "list");
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).isEqualTo("Nothing there.\n");
    }

    @Test
    void whatTakesAuthorityAwayAsksNothing() {
        server.has("agents", "bot", "{\"metadata\":{\"name\":\"bot\"}}");
        server.has("servers", "shop", "{\"metadata\":{\"name\":\"shop\"}}");
        server.has("tasks", ContractServer.TASK_ID, "{\"metadata\":{\"name\":\"" + ContractServer.TASK_ID + "\"}}");
        assertThat(ok("agent", "suspend", "bot").out()).contains("suspended");
        ok("agent", "resume", "bot");
        assertThat(ok("agent", "recertify", "bot", "--until", "2027-01-01T00:00:00Z")
                        .out())
                .contains("used     shop/refund  3 calls, 1 refused, last 2026-11-20", "unused   shop/wipe");
        ok("server", "disable", "shop");
        ok("server", "enable", "shop");
        ok("server", "withdraw", "shop", "refund");
        assertThat(ok("task", "revoke", "TSK1", "--reason", "odd").out()).contains("revoked");
        assertThat(server.requests())
                .contains(
                        "POST /agents/bot/suspend",
                        "POST /agents/bot/resume",
                        "POST /servers/shop/tools/refund/withdraw",
                        "POST /tasks/TSK1/revoke");
        assertThat(server.body("POST /tasks/TSK1/revoke")).isEqualTo(json("{\"reason\":\"odd\"}"));
        assertThat(server.body("POST /agents/bot/recertify")).isEqualTo(json("{\"until\":\"2027-01-01T00:00:00Z\"}"));
        ok("task", "complete", "TSK1");
        assertThat(server.body("POST /tasks/TSK1/complete").string("reason")).isPresent();
    }

    @Test
    void keysAreListedWithoutTheirTextAndOneIsRevokedWithAReason() {
        server.when("GET /keys", """
                {"items":[
                 {"id":"key_01k0000000000000000000key1","createdAt":"2026-11-01T08:00:00Z","agent":"bot",
                  "task":"tsk_01k0000000000000000000tsk1","ended":false,"revoked":false},
                 {"id":"key_01k0000000000000000000key2","createdAt":"2026-11-02T08:00:00Z",
                  "person":"dana@acme.example","revoked":true}]}""");
        var listed = ok("key", "list");
        assertThat(listed.out().lines().toList()).hasSize(3);
        assertThat(listed.out().lines().findFirst().orElseThrow().split(" +"))
                .containsExactly("KEY", "AGENT", "TASK", "PERSON", "REVOKED", "MADE");
        assertThat(listed.out()).contains("bot", "dana@acme.example").doesNotContain("writ_");
        assertThat(ok("key", "list", "-o", "jsonl").out().lines().toList().getLast())
                .contains("\"revoked\":true");
        var gone = "{\"id\":\"key_01k0000000000000000000key1\",\"revoked\":true}";
        server.when("POST /keys/00KEY1/revoke", gone).when("POST /keys/00KEY2/revoke", gone);
        assertThat(ok("key", "revoke", "00KEY1", "--reason", "it stood in a mail")
                        .out())
                .contains("key_01k0000000000000000000key1");
        assertThat(server.body("POST /keys/00KEY1/revoke")).isEqualTo(json("{\"reason\":\"it stood in a mail\"}"));
        ok("key", "revoke", "00KEY2");
        assertThat(server.body("POST /keys/00KEY2/revoke")).isEqualTo(json("{\"reason\":\"by writ key revoke\"}"));
        server.when("POST /keys/00KEY3/revoke", Answer.problem(404, "no such key", "there is no key with that id"));
        assertThat(run("key", "revoke", "00KEY3").exit()).isEqualTo(Exit.FAILED);
        assertThat(run("key", "revoke").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void whatCannotBeTakenBackNeedsAYes() {
        server.has("agents", "bot", "{\"metadata\":{\"name\":\"bot\"}}");
        server.has("people", "dana@acme.example", "{\"metadata\":{\"name\":\"dana@acme.example\"}}");
        server.secrets.put("token", "v");
        for (var line : List.of("agent retire bot", "person deactivate dana@acme.example", "secret remove token")) {
            int before = server.seen.size();
            var words = line.split(" ");
            var ran = run(words);
            assertThat(ran.exit()).as(line).isEqualTo(Exit.USAGE);
            assertThat(ran.err()).contains("add --yes");
            var no = Shell.in(folder, server).typing("n\n").run(words);
            assertThat(no.exit()).isEqualTo(Exit.FAILED);
            assertThat(no.err()).contains("Nothing was changed.");
            assertThat(Shell.in(folder, server).typing("").run(words).exit()).isEqualTo(Exit.FAILED);
            assertThat(server.seen).hasSize(before);
            assertThat(Shell.in(folder, server).typing("yes\n").run(words).exit())
                    .isZero();
        }
        server.secrets.put("token", "v");
        ok("secret", "remove", "token", "--yes");
        assertThat(server.secrets).isEmpty();
    }

    @Test
    void aTaskIsOpenedWithItsWholeScope() {
        var ran = ok(
                "task",
                "open",
                "--agent",
                "bot",
                "--person",
                "dana@acme.example",
                "--purpose",
                "support case",
                "--server",
                "shop,mail",
                "--tool",
                "shop/refund",
                "--category",
                "read",
                "--data-class",
                "personal",
                "--calls",
                "10",
                "--for",
                "8h");
        assertThat(server.body("POST /tasks").object("spec").orElseThrow())
                .isEqualTo(json(
                        "{\"agent\":\"bot\",\"person\":\"dana@acme.example\",\"purpose\":\"support case\",\"scope\":"
                                + "{\"servers\":[\"shop\",\"mail\"],\"tools\":[\"shop/refund\"],\"categories\":[\"read\"],"
                                + "\"data\":[\"personal\"]},\"calls\":10,\"for\":\"8h\"}"));
        assertThat(ran.out()).contains(ContractServer.TASK_ID).contains("open");
        assertThat(ran.err()).contains("writ task key 00TSK1");
        assertThat(ok("task", "list", "--state", "open").out()).contains("support case");
        assertThat(ok("task", "show", "TSK1").out()).contains("SERVERS          shop, mail");
    }

    @Test
    void aTaskWithoutAnEndIsRefused() {
        var line = "task open --agent a --person p --purpose x --server s";
        assertThat(run(line.split(" ")).exit()).isEqualTo(Exit.USAGE);
        assertThat(run((line + " --for 8h --until 2027-01-01T00:00:00Z").split(" "))
                        .exit())
                .isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aKeyIsTheOnlyDataOfItsCommand() {
        server.has("tasks", ContractServer.TASK_ID, "{}").has("people", "dana@acme.example", "{}");
        for (var line : List.of("task key TSK1", "key create task TSK1")) {
            var ran = ok(line.split(" "));
            assertThat(ran.out()).isEqualTo(ContractServer.TASK_KEY + "\n");
            assertThat(ran.err()).contains("shown this once").doesNotContain(ContractServer.TASK_KEY);
        }
        assertThat(ok("person", "key", "dana@acme.example").out()).isEqualTo(ContractServer.KEY + "\n");
        assertThat(ok("key", "create", "person", "dana@acme.example").out()).isEqualTo(ContractServer.KEY + "\n");
        assertThat(run("key", "create", "server", "x").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void peopleAndGroups() {
        ok("person", "create", "eve@acme.example", "--name", "Eve", "--role", "approver,auditor");
        assertThat(server.body("POST /people").object("spec").orElseThrow())
                .isEqualTo(json("{\"displayName\":\"Eve\",\"roles\":[\"approver\",\"auditor\"]}"));
        assertThat(ok("person", "list").out()).isEqualTo("""
                E-MAIL            NAME  ROLES              ACTIVE  ID
                eve@acme.example  Eve   approver, auditor  yes     000PER
                """);
        ok(
                "group",
                "create",
                "finance-leads",
                "--of",
                "people",
                "--quorum",
                "2",
                "--proof",
                "session",
                "--separation",
                "--member",
                "eve@acme.example");
        assertThat(server.body("POST /groups").object("spec").orElseThrow())
                .isEqualTo(json("{\"of\":\"people\",\"quorum\":2,\"proof\":\"session\",\"separation\":true,"
                        + "\"members\":[\"eve@acme.example\"]}"));
        assertThat(ok("group", "list").out()).contains("finance-leads  people  2");
        assertThat(ok("group", "show", "finance-leads").out()).contains("QUORUM      2");
        assertThat(ok("group", "add", "finance-leads", "dana@acme.example").err())
                .contains("is in finance-leads");
        ok("group", "remove", "finance-leads", "dana@acme.example");
        assertThat(server.requests())
                .contains(
                        "PUT /groups/finance-leads/members/dana@acme.example",
                        "DELETE /groups/finance-leads/members/dana@acme.example");
    }

    @Test
    void aSecretComesFromInputAndIsNeverShown() {
        var ran = Shell.in(folder, server).piping("s3cret\n").run("secret", "put", "shop-token");
        assertThat(ran.exit()).isZero();
        assertThat(server.secrets).containsEntry("shop-token", "s3cret");
        assertThat(ran.out() + ran.err()).doesNotContain("s3cret");
        assertThat(ok("secret", "list").out()).isEqualTo("NAME\nshop-token\n");
        assertThat(Shell.in(folder, server).piping("").run("secret", "put", "x").exit())
                .isEqualTo(Exit.USAGE);
    }

    @Test
    void statusIsAFailureWhenTheLedgerIsClosed() {
        var open =
                "{\"version\":\"0.1.0\",\"tenant\":\"default\",\"ledger\":{\"size\":12,\"unwitnessedFrom\":0},\"policies\":{\"count\":6}}";
        server.when("GET /status", open);
        assertThat(ok("status").out()).contains("RECORDS            12\n").contains("UNWITNESSED FROM   0\n");
        server.when("GET /status", "{\"ledger\":{\"size\":12,\"closedBecause\":\"disk full\"}}");
        var ran = run("status");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("takes no records (disk full)");
    }

    @Test
    void doctorFailsOnErrorsOnly() {
        server.when(
                "GET /doctor",
                "{\"findings\":[{\"level\":\"ok\",\"what\":\"disk\",\"why\":\"\",\"next\":\"\"},"
                        + "{\"level\":\"warn\",\"what\":\"one admin\",\"why\":\"nobody helps\",\"next\":\"name another\"}]}");
        assertThat(ok("doctor").out()).isEqualTo("""
                ok    disk
                warn  one admin
                      why: nobody helps
                      next: name another
                """);
        server.when("GET /doctor", "{\"findings\":[{\"level\":\"unheard-of\",\"what\":\"x\"}]}");
        assertThat(run("doctor").exit()).isEqualTo(Exit.FAILED);
    }

    @Test
    void canPrintsTheVerdictAndEndsWithIt() {
        server.when("POST /can", "{\"verdict\":\"allow\",\"policies\":[\"refund-small\"],\"why\":\"\"}");
        var ran = ok(
                "can",
                "bot",
                "call",
                "shop/refund",
                "--arg",
                "to=a=b",
                "--arg",
                "n:=1.50",
                "--arg",
                "o:={\"a\":[1]}",
                "--task",
                "TSK1");
        assertThat(ran.out()).isEqualTo("ALLOWED\n  policies: refund-small\n");
        assertThat(server.body("POST /can"))
                .isEqualTo(json("{\"agent\":\"bot\",\"task\":\"TSK1\",\"server\":\"shop\",\"tool\":\"refund\","
                        + "\"arguments\":{\"to\":\"a=b\",\"n\":1.50,\"o\":{\"a\":[1]}}}"));
        server.when(
                "POST /can",
                "{\"verdict\":\"ask\",\"of\":[[\"finance-leads\"],[\"a\",\"b\"]],\"why\":\"over the limit\"}");
        var ask = run("can", "bot", "call", "shop/refund");
        assertThat(ask.exit()).isEqualTo(Exit.NEEDS_APPROVAL);
        assertThat(ask.out())
                .isEqualTo("NEEDS APPROVAL\n  why:      over the limit\n  of:       finance-leads, or a and b\n");
        for (var verdict : List.of("deny", "absent", "something new")) {
            server.when("POST /can", "{\"verdict\":\"" + verdict + "\"}");
            assertThat(run("can", "bot", "call", "shop/refund").exit()).isEqualTo(Exit.DENIED);
        }
        server.when("POST /can", "{}");
        assertThat(run("can", "bot", "call", "shop/refund").exit()).isEqualTo(Exit.DENIED);
    }

    @Test
    void canRefusesArgumentsThatAreUnclear() {
        for (var line : List.of(
                "can bot call refund",
                "can bot do shop/refund",
                "can bot call /x",
                "can bot call shop/",
                "can bot call a/b --arg x",
                "can bot call a/b --arg =1",
                "can bot call a/b --arg x=1 --arg x=2",
                "can bot call a/b --arg n:=01",
                "can bot call a/b --arg n:={",
                "can bot")) assertThat(run(line.split(" ")).exit()).as(line).isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void policiesAreShownAndPublished() {
        server.when(
                "GET /policies",
                "{\"bundle\":\"b1\",\"ids\":[\"p-one\",\"p-two\"],\"sources\":{\"a.cedar\":"
                        + "\"@id(\\\"p-one\\\") // a ; b\\npermit (principal, action, resource) when { \\\";\\\" == \\\"\\\\\\\";\\\" };\\n@id(\\\"p-two\\\") forbid (principal, action, resource);\"}}");
        assertThat(ok("policy", "show").out()).isEqualTo("p-one\np-two\n");
        assertThat(ok("policy", "show", "p-one").out())
                .isEqualTo(
                        "@id(\"p-one\") // a ; b\npermit (principal, action, resource) when { \";\" == \"\\\";\" };\n");
        assertThat(ok("policy", "show", "p-two").out())
                .isEqualTo("@id(\"p-two\") forbid (principal, action, resource);\n");
        assertThat(run("policy", "show", "p-three").exit()).isEqualTo(Exit.FAILED);
        server.when(
                "POST /policies/publish", "{\"bundle\":\"b2\",\"count\":7,\"warnings\":[\"a.cedar: never applies\"]}");
        var published = ok("policy", "publish");
        assertThat(published.out()).isEqualTo("BUNDLE    b2\nPOLICIES  7\n");
        assertThat(published.err()).isEqualTo("warning: a.cedar: never applies\n");
    }

    @Test
    void aRejectedPublicationIsAFailureWithItsFindingsAndNoConflict() {
        var problem =
                "{\"title\":\"the policies have errors\",\"status\":409,\"findings\":[{\"severity\":\"error\",\"file\":\"a.cedar\","
                        + "\"line\":3,\"column\":7,\"message\":\"unknown attribute\",\"suggestion\":\"did you mean amount?\"}]}";
        server.when(
                "POST /policies/publish",
                Answer.of(409, "application/problem+json", problem.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        var ran = run("policy", "publish");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("a.cedar:3:7: unknown attribute (did you mean amount?)");
        server.when("POST /policies/publish", Answer.problem(409, "somebody else publishes", ""));
        assertThat(run("policy", "publish").exit()).isEqualTo(Exit.CONFLICT);
    }
}
