package dev.writ.app;

import static dev.writ.walks.McpClient.isError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.control.Reply;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.store.Databases;
import dev.writ.store.Postgres;
import dev.writ.walks.Folders;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link BackupTest} shows of a database in a file, of one on a server; and from each kind to the other. */
class PostgresBackupTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":700,\"currency\":\"EUR\"}";
    private static final Restore.Choice PLAIN = new Restore.Choice(Optional.empty(), false, Optional.empty(), false);

    private static Product first;
    private static Path prepared;

    @TempDir
    Path temp;

    private final List<Product> started = new ArrayList<>();
    private Path data;
    private Path backup;
    private Path restored;
    private Product product;

    @BeforeAll
    static void prepare(@TempDir Path folder) {
        prepared = folder;
        first = Product.start(folder, settings -> settings.withDb(Databases.url(folder)));
        first.wiring.close();
    }

    @AfterAll
    static void closeTheShop() {
        first.shop.close();
    }

    @BeforeEach
    void start() throws IOException {
        data = temp.resolve("data");
        backup = temp.resolve("backup");
        restored = temp.resolve("restored");
        Folders.copy(prepared, data);
        product = kept(first.onceMore(data));
    }

    @AfterEach
    void stop() {
        for (var each : started.reversed()) each.wiring.close();
    }

    private Product kept(Product next) {
        started.add(next);
        return next;
    }

    private Backup.Made backedUp() {
        return new Backup(data, Optional.of(Databases.at(data)), InstantSource.system()).to(backup, true);
    }

    private Renewal.Told restore(Restore.Choice choice) {
        return new Restore(InstantSource.system(), new SecureRandom()).from(backup, restored, choice);
    }

    private static String approval(dev.writ.base.Json.Obj answer) {
        var matcher = Pattern.compile("apr_[0-9a-z]{26}").matcher(answer.text());
        assertThat(matcher.find()).as(answer.text()).isTrue();
        return matcher.group();
    }

    /** Something of everything that a restore must end, keep or make true. */
    private record Open(Id task, String key, String approval) {}

    private Open work() {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var key = product.key(Product.BOT, task);
        String open;
        try (var client = product.client(key, Product.SHOP)) {
            open = approval(client.call("create_refund", REFUND));
            product.approveAs(product.dana, open);
        }
        product.parts().authority().label(Product.TENANT, task, Set.of(new Name("personal")));
        return new Open(task, key, open);
    }

    private void hasNothingOpen(Open was) throws IOException {
        // Where Product keeps its policies is no part of a data folder.
        Folders.copy(data.resolve("bundles-of-test"), restored.resolve("bundles-of-test"));
        product = kept(first.onceMore(restored));
        var authority = product.parts().authority().snapshot(Product.TENANT);
        var task = authority.task(was.task).orElseThrow();
        assertThat(task.end()).isPresent();
        assertThat(task.labels()).containsExactly(new Name("personal"));
        assertThat(authority.approval(new Id(was.approval)).orElseThrow().state())
                .isEqualTo(dev.writ.authority.Approval.State.VOID);
        assertThat(product.registry()
                        .snapshot(Product.TENANT)
                        .person(product.dana)
                        .orElseThrow()
                        .active())
                .isFalse();
        long before = product.calls();
        try (var client = McpClient.to(product.wiring.url() + "/mcp/shop", was.key)) {
            assertThat(client.post("{}").status()).isEqualTo(401);
        }
        assertThat(product.calls()).isEqualTo(before);
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
        }
        assertThat(product.calls()).isEqualTo(before + 1);
        assertThat(product.records().getFirst().string("kind")).contains("origin");
        product.wiring.close();
        var report = EvidenceVerifier.verify(restored, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
        assertThat(report.text()).contains("writ.local/acme/node-1-r1 continues writ.local/acme/node-1 from");
    }

    @Test
    void aStateOnAServerIsBackedUpWhileWritRunsAndRestoredIntoAFile() throws IOException {
        var open = work();
        var owner = product.caller(product.owner);
        assertThat(product.parts().control().people().deactivate(owner, product.dana.text()))
                .isInstanceOf(Reply.Done.class);
        var made = backedUp();
        assertThat(made.logs()).anyMatch(log -> log.startsWith("writ.local/acme/node-1 "));
        assertThat(backup.resolve("state.dump")).exists();
        assertThat(backup.resolve("writ.db")).doesNotExist();
        assertThat(Files.readString(backup.resolve("state.dump"))).doesNotContain("shop-secret");
        assertThat(restore(PLAIN).tasks()).isEqualTo(1);
        assertThat(restored.resolve("writ.db")).exists();
        assertThat(restored.resolve("state.dump")).doesNotExist();
        assertThat(restored.resolve("database")).doesNotExist();
        hasNothingOpen(open);
    }

    @Test
    void itIsRestoredIntoAnEmptyDatabaseOnAServerAndIntoNoOther() throws IOException {
        var open = work();
        var owner = product.caller(product.owner);
        assertThat(product.parts().control().people().deactivate(owner, product.dana.text()))
                .isInstanceOf(Reply.Done.class);
        backedUp();
        assertThatThrownBy(() -> restore(PLAIN.on(Databases.at(data)))).hasMessageContaining("has tables already");
        assertThat(restored).doesNotExist();
        assertThat(restore(PLAIN.on(Databases.at(restored))).tasks()).isEqualTo(1);
        assertThat(restored.resolve("writ.db")).doesNotExist();
        assertThat(Files.readString(restored.resolve("database"))).startsWith("PostgreSQL at ");
        hasNothingOpen(open);
    }

    @Test
    void aStateInAFileGoesToAServerByARestore() throws IOException {
        backedUp();
        restore(PLAIN);
        var again = temp.resolve("again");
        new Backup(restored, InstantSource.system()).to(again, true);
        var onServer = temp.resolve("on-server");
        var told = new Restore(InstantSource.system(), new SecureRandom())
                .from(again, onServer, PLAIN.on(Databases.at(onServer)));
        assertThat(told.node()).isEqualTo(new Name("node-1-r2"));
        try (var wiring = Wiring.start(Product.settings(onServer), InstantSource.system(), new SecureRandom())) {
            assertThat(wiring.parts().registry().snapshot(Product.TENANT).person(product.dana))
                    .isPresent();
        }
    }

    /** Whoever can write a backup can make its manifest anew; what is in the dump is still held against itself. */
    @Test
    void aDumpThatWasCutChangedOrIsOfANewerWritIsRefusedAndNothingIsMade() throws IOException {
        backedUp();
        var dump = backup.resolve("state.dump");
        var whole = Files.readString(dump);
        refused(whole.substring(0, whole.length() / 2), "is cut off");
        refused(
                whole.replaceFirst("\"rows\":(\\d+),\"table\":\"people\"", "\"rows\":99,\"table\":\"people\""),
                "number of rows");
        refused(whole.replaceFirst("olga@acme.example", "eve@evil.example"), "it was changed");
        refused(whole.replaceFirst("\"version\":1\\}", "\"version\":99}"), "newer Writ");
        refused(whole.replaceFirst("writ-state-v1", "writ-state-v2"), "of another form");
        refused("", "is cut off");
        Files.writeString(backup.resolve("writ.db"), "");
        refused(whole, "no database, or two");
        Files.delete(backup.resolve("writ.db"));
        Files.delete(dump);
        sealed();
        assertThatThrownBy(() -> restore(PLAIN)).hasMessageContaining("no database, or two");
    }

    private void refused(String dump, String says) throws IOException {
        Files.writeString(backup.resolve("state.dump"), dump);
        assertThatThrownBy(() -> restore(PLAIN))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("altered");
        sealed();
        assertThatThrownBy(() -> restore(PLAIN))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(says);
        assertThat(restored).doesNotExist();
    }

    private void sealed() throws IOException {
        Files.deleteIfExists(backup.resolve(Manifest.FILE));
        Files.write(
                backup.resolve(Manifest.FILE),
                Manifest.of(backup, Instant.now(), true).bytes());
    }

    @Test
    void whoeverNamesNoDatabaseOrTheWrongOneIsToldSo() {
        var none = Programs.run("backup", "--data", data.toString(), "--to", backup.toString());
        assertThat(none.exit()).isEqualTo(1);
        assertThat(none.text())
                .contains("is in PostgreSQL at 127.0.0.1:")
                .contains("Next: name that database with --db");
        var empty = Databases.url(temp.resolve("empty"));
        var wrong = Programs.run("backup", "--data", data.toString(), "--to", backup.toString(), "--db", empty);
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.text()).contains("there is nothing in PostgreSQL at ");
        var password = Programs.run("backup", "--to", backup.toString(), "--db", empty + "&password=x");
        assertThat(password.exit()).isEqualTo(1);
        assertThat(password.text()).contains("must not stand").hasLineCount(2);
        assertThat(backup).doesNotExist();
    }

    @Test
    void aLedgerThatLostItsEndIsRecoveredWithTheStateOnItsServer() throws IOException {
        var open = work();
        product.wiring.close();
        Folders.copy(data, temp.resolve("older"));
        product = kept(first.onceMore(data));
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            client.call("get_order", ORDER);
        }
        // While a Writ has it, nothing is done.
        var running = Programs.run(Folders.command(data, "recover", "--data", data.toString(), "--yes"));
        assertThat(running.text()).contains("a Writ runs on");
        product.wiring.close();
        Folders.replace(data, temp.resolve("older"), "ledger", "wal", "side", "cache");
        assertThatThrownBy(() -> first.onceMore(data)).isInstanceOf(dev.writ.guard.replay.ReplayFailure.class);
        var looked = Programs.run(Folders.command(data, "recover", "--data", data.toString()));
        assertThat(looked.exit()).as(looked.text()).isEqualTo(7);
        assertThat(looked.text()).contains("its end is lost");
        var done = Programs.run(Folders.command(data, "recover", "--data", data.toString(), "--yes"));
        assertThat(done.exit()).as(done.text()).isZero();
        assertThat(data.resolve("writ.db")).doesNotExist();
        product = kept(first.onceMore(data));
        assertThat(product.parts()
                        .authority()
                        .snapshot(Product.TENANT)
                        .task(open.task)
                        .orElseThrow()
                        .end())
                .isPresent();
        assertThat(product.records().getFirst().string("event")).contains("recovered");
        try (var siblings = Files.list(temp)) {
            var before = siblings.filter(each -> each.getFileName().toString().startsWith("data.before-"))
                    .toList();
            assertThat(before).hasSize(1);
            // What was on the server is kept with the folder as it was.
            assertThat(before.getFirst().resolve("state.dump")).exists();
        }
        assertThat(new Postgres(Databases.url(data), Optional::empty).unused()).isFalse();
    }
}
