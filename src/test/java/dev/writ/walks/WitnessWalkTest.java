package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.app.Main;
import dev.writ.app.Programs;
import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.control.Reply;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.LedgerSettings;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Trust;
import dev.writ.ledger.verify.VerifierKey;
import dev.writ.peers.Eventually;
import dev.writ.witness.Peer;
import dev.writ.witness.WitnessFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole product with a witness in a process of its own, as on another machine. */
class WitnessWalkTest {
    private static final String NAME = "witness.example/w1";
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    Path folder;

    private Process process;
    private Peer peer;

    @BeforeEach
    void aWitnessThatKnowsNobodyYet() throws IOException {
        Files.writeString(logs(), "");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "witness",
                        "--data",
                        folder.resolve("witness").toString(),
                        "--name",
                        NAME,
                        "--logs",
                        logs().toString(),
                        "--listen",
                        "127.0.0.1:0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new BufferedReader(new java.io.InputStreamReader(process.getInputStream(), UTF_8));
        var port = String.valueOf(out.readLine()).replaceAll(".* on port ([0-9]+) .*", "$1");
        var keys = new ArrayList<VerifierKey>();
        for (int i = 0; i < 2; i++) keys.add(VerifierKey.parse(out.readLine()));
        peer = new Peer("http://127.0.0.1:" + port, keys);
    }

