package dev.writ.ledger;

import static dev.writ.ledger.Sample.CLOCK;
import static dev.writ.ledger.Sample.RANDOM;
import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Secret;
import dev.writ.ledger.token.FaultyToken;
import dev.writ.ledger.token.SoftHsm;
import dev.writ.ledger.token.Token;
import dev.writ.ledger.token.TokenFailure;
import dev.writ.ledger.token.TokenSettings;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.NodeOracle;
import dev.writ.ledger.verify.Trust;
import dev.writ.peers.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose Ed25519 key is in a real token (SoftHSM): made there, found again, changed, lost. */
@Tag("extended")
class TokenLogTest {
    private static final String TOKEN = SoftHsm.fresh();
    private static final String OTHER = SoftHsm.fresh();

    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private Path keys() {
        return data().resolve("keys/acme/node-1");
    }

    private Ledger open(Token token) {
        return open(data(), Disk.REAL, Optional.of(token));
    }

    private static Ledger open(Path data, Disk disk, Optional<Token> token) {
        // An origin of its own for each test: keys in a token are called by it.
        var settings = new LedgerSettings(data, "t" + Math.abs(data.hashCode()), Sample.NODE, Sample.SMALL_SEGMENT);
        return Ledger.open(settings.signedIn(token), CLOCK, RANDOM, disk);
    }

