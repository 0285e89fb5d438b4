package dev.writ.ledger;

import static dev.writ.ledger.Sample.CLOCK;
import static dev.writ.ledger.Sample.RANDOM;
import static dev.writ.ledger.Sample.TENANT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Handover;
import dev.writ.ledger.verify.Report;
import dev.writ.ledger.verify.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that changes its keys: who trusts the old ones follows, and nobody else is followed. */
class KeyRotationTest {
    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private Path log() {
        return data().resolve("ledger/acme/node-1");
    }

    private Report verify(Optional<Trust> trust, Optional<Checkpoint> since) {
        return EvidenceVerifier.verify(data(), trust, since);
    }

    private void passes(String trust) {
        var report = verify(Optional.of(Trust.parse(trust)), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
    }

    private void fails(Optional<String> trust, String... words) {
        var report = verify(trust.map(Trust::parse), Optional.empty());
        assertThat(report.passed()).isFalse();
        for (var word : words) assertThat(report.text()).contains(word);
    }

    /** Records, a change of keys, records, another change, records; with what was exported at each time. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once
    private record History(String first, String second, String third, Checkpoint early, byte[] receipt) {}

    private History history() {
        try (var ledger = Sample.open(data())) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
            var first = ledger.trust(TENANT);
            var early = ledger.checkpoint(TENANT);
            Sample.rotate(ledger);
            var second = ledger.trust(TENANT);
            var decision = Sample.story(ledger, TENANT);
            Sample.rotate(ledger);
            var third = ledger.trust(TENANT);
            ledger.append(TENANT, Sample.note("two"), Map.of());
            assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
            return new History(
                    first,
                    second,
                    third,
                    early,
                    ledger.receipt(TENANT, decision, _ -> true).orElseThrow());
        }
    }

    @Test
    void whoTrustsAnyKeysOfTheChainFollowsItToTheEnd() throws Exception {
        var history = history();
        for (var trust : List.of(history.first, history.second, history.third, history.first + history.third))
            passes(trust);
        assertThat(verify(Optional.empty(), Optional.empty()).passed()).isTrue();
        assertThat(verify(Optional.of(Trust.parse(history.third)), Optional.of(history.early))
                        .passed())
                .as("a checkpoint of the old keys")
                .isTrue();
        var file = folder.resolve("receipt.json");
        Files.write(file, history.receipt);
        for (var trust : List.of(history.first, history.second, history.third)) {
            var report = EvidenceVerifier.verify(file, Optional.of(Trust.parse(trust)), Optional.empty());
            assertThat(report.passed()).as(report.text()).isTrue();
        }
    }

    @Test
    void theNewKeysSignAfterARestartAndTheOldPrivateOnesAreGone() throws Exception {
        var folderOfKeys = data().resolve("keys/acme/node-1");
        try (var ledger = Sample.open(data())) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
        }
        var old = Files.readString(folderOfKeys.resolve("ed25519.key"));
        String second;
        try (var ledger = Sample.open(data())) {
            Sample.rotate(ledger);
            second = ledger.trust(TENANT);
        }
        try (var ledger = Sample.open(data())) {
            ledger.append(TENANT, Sample.note("two"), Map.of());
            assertThat(ledger.trust(TENANT)).isEqualTo(second);
        }
        passes(second);
        try (var files = Files.walk(folderOfKeys)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file))
                        .doesNotContain(old.lines().toList().get(2));
                assertThat(Files.getPosixFilePermissions(file)).hasSizeLessThanOrEqualTo(3);
            }
        }
    }

    @Test
    void withoutTheOldKeysSignatureNobodyFollows() throws Exception {
        var history = history();
        var file = log().resolve(Handover.FILE);
        var handovers = Files.readString(file);
        var head = Files.readString(log().resolve("checkpoint"));
        // An insider without the old keys: the handover under a checkpoint that only the new keys signed.
        var forged = Handover.parseAll(handovers.getBytes(UTF_8)).getLast();
        var last = Checkpoint.parse(head.getBytes(UTF_8));
        try (var ledger = Sample.open(data())) {
            last = ledger.checkpoint(TENANT);
        }
        Files.writeString(file, handovers.lines().findFirst().orElseThrow() + "\n");
        fails(Optional.of(history.first), "no signature by a trusted key");
        fails(Optional.of(history.third), "no checkpoint of the old keys hands over to them");
        fails(Optional.empty());
        Files.delete(file);
        fails(Optional.of(history.first));
        fails(Optional.of(history.third));
        Files.writeString(file, handovers.lines().toList().getLast() + "\n");
        fails(Optional.of(history.first));
        Files.writeString(
                file,
                handovers.lines().toList().getLast() + "\n"
                        + handovers.lines().findFirst().orElseThrow() + "\n");
        fails(Optional.of(history.first), "out of order");
        var proof = forged.proof();
        var unsigned = new dev.writ.ledger.verify.LogProof(
                proof.index(),
                proof.path(),
                proof.checkpoint().only(_ -> false).with(last.note().signatures()));
        Files.writeString(
                file,
                handovers.lines().findFirst().orElseThrow() + "\n"
                        + new String(new Handover(forged.leaf(), unsigned).line(), UTF_8));
        fails(Optional.of(history.first), "not under the old keys");
        fails(Optional.of(history.third), "not under the old keys");
        Files.writeString(file, handovers);
        passes(history.first);
    }

    @Test
    void everyChangedByteOfTheHandoversIsFound() throws Exception {
        var history = history();
        var file = log().resolve(Handover.FILE);
        var bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i += 41) {
            var changed = bytes.clone();
            changed[i] ^= (byte) (1 << (i % 8));
            Files.write(file, changed);
            var report = verify(Optional.of(Trust.parse(history.first)), Optional.empty());
            assertThat(report.passed()).as("byte " + i).isFalse();
        }
    }

    @Test
    void whatACompromisedKeySignsLaterIsNamed() throws Exception {
        String first;
        long size;
        try (var ledger = Sample.open(data())) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
            first = ledger.trust(TENANT);
        }
        copy(data(), folder.resolve("thief"));
        try (var ledger = Sample.open(data())) {
            Sample.rotationRecorded(ledger);
            size = ledger.rotateKeys(TENANT);
            ledger.append(
                    TENANT,
                    Sample.record(Handover.KIND)
                            .put("event", Handover.COMPROMISED)
                            .put("keys", first.lines().toList())
                            .put("from", size)
                            .build(),
                    Map.of());
            for (int i = 0; i < 5; i++) ledger.append(TENANT, Sample.note("more"), Map.of());
        }
        passes(first);
        Checkpoint stolen;
        try (var ledger = Sample.open(folder.resolve("thief"))) {
            for (int i = 0; i < 7; i++) ledger.append(TENANT, Sample.note("forged"), Map.of());
            stolen = ledger.checkpoint(TENANT);
        }
        var report = verify(Optional.of(Trust.parse(first)), Optional.of(stolen));
        assertThat(report.passed()).isFalse();
        assertThat(report.text())
                .contains("the checkpoint given with --since is signed by a key that record")
                .contains("says is not to be believed beyond " + size + " records");
        Files.write(log().resolve("checkpoint"), stolen.bytes());
        fails(Optional.of(first), "the checkpoint is signed by a key that record", "key-rotation");
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

    /** Opens, records, changes the keys, records; answers how many steps that took on the disk. */
    private static int run(Path data, int failAt, StringBuilder firstTrust) {
        var steps = new AtomicInteger();
        var disk = new Disk((step, file, bytes) -> {
            if (steps.incrementAndGet() < failAt) return bytes;
            throw new IOException("injected: " + step + " " + file.getFileName());
        });
        try (var ledger = Ledger.open(Sample.settings(data), CLOCK, RANDOM, disk)) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
            firstTrust.append(ledger.trust(TENANT));
            Sample.rotate(ledger);
            ledger.append(TENANT, Sample.note("two"), Map.of());
        } catch (LedgerFailure e) {
            assertThat(steps.get()).isGreaterThanOrEqualTo(failAt);
        }
        return steps.get();
    }