    @AfterEach
    void endTheWitness() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    private Path logs() {
        return folder.resolve("logs.txt");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Settings witnessed(Settings settings) {
        return settings.withWitnesses(List.of(peer), 1, Duration.ofSeconds(1));
    }

    private void know(Product product) throws IOException {
        var ledger = product.parts().ledger();
        Files.writeString(logs(), ledger.trust(Product.TENANT) + ledger.trust(Wiring.TENANT));
    }

    private static void witnessedUpToNow(Product product) {
        long size = product.parts().ledger().checkpoint(Product.TENANT).size();
        Eventually.that("witnessed to " + size, () -> product.parts().ledger().witnessed(Product.TENANT) >= size);
    }

    /** The trust file of an auditor who knows the log and the witness. */
    private Trust policy(Product product) {
        var text = new StringBuilder();
        product.parts().ledger().trust(Product.TENANT).lines().forEach(key -> text.append("log " + key + "\n"));
        for (var key : peer.keys()) text.append("witness " + key.type() + " " + key + "\n");
        return Trust.parse(text + "group w1 all ED25519_COSIGNATURE ML_DSA_44\nquorum w1\n");
    }

    @Test
    void agentsAreBlockedWhileNobodyVouchesAndGoOnOnceSomebodyDoes() throws Exception {
        try (var product = Product.start(data(), this::witnessed)) {
            var task = product.open(Product.TaskSpec.SUPPORT);
            try (var client = product.client(product.key(Product.BOT, task), Product.SHOP)) {
                Eventually.that(
                        "blocked", () -> text(client.call("get_order", ORDER)).startsWith("TEMPORARILY BLOCKED"));
                long calls = product.calls();
                assertThat(text(client.call("get_order", ORDER))).contains("wait for a witness", "safe to retry");
                assertThat(product.calls()).as("nothing reached the shop").isEqualTo(calls);
                assertThat(product.lastOf("refusal").string("reason")).contains("unavailable");
                var status = status(product);
                assertThat(status.text()).contains("this log is not known here").contains("wait for a witness");
                // What takes authority away works all the same.
                var other = product.open(Product.TaskSpec.SUPPORT.of(Product.OTHER_BOT));
                var revoked = product.parts()
                        .control()
                        .tasks()
                        .revoke(product.caller(product.owner), other.text(), "not now");
                assertThat(revoked).isInstanceOf(Reply.Done.class);
                know(product);
                Eventually.that("permitted again", () -> !isError(client.call("get_order", ORDER)));
                witnessedUpToNow(product);
                client.call("get_order", ORDER);
                assertThat(product.lastOf("intent").integer("witnessed").orElseThrow())
                        .isPositive();
                assertThat(status(product).object("ledger").orElseThrow().string("unwitnessed"))
                        .isEmpty();
                verified(product);
            }
        }
    }

    private static Json.Obj status(Product product) {
        if (product.parts().control().overview().status(product.caller(product.owner))
                instanceof Reply.Done<Json.Obj>(var status, var _)) return status;
        throw new AssertionError("no status");
    }

    /** The data folder, an export and a receipt, by somebody who knows log and witness; and by the second verifier. */
    private void verified(Product product) throws Exception {
        var ledger = product.parts().ledger();
        witnessedUpToNow(product);
        var decision =
                new dev.writ.base.Id(product.lastOf("intent").string("decision").orElseThrow());
        var receipt = folder.resolve("receipt.json");
        Files.write(
                receipt, ledger.receipt(Product.TENANT, decision, _ -> false).orElseThrow());
        ledger.export(Product.TENANT, folder.resolve("export.zip"), _ -> false);
        var trust = policy(product);
        for (var path : List.of(folder.resolve("export.zip"), receipt)) {
            var report = EvidenceVerifier.verify(path, Optional.of(trust), Optional.empty());
            assertThat(report.passed()).as(report.text()).isTrue();
            assertThat(report.text()).contains("ok    witnessed: ");
        }
    }

    private static Wiring restart(Settings settings) {
        return Wiring.start(settings, InstantSource.system(), new SecureRandom());
    }

    private static Ledger ledger(Path data) {
        return Ledger.open(
                new LedgerSettings(data, "writ.local", new Name("node-1")), InstantSource.system(), new SecureRandom());
    }

    private static void grow(Ledger ledger, int records) {
        var ids = new Ids(InstantSource.system(), new SecureRandom());
        for (int i = 0; i < records; i++)
            ledger.append(
                    Product.TENANT,
                    Json.object()
                            .put("v", 1)
                            .put("kind", "administration")
                            .put("id", ids.next("rec").text())
                            .put("time", "2026-11-20T09:00:00.000000Z")
                            .build(),
                    Map.of());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
    }

    @Test
    void anOldStatePutBackAndAnotherHistoryRefuseToStart() throws Exception {
        try (var product = Product.start(data(), this::witnessed)) {
            product.parts().ledger().checkpoint(Product.TENANT);
            try (var client = product.client(Product.TaskSpec.SUPPORT)) {
                know(product);
                Eventually.that("permitted", () -> !isError(client.call("get_order", ORDER)));
            }
            witnessedUpToNow(product);
        }
        Folders.copy(data(), folder.resolve("old"));
        long before;
        try (var ledger = ledger(folder.resolve("old"))) {
            before = ledger.size(Product.TENANT);
        }
        // The real one goes on: a start alone records nothing here, so records are added through it.
        try (var wiring = restart(witnessed(Product.settings(data())))) {
            grow(wiring.parts().ledger(), 3);
            Eventually.that("witnessed", () -> wiring.parts().ledger().witnessed(Product.TENANT) >= before + 3);
        }
        assertThatThrownBy(() -> restart(witnessed(Product.settings(folder.resolve("old")))))
                .isInstanceOfSatisfying(
                        WitnessFailure.class, e -> assertThat(e.code()).isEqualTo(WitnessFailure.Code.CONTRADICTED))
                .hasMessageContaining("has seen more than this ledger has")
                .hasMessageContaining("rollback");
        // Also when nobody can be asked any more; whoever takes the file away has to face the witness again.
        refusedUntilRecovered(folder.resolve("old"));
        Files.delete(folder.resolve("old/ledger/acme/node-1/contradicted"));
        try (var fork = ledger(folder.resolve("old"))) {
            grow(fork, 9);
        }
        assertThatThrownBy(() -> restart(witnessed(Product.settings(folder.resolve("old")))))
                .isInstanceOf(WitnessFailure.class)
                .hasMessageContaining("another history");
        restart(witnessed(Product.settings(data()))).close();
    }

    @Test
    void aContradictionWhileRunningStopsEverythingButLookingAndTakingAway() throws Exception {
        try (var product = Product.start(data(), this::witnessed);
                var client = product.client(Product.TaskSpec.SUPPORT)) {
            product.parts().ledger().checkpoint(Product.TENANT);
            know(product);
            Eventually.that("permitted", () -> !isError(client.call("get_order", ORDER)));
            witnessedUpToNow(product);
            var opened = new CompletableFuture<Void>();
            var stream = client.listen(opened);
            opened.get(10, TimeUnit.SECONDS);
            assertThat(stream).isNotDone();
            // Somebody with the keys goes on with a copy, in front of the same witness.
            copy(data().resolve("ledger"), folder.resolve("thief/ledger"));
            copy(data().resolve("keys"), folder.resolve("thief/keys"));
            copy(data().resolve("wal"), folder.resolve("thief/wal"));
            try (var fork = ledger(folder.resolve("thief"))) {
                grow(fork, 50);
                fork.checkpoint(Product.TENANT);
                try (var cosigner = dev.writ.witness.Cosigner.start(fork, List.of(peer), InstantSource.system())) {
                    assertThat(fork.heard(Product.TENANT)).isNotEmpty();
                    assertThat(fork.heard(Product.TENANT).getFirst().trouble()).isEmpty();
                    assertThat(cosigner).isNotNull();
                }
            }
            Eventually.that(
                    "blocked", () -> text(client.call("get_order", ORDER)).contains("rollback"));
            Eventually.that("what was open is cut", stream::isDone);
            long calls = product.calls();
            assertThat(text(client.call("get_order", ORDER)))
                    .startsWith("TEMPORARILY BLOCKED")
                    .contains("the witness " + NAME);
            assertThat(product.calls()).isEqualTo(calls);
            var owner = product.caller(product.owner);
            var control = product.parts().control();
            assertThat(control.logKeys().rotate(owner)).isInstanceOf(Reply.Unavailable.class);
            assertThat(control.evidence().checkpoint(owner)).isInstanceOf(Reply.Done.class);
            var task = product.open(Product.TaskSpec.SUPPORT);
            assertThat(control.tasks().revoke(owner, task.text(), "stop")).isInstanceOf(Reply.Done.class);
            assertThat(status(product).text()).contains("rollback");
        }
        refusedUntilRecovered(data());
        var recovered = Programs.run(Folders.command(data(), "recover", "--data", data().toString(), "--yes"));
        assertThat(recovered.text()).contains("a witness contradicts the ledger of acme");
        assertThat(recovered.exit()).as(recovered.text()).isZero();
        restart(Product.settings(data())).close();
        assertThat(Programs.run(Folders.command(data(), "recover", "--data", data().toString()))
                        .text())
                .as("the old log is history")
                .doesNotContain("a witness contradicts");
    }

    private static void refusedUntilRecovered(Path data) {
        assertThatThrownBy(() -> restart(Product.settings(data)))
                .isInstanceOfSatisfying(
                        LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.ROLLBACK))
                .hasMessageContaining("a witness contradicted this log before the last stop");
    }