    private void verifies(String trust, String now) throws Exception {
        var report = EvidenceVerifier.verify(data(), Optional.of(Trust.parse(trust)), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
        var file = Files.writeString(folder.resolve("trust.txt"), now);
        var oracle = NodeOracle.run("log", data().resolve("ledger/acme/node-1"), file);
        assertThat(oracle.code()).as(oracle.lines().toString()).isZero();
    }

    private static String custody(Ledger ledger) {
        return ledger.custody(TENANT).orElseThrow().keys().getFirst().custody();
    }

    private static String label(String trust) {
        var key = trust.lines().findFirst().orElseThrow();
        return key.substring(0, key.indexOf('+', key.indexOf('+') + 1));
    }

    @Test
    void aNewLogSignsInTheTokenAndTwoVerifiersBelieveIt() throws Exception {
        String trust;
        try (var token = SoftHsm.open(TOKEN)) {
            try (var ledger = open(token)) {
                Sample.story(ledger, TENANT);
                trust = ledger.trust(TENANT);
                assertThat(custody(ledger)).isEqualTo("token " + TOKEN);
                assertThat(ledger.custody(TENANT).orElseThrow().keys().getLast().custody())
                        .isEqualTo("file");
            }
            assertThat(keys().resolve("ed25519.key")).doesNotExist();
            var pointer = Files.readString(keys().resolve("ed25519.token"));
            assertThat(pointer).contains(TOKEN, label(trust)).doesNotContain(SoftHsm.PIN);
            verifies(trust, trust);
            try (var ledger = open(token)) {
                ledger.append(TENANT, Sample.note("after a restart"), Map.of());
                assertThat(ledger.trust(TENANT)).isEqualTo(trust);
            }
        }
        verifies(trust, trust);
    }

    @Test
    void aLogInFilesGoesIntoTheTokenByRotationAloneAndOnToTheNextKeyThere() throws Exception {
        String first;
        try (var ledger = open(data(), Disk.REAL, Optional.empty())) {
            ledger.append(TENANT, Sample.note("in files"), Map.of());
            first = ledger.trust(TENANT);
        }
        try (var token = SoftHsm.open(TOKEN)) {
            String second;
            String third;
            try (var ledger = open(token)) {
                assertThat(custody(ledger)).isEqualTo("file");
                assertThat(ledger.custody(TENANT).orElseThrow().waitsForRotation())
                        .isTrue();
                assertThat(ledger.trust(TENANT)).isEqualTo(first);
                Sample.rotate(ledger);
                second = ledger.trust(TENANT);
                assertThat(custody(ledger)).isEqualTo("token " + TOKEN);
                ledger.append(TENANT, Sample.note("in the token"), Map.of());
            }
            assertThat(keys().resolve("ed25519.key")).doesNotExist();
            verifies(first, second);
            try (var ledger = open(token)) {
                Sample.rotate(ledger);
                assertThat(custody(ledger)).isEqualTo("token " + TOKEN);
                ledger.append(TENANT, Sample.note("with the next key"), Map.of());
                third = ledger.trust(TENANT);
                assertThat(third).isNotEqualTo(second);
            }
            verifies(first, third);
            verifies(second, third);
            var old = Trust.parse(second).keys().getFirst();
            assertThatThrownBy(() -> token.sign(label(second), publicKey(old.toString()), new byte[1]))
                    .as("destroyed in the token")
                    .hasMessageContaining("no key called " + label(second));
        }
    }

    private static java.security.PublicKey publicKey(String vkey) throws Exception {
        var raw = java.util.Base64.getDecoder().decode(vkey.substring(vkey.indexOf('+', vkey.indexOf('+') + 1) + 1));
        var prefix = java.util.HexFormat.of().parseHex("302a300506032b6570032100");
        var encoded = java.util.Arrays.copyOf(prefix, prefix.length + 32);
        System.arraycopy(raw, 1, encoded, prefix.length, 32);
        return java.security.KeyFactory.getInstance("Ed25519")
                .generatePublic(new java.security.spec.X509EncodedKeySpec(encoded));
    }

    @Test
    void aKeyThatWasPreparedInAFileIsNotUsedOnceATokenIsNamed() throws Exception {
        String prepared;
        try (var ledger = open(data(), Disk.REAL, Optional.empty())) {
            ledger.append(TENANT, Sample.note("in files"), Map.of());
            prepared = String.join("\n", ledger.successorKeys(TENANT));
        }
        try (var token = SoftHsm.open(TOKEN);
                var ledger = open(token)) {
            var next = String.join("\n", ledger.successorKeys(TENANT));
            assertThat(label(next)).isNotEqualTo(label(prepared));
            assertThat(String.join("\n", ledger.successorKeys(TENANT)))
                    .as("the same ones")
                    .isEqualTo(next);
            Sample.rotate(ledger);
            assertThat(ledger.trust(TENANT).strip()).isEqualTo(next);
        }
    }

    @Test
    void withoutTheTokenTheLogIsNotOpenedAndNoOtherKeyIsMade() throws Exception {
        try (var token = SoftHsm.open(TOKEN);
                var ledger = open(token)) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
        }
        assertThatThrownBy(() -> open(data(), Disk.REAL, Optional.empty()))
                .isInstanceOf(LedgerFailure.class)
                .hasMessageContaining("is in the token " + TOKEN + ", and the settings name none");
        try (var other = SoftHsm.open(OTHER)) {
            assertThatThrownBy(() -> open(other))
                    .hasMessageContaining("is in the token " + TOKEN + ", and the settings name " + OTHER);
        }
        var pointer = keys().resolve("ed25519.token");
        var text = Files.readString(pointer);
        try (var token = SoftHsm.open(TOKEN)) {
            Files.delete(pointer);
            assertThatThrownBy(() -> open(token))
                    .hasMessageContaining("missing, although its log exists")
                    .hasMessageContaining("by writ key rotate alone");
            for (var wrong : new String[] {
                "", "x", text.replace("writ-token-v1", "writ-token-v2"), text + "more\n", text.replace("MCow", "MCox")
            }) {
                Files.writeString(pointer, wrong);
                assertThatThrownBy(() -> open(token))
                        .as(wrong)
                        .isInstanceOfSatisfying(
                                LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.DAMAGED));
            }
            Files.writeString(pointer, text);
            Files.writeString(keys().resolve("ed25519.key"), "a second one");
            assertThatThrownBy(() -> open(token)).hasMessageContaining("only one can be right");
            Files.delete(keys().resolve("ed25519.key"));
            token.destroy(text.lines().toList().get(3));
            assertThatThrownBy(() -> open(token))
                    .isInstanceOfSatisfying(
                            LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.TOKEN))
                    .hasMessageContaining("no key called");
        }
    }

    @Test
    void anotherKeyPutUnderTheNameSignsNothing() throws Exception {
        try (var token = SoftHsm.open(TOKEN)) {
            try (var ledger = open(token)) {
                ledger.append(TENANT, Sample.note("one"), Map.of());
            }
            var label = Files.readAllLines(keys().resolve("ed25519.token")).get(3);
            token.destroy(label);
            token.generate(_ -> label);
            assertThatThrownBy(() -> open(token)).hasMessageContaining("signed with another key");
        }
    }

    @Test
    void aTokenThatGoesAwayClosesTheLedgerAndTheNextStartCompletesIt() throws Exception {
        for (boolean slow : new boolean[] {false, true}) {
            var faulty = FaultyToken.aroundSoftHsm();
            var hangs = new java.util.concurrent.CountDownLatch(1);
            var settings =
                    new TokenSettings(SoftHsm.library(), TOKEN, () -> Secret.of(SoftHsm.PIN), Duration.ofSeconds(1));
            var data = folder.resolve("slow-" + slow);
            String trust;
            try (var token = faulty.open(settings)) {
                try (var ledger = open(data, Disk.REAL, Optional.of(token))) {
                    ledger.append(TENANT, Sample.note("one"), Map.of());
                    trust = ledger.trust(TENANT);
                    ledger.checkpoint(TENANT);
                    faulty.faults((function, _) -> {
                        if (!slow) return 0x32L;
                        if (function.equals("C_Sign")) awaited(hangs);
                        return null;
                    });
                    ledger.append(TENANT, Sample.note("durable, not signed"), Map.of());
                    Eventually.that("closed", () -> ledger.closedBecause().isPresent());
                    assertThat(ledger.closedBecause().orElseThrow())
                            .contains(slow ? "did not answer within 1 s" : "CKR_DEVICE_REMOVED");
                    assertThatThrownBy(() -> ledger.append(TENANT, Sample.note("two"), Map.of()))
                            .isInstanceOf(LedgerClosed.class);
                }
                hangs.countDown();
            }
            try (var token = SoftHsm.open(TOKEN);
                    var ledger = open(data, Disk.REAL, Optional.of(token))) {
                assertThat(ledger.size(TENANT)).isEqualTo(2);
                assertThat(ledger.current(TENANT).size()).isEqualTo(2);
            }
            var report = EvidenceVerifier.verify(data, Optional.of(Trust.parse(trust)), Optional.empty());
            assertThat(report.passed()).as(report.text()).isTrue();
        }
    }

    private static void awaited(java.util.concurrent.CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whereverDiskOrTokenFailsTheChangeIntoTheTokenAndInItIsCompletedOrNotBegun() throws Exception {
        try (var sound = SoftHsm.open(TOKEN)) {
            int steps = run(folder.resolve("whole"), 1 << 30);
            assertThat(steps).isGreaterThan(100);
            int rotated = 0;
            for (int n = 60; n <= steps; n += 5) {
                var data = folder.resolve("n" + n);
                run(data, n);
                String trust;
                try (var ledger = open(data, Disk.REAL, Optional.of(sound))) {
                    ledger.append(TENANT, Sample.note("goes on"), Map.of());
                    if (!ledger.handovers(TENANT).isEmpty()) rotated++;
                    trust = ledger.trust(TENANT);
                } catch (LedgerFailure e) {
                    throw new AssertionError("step " + n, e);
                }
                var report = EvidenceVerifier.verify(data, Optional.of(Trust.parse(trust)), Optional.empty());
                assertThat(report.passed())
                        .as("step " + n + "\n" + report.text())
                        .isTrue();
            }
            assertThat(rotated).isGreaterThan(5);
        }
    }

    /** In files first, then into the token, then to another key there; answers how many steps of disk and token it took. */
    private static int run(Path data, int failAt) {
        var steps = new AtomicInteger();
        var disk = new Disk((step, file, bytes) -> {
            if (steps.incrementAndGet() < failAt) return bytes;
            throw new IOException("injected: " + step + " " + file.getFileName());
        });
        var faulty = FaultyToken.aroundSoftHsm();
        faulty.faults((_, _) -> steps.incrementAndGet() < failAt ? null : Long.valueOf(0x30));
        try {
            try (var ledger = open(data, disk, Optional.empty())) {
                ledger.append(TENANT, Sample.note("one"), Map.of());
            }
            try (var token = faulty.open(SoftHsm.settings(TOKEN));
                    var ledger = open(data, disk, Optional.of(token))) {
                Sample.rotate(ledger);
                Sample.rotate(ledger);
                ledger.append(TENANT, Sample.note("two"), Map.of());
            }
        } catch (LedgerFailure | TokenFailure e) {
            assertThat(steps.get()).isGreaterThanOrEqualTo(failAt);
        }
        return steps.get();
    }
}
