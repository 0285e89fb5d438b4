package dev.writ.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.imports.Jsonc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code writ connect}: what it makes on the server, what it writes, and that it can be taken back. */
class ConnectTest {
    private static final String COMMENTED = """
            // my servers
            {
              "inputs": [], // keep
              "mcpServers": {
                /* the tracker */
                "tracker": {"command": "npx", "args": ["-y", "tracker"], "env": {"KEY": "${KEY}"}}, // last
              },
              "other": {"a": 1.0},
            }
            """;

    private final ContractServer server = new ContractServer();

    @TempDir
    Path folder;

    @BeforeEach
    void people() {
        server.has(
                "people",
                "dana@acme.example",
                "{\"metadata\":{\"name\":\"dana@acme.example\"},\"status\":{\"active\":true}}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Shell shell() {
        return Shell.in(folder, server);
    }

    private Shell.Ran connect(String client, String... more) {
        var line =
                new java.util.ArrayList<>(List.of("connect", client, "--server", "shop", "--purpose", "support case"));
        line.addAll(List.of(more));
        return shell().run(line.toArray(new String[0]));
    }

    private Path file(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void theAgentTheTaskAndTheKeyAreMade() {
        var ran = connect("claude-code", "--data-class", "personal");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(Resource.spec(server.body("POST /agents")).string("owner")).contains("dana@acme.example");
        assertThat(server.body("POST /tasks").object("spec").orElseThrow())
                .isEqualTo(
                        dev.writ.base.JsonReader.read(
                                "{\"agent\":\"claude-code\",\"person\":\"dana@acme.example\",\"purpose\":\"support case\","
                                        + "\"scope\":{\"servers\":[\"shop\"],\"categories\":[\"read\"],\"data\":[\"personal\"]},\"for\":\"8h\"}"));
        assertThat(ran.err())
                .contains("Registered the agent claude-code, owned by dana@acme.example")
                .contains("Opened the task " + ContractServer.TASK_ID)
                .contains("+ ")
                .contains("Bearer writ_…")
                .doesNotContain(ContractServer.TASK_KEY);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void aKnownAgentIsUsedAsItIs() {
        server.has("agents", "bot", "{\"metadata\":{\"name\":\"bot\"},\"spec\":{\"owner\":\"eve@acme.example\"}}");
        assertThat(connect("cursor", "--agent", "bot", "--for", "1h", "--category", "read,write")
                        .exit())
                .isZero();
        assertThat(server.requests()).doesNotContain("POST /agents");
        var spec = Resource.spec(server.body("POST /tasks"));
        assertThat(spec.string("person")).contains("eve@acme.example");
        assertThat(spec.string("for")).contains("1h");
    }

    @Test
    void severalPeopleMeanThatSomebodySaysWhoOwnsTheAgent() {
        server.has("people", "eve@acme.example", "{\"metadata\":{\"name\":\"eve@acme.example\"}}");
        var ran = connect("claude-code");
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains("--owner");
        assertThat(folder.resolve(".mcp.json")).doesNotExist();
        assertThat(connect("claude-code", "--owner", "eve@acme.example").exit()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "claude-code, .mcp.json, mcpServers",
        "cursor, .cursor/mcp.json, mcpServers",
        "vscode, .vscode/mcp.json, servers"
    })
    void aNewFileIsWrittenForItsOwnerAlone(String client, String name, String section) throws IOException {
        assertThat(connect(client).exit()).isZero();
        var file = folder.resolve(name);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var root = (Json.Obj) Jsonc.read(Files.readAllBytes(file));
        var entry = root.object(section).flatMap(s -> s.object("writ-shop")).orElseThrow();
        assertThat(entry.string("url")).contains(server.url() + "/mcp/shop");
        assertThat(entry.object("headers").orElseThrow().string("Authorization"))
                .contains("Bearer " + ContractServer.TASK_KEY);
        assertThat(entry.string("type").isPresent()).isEqualTo(!client.equals("cursor"));
        assertThat(shell().run("connect", client, "--undo").exit()).isZero();
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void commentsAndOtherServersStayByteForByte(String newline) throws IOException {
        var before = COMMENTED.replace("\n", newline);
        var file = file(".mcp.json", before);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(connect("claude-code").exit()).isZero();
        var after = Files.readString(file);
        assertThat(after).contains("\"writ-shop\": {" + newline).contains("// last" + newline + "    \"writ-shop\"");
        var root = (Json.Obj) Jsonc.read(Files.readAllBytes(file));
        assertThat(root.object("mcpServers").orElseThrow().members()).containsOnlyKeys("tracker", "writ-shop");
        for (var line : before.split(newline)) assertThat(after).contains(line);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        var undone = shell().run("connect", "claude-code", "--undo");
        assertThat(undone.exit()).as(undone.err()).isZero();
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(server.requests()).contains("POST /tasks/" + ContractServer.TASK_ID + "/complete");
        assertThat(shell().run("connect", "claude-code", "--undo").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void undoAfterTheFileWasChangedTakesOnlyOurEntries() throws IOException {
        var file = file(".mcp.json", COMMENTED);
        connect("claude-code");
        Files.writeString(file, Files.readString(file).replace("\"a\": 1.0", "\"a\": 2.0"));
        var undone = shell().run("connect", "claude-code", "--undo");
        assertThat(undone.err()).contains("was changed since");
        assertThat(Files.readString(file))
                .isEqualTo(COMMENTED.replace("\"a\": 1.0", "\"a\": 2.0").replace("}, // last\n", "} // last\n\n"));
    }

    @Test
    void connectingAgainEndsTheEarlierTaskAndStillUndoesToTheBeginning() throws IOException {
        var file = file(".mcp.json", COMMENTED);
        connect("claude-code");
        var again = shell().run("connect", "claude-code", "--server", "mail", "--purpose", "other");
        assertThat(again.exit()).isZero();
        assertThat(again.err()).contains("Ended the earlier task");
        assertThat(Files.readString(file)).contains("writ-mail").doesNotContain("writ-shop");
        shell().run("connect", "claude-code", "--undo");
        assertThat(Files.readString(file)).isEqualTo(COMMENTED);
    }

    @Test
    void anEntryThatStillGoesPastWritIsWarnedOfAndItsSecretsAreNotShown() throws IOException {
        file(".mcp.json", "{\"mcpServers\":{\"Shop\":{\"command\":\"x\",\"env\":{\"KEY\":\"s3cret\"}}}}");
        var ran = connect("claude-code");
        assertThat(ran.err())
                .contains("the entry Shop of this file still reaches Shop past Writ")
                .doesNotContain("s3cret");
        file("home/.codex/config.toml", "[mcp_servers.shop]\ncommand = \"x\"\n");
        assertThat(connect("codex").err()).contains("the entry shop of this file");
    }

    @Test
    void codexKeepsItsCommentsAndTables() throws IOException {
        var before = """
                model = "gpt" # mine
                [mcp_servers.tracker]
                command = "npx"
                args = ["-y", "tracker"] # [not.a.table]

                [mcp_servers.tracker.env]
                KEY = \"""
                [mcp_servers.writ-shop]
                \"""
                # the end""";
        var file = file("home/.codex/config.toml", before);
        assertThat(connect("codex").exit()).isZero();
        assertThat(Files.readString(file))
                .startsWith(before + "\n\n[mcp_servers.writ-shop]\nurl = \"" + server.url() + "/mcp/shop\"\n")
                .endsWith("http_headers = { Authorization = \"Bearer " + ContractServer.TASK_KEY + "\" }\n");
        assertThat(connect("codex").exit()).isZero();
        assertThat(Files.readString(file)).containsOnlyOnce("\n[mcp_servers.writ-shop]\nurl");
        assertThat(shell().run("connect", "codex", "--undo").exit()).isZero();
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"mcpServers\": []}",
                "{\"mcpServers\": {}, \"mcpServers\": {}}",
                "{\"a\": \"\u0000\"}",
                "{} x",
                "/* open",
                "{\"mcpServers\": {,}}"
            })
    void aMalformedFileIsRefusedUntouchedAndNothingIsMade(String text) throws IOException {
        var file = file(".mcp.json", text);
        var ran = connect("claude-code");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("is malformed and was not touched");
        assertThat(Files.readString(file)).isEqualTo(text);
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a =",
                "[a",
                "a = 1\na = 2",
                "[a]\n[a]",
                "a = \"x",
                "mcp_servers = {}",
                "[mcp_servers]\nwrit-check = 1\n[x",
                "a = 01",
                "= 1",
                "a = [1 2]",
                "a = 1 b = 2"
            })
    void aMalformedTomlIsRefusedUntouchedAndNothingIsMade(String text) throws IOException {
        var file = file("home/.codex/config.toml", text);
        var ran = connect("codex");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("malformed and was not touched");
        assertThat(Files.readString(file)).isEqualTo(text);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void printWritesNothing() throws IOException {
        var file = file(".mcp.json", COMMENTED);
        var ran = connect("claude-code", "--print");
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).contains(ContractServer.TASK_KEY).startsWith("// my servers\n");
        assertThat(Files.readString(file)).isEqualTo(COMMENTED);
        assertThat(shell().run("connect", "claude-code", "--undo").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void aGivenTaskIsUsedAndNotEnded() {
        server.has(
                "tasks",
                ContractServer.TASK_ID,
                "{\"metadata\":{\"name\":\"" + ContractServer.TASK_ID
                        + "\"},\"spec\":{\"scope\":{\"servers\":[\"shop\",\"a.b\"]}}}");
        var ran = shell().run("connect", "cursor", "--task", "TSK1");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(folder.resolve(".cursor/mcp.json"))
                .content()
                .contains("\"writ-shop\"")
                .contains("\"writ-a-b\"")
                .contains("/mcp/a.b");
        assertThat(shell().run("connect", "cursor", "--undo").exit()).isZero();
        assertThat(server.requests())
                .doesNotContain("POST /tasks", "POST /tasks/" + ContractServer.TASK_ID + "/complete");
    }

    @Test
    void undoWorksWithoutTheServerAndSaysWhatIsLeft() throws IOException {
        var file = file(".mcp.json", COMMENTED);
        connect("claude-code");
        server.close();
        var ran = shell().run("connect", "claude-code", "--undo");
        assertThat(ran.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(ran.err()).contains("could not be ended").contains("writ task complete " + ContractServer.TASK_ID);
        assertThat(Files.readString(file)).isEqualTo(COMMENTED);
    }

    @Test
    void aLinkedFileStaysALink() throws IOException {
        var real = file("dotfiles/mcp.json", "{}");
        Files.createSymbolicLink(folder.resolve(".mcp.json"), real);
        connect("claude-code");
        assertThat(Files.isSymbolicLink(folder.resolve(".mcp.json"))).isTrue();
        assertThat(Files.readString(real)).contains("writ-shop");
        shell().run("connect", "claude-code", "--undo");
        assertThat(Files.readString(real)).isEqualTo("{}");
    }

    @Test
    void whatIsKeptForUndoIsForItsOwnerAlone() throws IOException {
        connect("claude-code");
        try (var kept = Files.list(folder.resolve("home/.config/writ/connect"))) {
            var files = kept.toList();
            assertThat(files).hasSize(1);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.getFirst())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void withoutServersOrPurposeNothingIsMade() {
        assertThat(shell().run("connect", "claude-code", "--server", "shop").exit())
                .isEqualTo(Exit.USAGE);
        assertThat(shell().run("connect", "claude-code", "--purpose", "x").exit())
                .isEqualTo(Exit.USAGE);
        assertThat(shell().run("connect", "emacs", "--server", "a", "--purpose", "x")
                        .exit())
                .isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
    }
}
