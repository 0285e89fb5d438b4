package dev.writ.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.registry.Classification;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official filesystem server behind Writ, called by the official TypeScript client. */
@Tag("extended")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesystemTest {
    private static final Name FILES = new Name("files");
    private PeerStage stage;
    private Path open;
    private Path secret;

    /** The server itself may read all of {@code root}: what keeps the agent in {@code open} is policy alone. */
    @BeforeAll
    void start(@TempDir Path data, @TempDir Path files) throws IOException {
        var root = files.toRealPath();
        open = Files.createDirectory(root.resolve("open"));
        Files.createDirectory(open.resolve("sub"));
        Files.writeString(open.resolve("a.txt"), "alpha");
        Files.createDirectory(root.resolve("open-too"));
        Files.writeString(root.resolve("open-too/b.txt"), "beta");
        secret = Files.writeString(root.resolve("secret.txt"), "hush");
        stage = PeerStage.start(data);
        stage.register(
                FILES, NodePeers.fromMcpJson("files", Map.of("FOLDER", root.toString())), FilesystemTest::classified);
        stage.product.publish(policy());
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    private static Classification classified(String tool) {
        return switch (tool) {
            case "write_file" -> PeerStage.classified("irreversible", "path");
            case "move_file" -> PeerStage.classified("irreversible", "source", "destination");
            case "list_allowed_directories" -> PeerStage.reading();
            case "read_multiple_files" -> PeerStage.reading();
            default -> PeerStage.reading("path");
        };
    }

    private String policy() {
        return """
                @id("files-known")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:discover", resource == Writ::McpServer::"files");
                @id("files-read")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:files/read_text_file", resource)
                when { context.input.path like "OPEN/*" };
                @id("files-list")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:files/list_directory", resource)
                when { context.input.path == "OPEN" || context.input.path like "OPEN/*" };
                @id("files-write")
                permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:files/write_file", resource)
                when { context.input.path like "OPEN/*" && context.approvals.contains(Writ::Group::"finance-leads") };
                """.replace("OPEN", open.toString());
    }

    private static String path(String path) {
        return Json.object().put("path", path).build().text();
    }

    private static String text(Json.Obj result) {
        return ((Json.Obj) result.array("content").orElseThrow().items().getFirst())
                .string("text")
                .orElseThrow();
    }

    private long calls() {
        return stage.product.records().stream()
                .filter(record -> record.string("kind").equals(Optional.of("intent")))
                .filter(record -> record.object("action")
                        .flatMap(action -> action.string("kind"))
                        .equals(Optional.of("call-tool")))
                .count();
    }

    @Test
    void theListHoldsWhatSomeArgumentsCouldMakePermitted() {
        try (var client = stage.typescript(FILES)) {
            assertThat(client.toolNames()).containsExactlyInAnyOrder("read_text_file", "list_directory", "write_file");
        }
    }

    @Test
    void aPermittedCallReachesTheServerAndItsAnswerComesBackUnchanged() {
        try (var client = stage.typescript(FILES)) {
            var result = client.call("read_text_file", path(open + "/a.txt"));
            assertThat(text(result)).isEqualTo("alpha");
            assertThat(result.object("structuredContent").flatMap(content -> content.string("content")))
                    .contains("alpha");
            assertThat(text(client.call("list_directory", path(open.toString()))))
                    .contains("a.txt");
            stage.lastOutcome("files/list_directory", "done");
        }
    }

    @Test
    void aPathIsJudgedAndSentInOneForm() {
        try (var client = stage.typescript(FILES)) {
            assertThat(text(client.call("read_text_file", path(open + "/sub/.././/a.txt"))))
                    .isEqualTo("alpha");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPEN/../secret.txt",
                "OPEN/sub/../../secret.txt",
                "OPEN/./../secret.txt",
                "OPEN//..//secret.txt",
                "SECRET",
                "/etc/passwd",
                "../secret.txt",
                "OPEN/../../../../../../../../../etc/passwd",
                "OPEN-too/b.txt",
                "OPEN",
                "OPEN/..%2fsecret.txt",
                "OPEN/%2e%2e/secret.txt",
                "OPEN/%2E%2E%2Fsecret.txt",
                "OPEN/%252e%252e%252fsecret.txt",
                "OPEN/%25252e%25252e/secret.txt",
                "OPEN/..%5csecret.txt",
                "OPEN/..\\secret.txt",
                "OPEN\\..\\secret.txt",
                "OPEN/a.txt\0/../../secret.txt",
                "OPEN/a.txt%00",
                "~/secret.txt",
                "file:///etc/passwd",
                ""
            })
    void aPathOutsideTheFolderIsDeniedAndNothingReachesTheServer(String path) {
        try (var client = stage.typescript(FILES)) {
            long before = calls();
            var arguments = path(path.replace("OPEN", open.toString()).replace("SECRET", secret.toString()));
            var result = client.call("read_text_file", arguments);
            assertThat(result.bool("isError")).contains(true);
            assertThat(text(result)).startsWith("DENIED read_text_file").doesNotContain("hush");
            assertThat(calls()).isEqualTo(before);
            assertThat(stage.product.lastOf("refusal").string("reason").orElseThrow())
                    .isIn("policy", "arguments");
        }
    }

    @Test
    void aLinkThatLeadsOutIsTheServersToRefuseAndItsRefusalComesBackUnchanged() throws IOException {
        var link = Files.createSymbolicLink(open.resolve("link"), Path.of("/etc/hostname"));
        try (var client = stage.typescript(FILES)) {
            var result = client.call("read_text_file", path(open + "/link"));
            assertThat(result.bool("isError")).contains(true);
            assertThat(text(result)).contains("Access denied");
            stage.lastOutcome("files/read_text_file", "done");
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void aHiddenToolIsOneThatDoesNotExist() {
        try (var client = stage.typescript(FILES)) {
            long before = calls();
            var hidden = client.failure(NodeClient.calling(
                    "move_file",
                    Json.object()
                            .put("source", open + "/a.txt")
                            .put("destination", open + "/c.txt")
                            .build()
                            .text()));
            var absent = client.failure(NodeClient.calling("no_such_tool", "{}"));
            assertThat(hidden.get("code")).contains(Json.of(-32602)).isEqualTo(absent.get("code"));
            assertThat(hidden.string("message").orElseThrow().replace("move_file", "X"))
                    .isEqualTo(absent.string("message").orElseThrow().replace("no_such_tool", "X"));
            assertThat(calls()).isEqualTo(before);
            assertThat(open.resolve("a.txt")).exists();
        }
    }

    @Test
    void aWriteAsksAPersonAndTheIdenticalCallGoesThroughOnce() throws IOException {
        var file = open.resolve("note.txt");
        var arguments = writing(file, "hello");
        try (var client = stage.typescript(FILES)) {
            var pending = client.call("write_file", arguments);
            assertThat(text(pending)).startsWith("PENDING approval ").contains("finance-leads");
            assertThat(file).doesNotExist();
            var approval = pending.object("_meta")
                    .flatMap(meta -> meta.object("dev.writ/decision"))
                    .flatMap(decision -> decision.string("approval"))
                    .orElseThrow();
            stage.product.approveAs(stage.product.dana, approval);

            assertThat(text(client.call("write_file", writing(file, "other")))).startsWith("PENDING");
            assertThat(file).doesNotExist();

            var done = client.call("write_file", arguments);
            assertThat(done.bool("isError").orElse(false)).isFalse();
            assertThat(Files.readString(file)).isEqualTo("hello");

            Files.delete(file);
            assertThat(text(client.call("write_file", arguments))).startsWith("PENDING");
            assertThat(file).doesNotExist();
            var intent = stage.product.lastOf("intent");
            assertThat(intent.text()).contains(approval);
        }
    }

    @Test
    void aRefusedWriteIsFinal() {
        var file = open.resolve("refused.txt");
        try (var client = stage.raw(FILES)) {
            var pending = client.call("write_file", writing(file, "x"));
            var dana = stage.product.caller(stage.product.dana);
            stage.product
                    .parts()
                    .guard()
                    .vote(dana, new dev.writ.base.Id(McpClient.approval(pending)), false, "not now");
            assertThat(McpClient.text(client.call("write_file", writing(file, "x"))))
                    .startsWith("REFUSED by Dana Reyes")
                    .contains("not now");
            assertThat(file).doesNotExist();
        }
    }

    private static String writing(Path file, String content) {
        return Json.object()
                .put("path", file.toString())
                .put("content", content)
                .build()
                .text();
    }

    @Test
    void aRevokedTaskIsToldSoAndItsServerProcessEnds() {
        var task = stage.open(FILES);
        var key = stage.product.key(Product.BOT, task);
        try (var client = NodeClient.connected(stage.url(FILES), key)) {
            assertThat(text(client.call("read_text_file", path(open + "/a.txt"))))
                    .isEqualTo("alpha");
            int before = stage.product.parts().upstreams().open();
            stage.product.parts().authority().revoke(Product.TENANT, task, stage.product.owner, "enough");
            Eventually.that(
                    "the session with the server is closed",
                    () -> stage.product.parts().upstreams().open() < before);
            assertThat(text(client.call("read_text_file", path(open + "/a.txt"))))
                    .startsWith("REVOKED by Olga Owner");
            assertThat(client.toolNames()).isEmpty();
        }
    }
}