    @Test
    void keysAreChangedOnAnAdministratorsOrderAndTheWitnessFollowsWhenItIsTold() throws Exception {
        try (var product = Product.start(data(), this::witnessed);
                var client = product.client(Product.TaskSpec.SUPPORT)) {
            product.parts().ledger().checkpoint(Product.TENANT);
            know(product);
            Eventually.that("permitted", () -> !isError(client.call("get_order", ORDER)));
            var control = product.parts().control();
            var owner = product.caller(product.owner);
            var trustBefore = policy(product);
            assertThat(control.logKeys().rotate(product.caller(product.dana))).isInstanceOf(Reply.Forbidden.class);
            var prepared = control.logKeys().prepare(owner);
            if (!(prepared instanceof Reply.Done<Json.Obj>(var next, var _))) throw new AssertionError(prepared);
            var known = new StringBuilder(Files.readString(logs()));
            for (var key : next.array("keys").orElseThrow().items())
                known.append(((Json.Str) key).value()).append('\n');
            Files.writeString(logs(), known.toString());
            assertThat(control.logKeys().compromised(owner, Optional.of(1_000_000L)))
                    .isInstanceOf(Reply.Invalid.class);
            assertThat(control.logKeys().compromised(owner, Optional.empty())).isInstanceOf(Reply.Done.class);
            assertThat(product.lastOf("key-rotation").string("event")).contains("compromised");
            assertThat(product.lastOf("key-rotation").string("by")).contains(product.owner.text());
            Eventually.that("permitted", () -> !isError(client.call("get_order", ORDER)));
            verified(product);
            var report =
                    EvidenceVerifier.verify(folder.resolve("export.zip"), Optional.of(trustBefore), Optional.empty());
            assertThat(report.passed()).as(report.text()).isTrue();
        }
    }
}
