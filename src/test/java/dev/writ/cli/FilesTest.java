package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.imports.StarterPolicy;
import dev.writ.imports.Yaml;
import dev.writ.policy.publish.Shipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that read and write files: import, apply, export, policy check, completion, and how files are written. */
class FilesTest {
    private static final String MCP = """
            {"mcpServers":{"Shop":{"url":"https://shop.example/mcp","headers":{"Authorization":"Bearer ${TOKEN}"}},
              "fs":{"command":"npx","args":["-y","fs"],"env":{"KEY":"s3cret"}},
              "old":{"type":"sse","url":"https://old.example/sse"}}}
            """;

    private final ContractServer server = new ContractServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private Shell shell() {
        return Shell.in(folder, server);
    }

    private Path policyFolder() throws IOException {
        var data = folder.resolve("writ-data");
        Files.createDirectories(data.resolve("cli"));
        Files.writeString(
                data.resolve("cli/owner.json"),
                "{\"url\":\"" + server.url() + "\",\"tenant\":\"acme\",\"key\":\"" + ContractServer.KEY + "\"}");
        return Files.createDirectories(data.resolve("policies/acme"));
    }

    @Test
    void importRegistersServersKeepsSecretsAndWritesStarterPolicies() throws IOException {
        var policies = policyFolder();
        Files.writeString(folder.resolve(".mcp.json"), MCP);
        var ran = shell().with("TOKEN", "t0ken").run("import", ".mcp.json");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).isEqualTo("NAME  STATUS\nshop  pending\nfs    pending\n");
        assertThat(server.secrets)
                .containsOnly(
                        java.util.Map.entry("shop-authorization", "Bearer t0ken"),
                        java.util.Map.entry("fs-key", "s3cret"));
        assertThat(ran.err())
                .contains("1 secret moved out of .mcp.json: shop-authorization (mcpServers.Shop.headers.Authorization)")
                .contains("read from your environment: TOKEN")
                .contains("the name \"Shop\" becomes shop")
                .contains("left out: the transport sse")
                .contains("writ server inspect shop, then writ server approve shop")
                .doesNotContain("t0ken")
                .doesNotContain("s3cret");
        assertThat(policies.resolve("shop.cedar")).content().contains("Nothing in this file permits anything yet");
        assertThat(Files.readString(folder.resolve(".mcp.json"))).isEqualTo(MCP);
    }

    @Test
    void importLeavesWhatIsThereAsItIs() throws IOException {
        var policies = policyFolder();
        Files.writeString(policies.resolve("fs.cedar"), "// mine\n");
        Files.writeString(folder.resolve(".mcp.json"), MCP);
        server.has("servers", "shop", "{\"metadata\":{\"name\":\"shop\"}}");
        server.secrets.put("fs-key", "old");
        var ran = shell().run("import", ".mcp.json");
        assertThat(ran.exit()).isEqualTo(Exit.CONFLICT);
        assertThat(server.secrets).containsOnly(java.util.Map.entry("fs-key", "old"));
        assertThat(policies.resolve("fs.cedar")).hasContent("// mine");
        assertThat(ran.err())
                .contains("shop is registered already")
                .contains("kept the secret fs-key")
                .contains("is there already");
    }

    @Test
    void oneBrokenFileMeansThatNothingIsImported() throws IOException {
        Files.writeString(folder.resolve("good.json"), MCP);
        Files.writeString(
                folder.resolve("bad.json"), "{\"mcpServers\":{\"a\":{\"url\":\"https://a\",\"command\":\"b\u001b\"}}}");
        var ran = shell().run("import", "good.json", "bad.json");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("bad.json").contains("next: ");
        CliTest.assertHarmless(ran);
        assertThat(shell().run("import", "good.json", "good.json").exit()).isEqualTo(Exit.USAGE);
        assertThat(shell().run("import", "absent.json").exit()).isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void importNeverReadsWritsOwnKeyForAFile() throws IOException {
        Files.writeString(
                folder.resolve("m.json"),
                "{\"mcpServers\":{\"a\":{\"url\":\"https://a.example/\",\"headers\":{\"X\":\"${WRIT_KEY}\"}}}}");
        var ran = shell().run("import", "m.json");
        assertThat(ran.exit()).isZero();
        assertThat(server.secrets).isEmpty();
        assertThat(ran.err()).contains("writ secret put a-x");
    }

    @Test
    void aDryRunNeedsNoServerAndPrintsWhatApplyTakes() throws IOException {
        Files.writeString(folder.resolve(".mcp.json"), MCP);
        var ran = Shell.in(folder).with("TOKEN", "t0ken").run("import", "--dry-run", ".mcp.json");
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).doesNotContain("t0ken").doesNotContain("s3cret");
        assertThat(Yaml.read("out", ran.out().getBytes(UTF_8))).hasSize(2).allMatch(d -> Resource.name((Json.Obj) d)
                .matches("shop|fs"));
    }

    @Test
    void applySendsEveryDocumentOfFilesFoldersAndInput() throws IOException {
        Files.createDirectories(folder.resolve("d"));
        Files.writeString(
                folder.resolve("d/b.yaml"),
                "kind: Group\nmetadata: {name: b}\nspec: {of: people}\n---\n---\nkind: Group\nmetadata: {name: c}\n");
        Files.writeString(
                folder.resolve("d/a.json"), "{\"items\":[{\"kind\":\"Group\",\"metadata\":{\"name\":\"a\"}}]}");
        Files.writeString(folder.resolve("d/.hidden.yaml"), "kind: No");
        Files.writeString(folder.resolve("d/notes.txt"), "no");
        server.when(
                "POST /apply",
                "{\"items\":[{\"kind\":\"Group\",\"name\":\"a\",\"change\":\"created\"},{\"kind\":\"Group\",\"name\":\"b\",\"change\":\"unchanged\"}]}");
        var ran = shell().piping("kind: Agent\nmetadata: {name: z}\n").run("apply", "-f", "d", "-f", "-", "--dry-run");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out())
                .isEqualTo("KIND   NAME  CHANGE     WHY\nGroup  a     created    -\nGroup  b     unchanged  -\n");
        var body = server.body("POST /apply");
        assertThat(body.bool("dryRun")).contains(true);
        assertThat(Output.objects(body, "resources")).extracting(Resource::name).containsExactly("a", "b", "c", "z");
    }

    @Test
    void applyFailsWhenSomethingIsRefusedAndSendsNothingThatIsUnclear() throws IOException {
        server.when(
                "POST /apply",
                "{\"items\":[{\"kind\":\"Group\",\"name\":\"a\",\"change\":\"refused\",\"why\":\"unknown member quorums: quorum?\"}]}");
        Files.writeString(folder.resolve("a.yaml"), "kind: Group\nmetadata: {name: a}");
        assertThat(shell().run("apply", "-f", "a.yaml").exit()).isEqualTo(Exit.FAILED);
        server.seen.clear();
        for (var text : List.of("a: &x 1", "- 1", "just words", "", "a: [")) {
            Files.writeString(folder.resolve("a.yaml"), text);
            assertThat(shell().run("apply", "-f", "a.yaml").exit()).as(text).isBetween(1, 2);
        }
        assertThat(shell().run("apply").exit()).isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void exportIsWhatApplyTakes() throws IOException {
        var items =
                "{\"items\":[{\"kind\":\"Agent\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"purpose\":\"it's: \\\"x\\\" # \\u202e\\n- y\",\"modelTier\":1.0,\"groups\":[],\"n\":{},\"l\":[[\"no\",{\"b\":\"1\"}],null,true]}},{\"kind\":\"Group\",\"metadata\":{\"name\":\"b\"}}]}";
        server.when("GET /export", items).when("POST /apply", "{\"items\":[]}");
        var exported = shell().run("export");
        CliTest.assertHarmless(exported);
        Files.writeString(folder.resolve("all.yaml"), exported.out());
        assertThat(shell().run("apply", "-f", "all.yaml").exit()).isZero();
        assertThat(server.body("POST /apply").get("resources"))
                .isEqualTo(((Json.Obj) JsonReader.read(items)).get("items"));
        assertThat(JsonReader.read(shell().run("export", "-o", "json").out())).isEqualTo(JsonReader.read(items));
    }

    @Test
    void policiesAreCheckedWithoutAServer() throws IOException {
        var policies = policyFolder();
        Files.writeString(
                policies.resolve("good.cedar"),
                "@id(\"admins\")\npermit (principal in Writ::Group::\"role-admin\", action == Writ::Action::\"administer\", resource);\n");
        assertThat(Shell.in(folder).run("policy", "check").exit()).isZero();
        Files.writeString(policies.resolve("bad.cedar"), "@id(\"x\")\npermit (principal, action, resouce);\n");
        var ran = Shell.in(folder).run("policy", "check", "writ-data/policies/acme");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.out()).startsWith("error: bad.cedar:2:");
        var json = Shell.in(folder).run("policy", "check", "writ-data/policies/acme", "-o", "json");
        assertThat(((Json.Obj) JsonReader.read(json.out())).bool("fine")).contains(false);
        assertThat(Shell.in(folder).run("policy", "check", "absent").exit()).isEqualTo(Exit.FAILED);
    }

    @Test
    void theStarterPolicysRulesAreValidOnceTheirCommentSignsAreGone() throws IOException {
        var text = StarterPolicy.text(new dev.writ.base.Name("shop"), "x");
        var rules = text.substring(text.indexOf("// @id")).replaceAll("(?m)^// (?=[@p(){}w ])", "");
        Files.writeString(folder.resolve("shop.cedar"), rules.replaceAll("(?m)^Everything", "// Everything"));
        var tool = Shipped.schema().replaceFirst("(?s)}\\s*$", "");
        Files.writeString(
                folder.resolve("schema.cedarschema"),
                tool
                        + "action \"call:shop/x\" in [\"tool:call\"] appliesTo { principal: [Agent, Run], resource: Tool, context: { now: datetime, task: Task,"
                        + " approvals: Set<Group>, consented: Bool, caller: String, binding: String, depth: Long, modelOutput: String, untrustedInputs: Set<String>, input: {} } };\n}\n");
        var ran = Shell.in(folder).run("policy", "check", ".");
        assertThat(ran.out()).doesNotContain("error");
        assertThat(ran.exit()).as(ran.err()).isZero();
    }

    @Test
    void bashCompletesNounsVerbsAndOptions() throws Exception {
        var script = Shell.in(folder).run("completion", "bash").out();
        Files.writeString(
                folder.resolve("c.bash"),
                script + "\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _writ; echo \"${COMPREPLY[@]}\"\n");
        assertThat(bash("writ", "ag")).isEqualTo("agent");
        assertThat(bash("writ", "agent", "re")).isEqualTo("reassign recertify resume retire");
        assertThat(bash("writ", "task", "open", "--cat")).isEqualTo("--category");
        assertThat(bash("writ", "connect", "claude-code", "--und")).isEqualTo("--undo");
        assertThat(Shell.in(folder).run("completion", "zsh").out()).startsWith("autoload");
        assertThat(Shell.in(folder).run("completion", "fish").out())
                .contains("__fish_seen_subcommand_from agent' -a list");
        assertThat(Shell.in(folder).run("completion", "csh").exit()).isEqualTo(Exit.USAGE);
    }

    private String bash(String... words) throws Exception {
        var command = new java.util.ArrayList<>(List.of("bash", "c.bash"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOneAndNoRest() throws IOException {
        var target = folder.resolve("dir");
        Files.createDirectories(target.resolve("full"));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> SafeFile.write(target, new byte[] {1}, "rw-------"))
                .isInstanceOf(CliError.class)
                .hasMessageContaining("cannot be written");
        try (var left = Files.list(folder)) {
            assertThat(left.toList()).containsExactly(target);
        }
    }

    @Test
    void aWrittenFileKeepsItsPermissionsAndANewOneGetsThoseAskedFor() throws IOException {
        var file = folder.resolve("f");
        SafeFile.write(file, new byte[] {1}, "rw-r-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        SafeFile.write(file, new byte[] {2}, "rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        SafeFile.writeSecret(file, new byte[] {3});
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(file).hasBinaryContent(new byte[] {3});
    }
}
