package dev.writ.app;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Presented;
import dev.writ.guard.control.Reply;
import dev.writ.identity.Issue;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Report;
import dev.writ.walks.Folders;
import dev.writ.walks.McpClient;
import dev.writ.walks.Prepared;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Backups that are made while Writ runs, what a restore leaves of them, and folders that refuse to start. */
class BackupTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";
    private static final Restore.Choice PLAIN = new Restore.Choice(Optional.empty(), false, Optional.empty(), false);

    @RegisterExtension
    static final Prepared PREPARED = new Prepared();

    @TempDir
    Path temp;

    private Path data;
    private Path backup;
    private Path restored;
    private Product product;

    @BeforeEach
    void start() throws IOException {
        data = temp.resolve("data");
        backup = temp.resolve("backup");
        restored = temp.resolve("restored");
        PREPARED.copiedTo(data);
        product = PREPARED.kept(PREPARED.first().onceMore(data));
    }

    @Test
    void whatIsRestoredHasItsHistoryItsLabelsAndNothingOpen() throws IOException {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var key = product.key(Product.BOT, task);
        var label = new Name("personal");
        String used;
        String open;
        try (var client = product.client(key, Product.SHOP)) {
            used = approval(client.call("create_refund", REFUND));
            product.approveAs(product.dana, used);
            assertThat(isError(client.call("create_refund", REFUND))).isFalse();
            open = approval(client.call("create_refund", REFUND));
            product.approveAs(product.dana, open);
        }
        product.parts().authority().label(Product.TENANT, task, java.util.Set.of(label));
        var owner = product.caller(product.owner);
        assertThat(product.parts().control().people().deactivate(owner, product.dana.text()))
                .isInstanceOf(Reply.Done.class);

        var made = new Backup(data, InstantSource.system()).to(backup, true);
        assertThat(made.logs()).anyMatch(log -> log.startsWith("writ.local/acme/node-1 "));
        assertThat(Files.exists(temp.resolve("backup.part"))).isFalse();

        var told = restore(PLAIN);
        assertThat(told.node()).isEqualTo(new Name("node-1-r1"));
        assertThat(told.tasks()).isEqualTo(1);
        assertThat(told.owner()).isPresent();

        product.wiring.close();
        // Where Product keeps its policies is no part of a data folder.
        Folders.copy(data.resolve("bundles-of-test"), restored.resolve("bundles-of-test"));
        product = PREPARED.kept(PREPARED.first().onceMore(restored));
        var authority = product.parts().authority().snapshot(Product.TENANT);
        assertThat(authority.task(task).orElseThrow().end()).isPresent();
        assertThat(authority.task(task).orElseThrow().labels()).containsExactly(label);
        assertThat(authority.approval(new Id(open)).orElseThrow().state())
                .isEqualTo(dev.writ.authority.Approval.State.VOID);
        assertThat(authority.approval(new Id(used)).orElseThrow().state())
                .isEqualTo(dev.writ.authority.Approval.State.CONSUMED);
        assertThat(product.registry()
                        .snapshot(Product.TENANT)
                        .person(product.dana)
                        .orElseThrow()
                        .active())
                .isFalse();
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
            assertThat(client.post("{}").status()).isEqualTo(401);
        }
        // A task that a person opens anew works, and goes into the new log.
        long before = product.calls();
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
        assertThat(product.calls()).isEqualTo(before + 1);
        assertThat(product.records().getFirst().string("kind")).contains("origin");
        assertThat(product.records().getFirst().string("event")).contains("restored");
        product.wiring.close();
        var report = EvidenceVerifier.verify(restored, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
        assertThat(report.text())
                .contains("writ.local/acme/node-1-r1 continues writ.local/acme/node-1 from its checkpoint of ");
        assertThat(Files.exists(restored.resolve("keys/acme/node-1/ed25519.key")))
                .isFalse();
    }

    @Test
    void theOwnersNewCredentialIsTheOnlyOneThatIsGood() throws IOException {
        var old = owner(data);
        new Backup(data, InstantSource.system()).to(backup, true);
        product.wiring.close();
        restore(PLAIN);
        product = PREPARED.kept(PREPARED.first().onceMore(restored));
        assertThat(product.parts().guard().callerOf(Presented.bearer(old))).isEmpty();
        assertThat(product.parts().guard().callerOf(Presented.bearer(owner(restored))))
                .isPresent();
    }

    @Test
    void aBackupOfWhichAnyFileWasChangedByAByteIsRefused() throws IOException {
        new Backup(data, InstantSource.system()).to(backup, true);
        product.wiring.close();
        List<Path> files;
        try (var all = Files.walk(backup)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertThat(files).hasSizeGreaterThan(15);
        for (var file : files) {
            var whole = Files.readAllBytes(file);
            var changed = whole.clone();
            if (changed.length == 0) changed = new byte[] {1};
            else changed[changed.length / 2] ^= 1;
            Files.write(file, changed);
            var known = file.getFileName().toString().equals(Manifest.FILE)
                    ? new Restore.Choice(
                            Optional.empty(),
                            false,
                            Optional.of(Digest.of(whole)), // a person kept it elsewhere
                            false)
                    : PLAIN;
            assertThatThrownBy(() -> restore(known)).as(file.toString()).isInstanceOf(StartFailure.class);
            assertThat(Files.exists(restored)).as(file.toString()).isFalse();
            Files.write(file, whole);
        }
        // A file more is no part of it either, and a file less is missed.
        Files.writeString(backup.resolve("policies/extra.cedar"), "permit (principal, action, resource);");
        assertThatThrownBy(() -> restore(PLAIN)).hasMessageContaining("was not backed up");
        Files.delete(backup.resolve("policies/extra.cedar"));
        Files.delete(backup.resolve("writ.db"));
        assertThatThrownBy(() -> restore(PLAIN)).hasMessageContaining("writ.db is missing");
        Files.delete(backup.resolve(Manifest.FILE));
        assertThatThrownBy(() -> restore(PLAIN)).hasMessageContaining("is no backup");
    }

    @Test
    void aManifestThatLeadsOutOfTheBackupIsRefused() throws IOException {
        new Backup(data, InstantSource.system()).to(backup, true);
        var manifest = Files.readString(backup.resolve(Manifest.FILE));
        for (var path : List.of("../data/writ.db", "/etc/passwd", "a/../../b", "./x", "a//b", "a\\u0000b")) {
            Files.writeString(backup.resolve(Manifest.FILE), manifest.replace("\"writ.db\"", "\"" + path + "\""));
            assertThatThrownBy(() -> restore(PLAIN)).as(path).isInstanceOf(StartFailure.class);
        }
        Files.writeString(backup.resolve(Manifest.FILE), manifest);
        Files.move(backup.resolve("writ.db"), temp.resolve("elsewhere.db"));
        Files.createSymbolicLink(backup.resolve("writ.db"), temp.resolve("elsewhere.db"));
        assertThatThrownBy(() -> restore(PLAIN)).hasMessageContaining("writ.db is missing");
    }

    @Test
    void aLogWhoseKeysWereChangedIsBackedUpWithWhatHandsOverToThem() {
        var owner = product.caller(product.owner);
        var keys = product.parts().control().logKeys();
        assertThat(keys.prepare(owner)).isInstanceOf(Reply.Done.class);
        assertThat(keys.rotate(owner)).isInstanceOf(Reply.Done.class);
        new Backup(data, InstantSource.system()).to(backup, true);
        restore(PLAIN);
        var report = EvidenceVerifier.verify(restored, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
    }

    @Test
    void nothingGoesOverWhatIsThere() throws IOException {
        new Backup(data, InstantSource.system()).to(backup, false);
        assertThatThrownBy(() -> new Backup(data, InstantSource.system()).to(backup, false))
                .hasMessageContaining("is not empty");
        assertThatThrownBy(() -> new Backup(data, InstantSource.system()).to(data.resolve("inside"), false))
                .hasMessageContaining("inside the data folder");
        Files.createDirectories(restored);
        Files.writeString(restored.resolve("mine"), "keep");
        assertThatThrownBy(() -> restore(PLAIN)).hasMessageContaining("is not empty");
        assertThat(restored).isDirectoryContaining("glob:**/mine");
        Files.delete(restored.resolve("mine"));
        // Without its key the vault cannot be opened: the person says what to do, and nothing is half done.
        assertThatThrownBy(() -> restore(PLAIN)).isInstanceOf(dev.writ.vault.VaultError.class);
        assertThat(restored).isEmptyDirectory();
        restore(new Restore.Choice(Optional.of(data.resolve("keys")), false, Optional.empty(), false));
        assertThat(restored.resolve("node.json")).exists();
    }

    @Test
    void anApprovalWhoseKeyIsGoneIsListedAndSaysWhyItCannotBeShown() throws Exception {
        String open;
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            open = approval(client.call("create_refund", REFUND));
        }
        assertThat(shown(open).statusCode()).isEqualTo(200);
        new Backup(data, InstantSource.system()).to(backup, false);
        product.wiring.close();
        restore(new Restore.Choice(Optional.empty(), true, Optional.empty(), false));
        Folders.copy(data.resolve("bundles-of-test"), restored.resolve("bundles-of-test"));
        product = PREPARED.kept(PREPARED.first().onceMore(restored));
        var answer = shown(open);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body())
                .contains("cannot be shown")
                .contains("another master key")
                .doesNotContain("1001");
        var all = product.parts().control().approvals().all(product.caller(product.owner), Optional.empty());
        assertThat(all.toString()).contains(open);
    }

    private HttpResponse<String> shown(String approval) throws IOException, InterruptedException {
        var identity = product.parts().identity();
        var key = identity.issueForPerson(Product.TENANT, product.parts().ids().next("key"), product.owner);
        var request = HttpRequest.newBuilder(URI.create(product.wiring.url() + "/api/v1/approvals/" + approval))
                .header("authorization", "Bearer " + ((Issue.Issued) key).text().reveal())
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aFolderWhoseLedgerLostItsEndIsRecoveredOnAWordAndOnlyThen() throws IOException {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var key = product.key(Product.BOT, task);
        try (var client = product.client(key, Product.SHOP)) {
            client.call("get_order", ORDER);
        }
        product.wiring.close();
        Folders.copy(data, temp.resolve("older"));
        product = PREPARED.kept(PREPARED.first().onceMore(data));
        try (var client = product.client(key, Product.SHOP)) {
            client.call("get_order", ORDER);
        }
        product.wiring.close();
        Folders.replace(data, temp.resolve("older"), "ledger", "wal", "side", "cache");
        assertThatThrownBy(() -> PREPARED.first().onceMore(data))
                .isInstanceOf(dev.writ.guard.replay.ReplayFailure.class);

        var before = listing(data);
        var looked = Programs.run("recover", "--data", data.toString());
        assertThat(looked.exit()).isEqualTo(7);
        assertThat(looked.text()).contains("Found: the database has seen ").contains("its end is lost");
        assertThat(listing(data)).isEqualTo(before);

        var done = Programs.run("recover", "--data", data.toString(), "--yes");
        assertThat(done.exit()).as(done.text()).isZero();
        assertThat(done.text()).contains("the log goes on as node node-1-r1");
        product = PREPARED.kept(PREPARED.first().onceMore(data));
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", key)) {
            assertThat(client.post("{}").status()).isEqualTo(401);
        }
        assertThat(product.parts()
                        .authority()
                        .snapshot(Product.TENANT)
                        .task(task)
                        .orElseThrow()
                        .end())
                .isPresent();
        assertThat(product.records().getFirst().string("event")).contains("recovered");
        product.wiring.close();
        assertThat(EvidenceVerifier.verify(data, Optional.empty(), Optional.empty())
                        .text())
                .contains("continues writ.local/acme/node-1 from its checkpoint");
        try (var siblings = Files.list(temp)) {
            assertThat(siblings.map(each -> each.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("data.before-"));
        }
        assertThat(Programs.run("recover", "--data", data.toString()).text()).startsWith("Nothing was found");
    }

    @Test
    void aLostDatabaseBeginsAnewUnderTheOldEvidence() throws IOException {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        product.wiring.close();
        for (var file : List.of("writ.db", "writ.db-wal", "writ.db-shm")) Files.deleteIfExists(data.resolve(file));
        assertThat(Programs.run("recover", "--data", data.toString()).text()).contains("the database is gone");
        assertThat(Programs.run("recover", "--data", data.toString(), "--yes").exit())
                .isZero();
        try (var wiring = Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())) {
            assertThat(wiring.parts().registry().tenants()).contains(Wiring.TENANT);
            assertThat(wiring.parts()
                            .ledger()
                            .read(Product.TENANT, 0)
                            .orElseThrow()
                            .kind())
                    .isEqualTo("origin");
        }
    }

    /** A citation of another history than the one beside it is found by whoever verifies. */
    @Test
    void aCitationOfAnotherHistoryDoesNotVerify() throws IOException {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        product.wiring.close();
        Folders.copy(data, temp.resolve("other"));
        product = PREPARED.kept(PREPARED.first().onceMore(data));
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        new Backup(data, InstantSource.system()).to(backup, true);
        product.wiring.close();
        restore(PLAIN);
        assertThat(EvidenceVerifier.verify(restored, Optional.empty(), Optional.empty())
                        .passed())
                .isTrue();
        // The shorter history in the place of the longer one that was cited.
        Folders.replace(restored, temp.resolve("other"), "ledger/acme/node-1", "side/acme/node-1");
        var report = EvidenceVerifier.verify(restored, Optional.empty(), Optional.empty());
        assertThat(report.lines().stream()
                        .filter(Report.Line.Failed.class::isInstance)
                        .map(Report.Line::text))
                .anyMatch(line -> line.contains("of which only"));
    }

    private Renewal.Told restore(Restore.Choice choice) {
        return new Restore(InstantSource.system(), new SecureRandom()).from(backup, restored, choice);
    }

    /** Names, lengths and contents, but for what SQLite keeps beside a database and the locks. */
    private static List<String> listing(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            var lines = new ArrayList<String>();
            for (var each : all.filter(Files::isRegularFile).sorted().toList())
                if (!each.toString().matches(".*(-wal|-shm|lock)"))
                    lines.add(folder.relativize(each) + " " + Copies.digest(each));
            return lines;
        }
    }

    private static String owner(Path folder) throws IOException {
        Json.Obj json = JsonReader.readObject(Files.readAllBytes(folder.resolve("cli/owner.json")));
        return json.string("key").orElseThrow();
    }

    private static String approval(Json.Obj answer) {
        var matcher = Pattern.compile("apr_[0-9a-z]{26}").matcher(answer.text());
        if (!matcher.find()) throw new AssertionError("no approval: " + text(answer));
        return matcher.group();
    }
}