    @Test
    void whereverTheDiskFailsTheChangeIsCompletedOrNotBegun() throws Exception {
        int steps = run(folder.resolve("whole"), 1 << 30, new StringBuilder());
        assertThat(steps).isGreaterThan(60);
        int rotated = 0;
        for (int n = 20; n <= steps; n++) {
            var data = folder.resolve("n" + n);
            var first = new StringBuilder();
            run(data, n, first);
            try (var ledger = Sample.open(data)) {
                ledger.append(TENANT, Sample.note("goes on"), Map.of());
                if (!ledger.handovers(TENANT).isEmpty()) rotated++;
            }
            var trust = first.isEmpty() ? Optional.<Trust>empty() : Optional.of(Trust.parse(first.toString()));
            var report = EvidenceVerifier.verify(data, trust, Optional.empty());
            assertThat(report.passed()).as("step " + n + "\n" + report.text()).isTrue();
        }
        assertThat(rotated).as("some were completed at start").isPositive();
    }

    @Test
    void preparedKeysSignNothing() {
        try (var ledger = Sample.open(data())) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
            var first = ledger.trust(TENANT);
            var next = ledger.successorKeys(TENANT);
            assertThat(ledger.successorKeys(TENANT)).as("the same ones").isEqualTo(next);
            ledger.append(TENANT, Sample.note("two"), Map.of());
            assertThat(Trust.parse(first).objection(ledger.checkpoint(TENANT))).isEmpty();
            Sample.rotate(ledger);
            assertThat(ledger.trust(TENANT).lines().toList()).isEqualTo(next);
            assertThat(ledger.checkpoint(TENANT).note().text()).contains("writ/acme/node-1");
        }
    }

    @Test
    void aRotationWithoutItsRecordIsRefused() {
        try (var ledger = Sample.open(data())) {
            ledger.append(TENANT, Sample.note("one"), Map.of());
            ledger.successorKeys(TENANT);
            ledger.beginRotation(TENANT);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> ledger.rotateKeys(TENANT))
                    .isInstanceOf(LedgerFailure.class)
                    .hasMessageContaining("no record names");
            ledger.append(TENANT, Sample.note("the ledger lives"), Map.of());
        }
        try (var ledger = Sample.open(data())) {
            assertThat(ledger.handovers(TENANT)).isEmpty();
            assertThat(Json.of(ledger.size(TENANT))).isEqualTo(Json.of(2L));
        }
    }
}
