package dev.writ.walks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.app.Pkcs11;
import dev.writ.app.Programs;
import dev.writ.app.Wiring;
import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.guard.control.Reply;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.token.SoftHsm;
import dev.writ.ledger.token.TokenFailure;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Trust;
import dev.writ.peers.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole product with its ledger's keys in a token (SoftHSM): work, a change of keys, the end of the token. */
@Tag("extended")
class TokenWalkTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private Pkcs11 keys(String token, String pin) throws IOException {
        var file = folder.resolve("pin-" + token);
        Files.writeString(file, pin + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new Pkcs11(SoftHsm.library(), token, Optional.of(file), Duration.ofSeconds(3));
    }

    private static <T> T done(Reply<T> reply) {
        if (reply instanceof Reply.Done<T> answer) return answer.value();
        throw new AssertionError("not done: " + reply);
    }

    private static String status(Product product) {
        var caller = product.caller(product.owner);
        var control = product.parts().control();
        var told = new StringBuilder(canonical(done(control.overview().status(caller))));
        for (var finding : done(control.overview().doctor(caller, "separate"))) told.append(canonical(finding));
        return told.toString();
    }

    private static String canonical(Json.Obj json) {
        return new String(Canonical.bytes(json), UTF_8);
    }

    private static String trust(Ledger ledger) {
        return ledger.trust(Product.TENANT) + ledger.trust(Wiring.TENANT);
    }

    private void verifies(String trust) {
        var report = EvidenceVerifier.verify(data(), Optional.of(Trust.parse(trust)), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
    }

    @Test
    void anInstallationThatBeganInFilesStaysThereUntilSomebodyRotates() throws Exception {
        var label = SoftHsm.fresh();
        var keys = keys(label, SoftHsm.PIN);
        String first;
        try (var product = Product.start(data())) {
            first = trust(product.parts().ledger());
            assertThat(status(product)).contains("\"custody\":\"file\"").doesNotContain("token");
        }
        var inToken = Product.settings(data()).withHold(Duration.ZERO).toBuilder()
                .keys(keys)
                .build();
        try (var product = Product.start(
                folder.resolve("new"), s -> s.toBuilder().keys(keys).build())) {
            assertThat(trust(product.parts().ledger())).isNotEmpty();
            assertThat(status(product))
                    .as("a new installation begins in the token")
                    .contains("\"custody\":\"token " + label + "\"", "no token is known to have ML-DSA-44");
        }
        try (var wiring = Wiring.start(inToken, InstantSource.system(), new SecureRandom())) {
            var ledger = wiring.parts().ledger();
            assertThat(trust(ledger)).as("still the old ones").isEqualTo(first);
            assertThat(ledger.custody(Product.TENANT).orElseThrow().waitsForRotation())
                    .isTrue();
            for (var command : commands("writ key ")) {
                var words = new ArrayList<>(List.of("--data", data().toString()));
                words.addAll(List.of(command.substring("writ ".length()).split(" ")));
                var ran = Programs.run(words.toArray(new String[0]));
                assertThat(ran.exit()).as(ran.text()).isZero();
            }
            assertThat(ledger.custody(Wiring.TENANT)
                            .orElseThrow()
                            .keys()
                            .getFirst()
                            .custody())
                    .isEqualTo("token " + label);
        }
        verifies(first);
    }

    /** The lines of docs/keys.md that begin with some words: what it tells people to type is typed here. */
    private static List<String> commands(String words) throws IOException {
        var found = Files.readAllLines(Path.of("docs/keys.md")).stream()
                .filter(line -> line.startsWith(words))
                .toList();
        assertThat(found).isNotEmpty();
        return found;
    }

    @Test
    void agentsWorkWhileTheTokenSignsAndAreRefusedBeforeAnythingMovesOnceItIsGone() throws Exception {
        var label = SoftHsm.fresh();
        var keys = keys(label, SoftHsm.PIN);
        try (var product = Product.start(data(), s -> s.toBuilder().keys(keys).build())) {
            var ledger = product.parts().ledger();
            var first = trust(ledger);
            try (var client = product.client(Product.TaskSpec.SUPPORT)) {
                assertThat(isError(client.call("get_order", ORDER))).isFalse();
                var control = product.parts().control();
                done(control.logKeys().rotate(product.caller(product.owner)));
                assertThat(trust(ledger)).isNotEqualTo(first);
                assertThat(isError(client.call("get_order", ORDER))).isFalse();
                ledger.checkpoint(Product.TENANT);
                verifies(first);
                assertThat(records(product)).doesNotContain(SoftHsm.PIN);

                SoftHsm.remove(label);
                assertThat(isError(client.call("get_order", ORDER)))
                        .as("durable evidence, not yet signed")
                        .isFalse();
                Eventually.that("closed", () -> ledger.closedBecause().isPresent());
                long before = product.calls();
                var refused = client.call("get_order", ORDER);
                assertThat(isError(refused)).isTrue();
                assertThat(text(refused)).contains("TEMPORARILY BLOCKED");
                assertThat(product.calls()).isEqualTo(before);
                assertThat(status(product)).contains("\"closedBecause\":\"the ledger takes no more records");
            }
        }
        assertThatThrownBy(() -> Wiring.start(
                        Product.settings(data()).toBuilder().keys(keys).build(),
                        InstantSource.system(),
                        new SecureRandom()))
                .isInstanceOf(TokenFailure.class)
                .hasMessageNotContaining(SoftHsm.PIN);
        recovered();
    }

    private static String records(Product product) {
        var all = new StringBuilder();
        for (Json.Obj record : product.records()) all.append(canonical(record));
        return all.toString();
    }

    /** A new log with a key in another token, whose first record cites the last checkpoint of the old one. */
    private void recovered() throws IOException {
        var other = SoftHsm.fresh();
        var keys = keys(other, SoftHsm.PIN);
        var config = folder.resolve("writ.yaml");
        Files.writeString(
                config,
                "keys: {pkcs11: {library: " + keys.library() + ", token: " + other + ", pinFile: "
                        + keys.pinFile().orElseThrow() + "}}\n");
        var command = commands("writ recover ").getFirst().substring("writ ".length());
        var ran = Programs.run(Folders.command(
                data(),
                command.replace("DIR", data().toString())
                        .replace("writ.yaml", config.toString())
                        .split(" ")));
        assertThat(ran.exit()).as(ran.text()).isZero();
        assertThat(ran.text()).doesNotContain(SoftHsm.PIN);
        try (var wiring = Wiring.start(
                Product.settings(data()).toBuilder().keys(keys).build(), InstantSource.system(), new SecureRandom())) {
            var custody = wiring.parts().ledger().custody(Product.TENANT).orElseThrow();
            assertThat(custody.keys().getFirst().custody()).isEqualTo("token " + other);
            assertThat(wiring.parts().ledger().trust(Product.TENANT)).contains("/acme/node-1-r1+");
        }
        assertThat(data().resolve("keys/acme/node-1/ed25519.token")).doesNotExist();
    }

    @Test
    void aWrongPinAMissingPinAndAMissingLibraryStopTheStartWithASentence() throws Exception {
        var label = SoftHsm.fresh();
        for (var pin : new String[] {"1111-wrong", ""}) {
            var keys = keys(label, pin);
            var config = Files.writeString(
                    folder.resolve("writ.yaml"),
                    "keys: {pkcs11: {library: " + keys.library() + ", token: " + label + ", pinFile: "
                            + keys.pinFile().orElseThrow() + "}}\n");
            var ran = Programs.run(
                    "up", "--port", "0", "--data", folder.resolve("no").toString(), "--config", config.toString());
            assertThat(ran.exit()).isEqualTo(1);
            assertThat(ran.text())
                    .contains("Next: ")
                    .contains(pin.isEmpty() ? "is empty" : "CKR_PIN_INCORRECT")
                    .doesNotContain("1111-wrong");
        }
        var config = Files.writeString(
                folder.resolve("writ.yaml"), "keys: {pkcs11: {library: /no/such/lib.so, token: x}}\n");
        var ran = Programs.run(
                "up", "--port", "0", "--data", folder.resolve("no").toString(), "--config", config.toString());
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.text()).contains("the library /no/such/lib.so cannot be loaded", "keys.pkcs11.library");
    }
}
