package dev.writ.ledger.verify;

import static dev.writ.ledger.Sample.TENANT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.ledger.Ledger;
import dev.writ.ledger.Sample;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What somebody with the disk could do to the files, and what the verifier says to it. */
class EvidenceTest extends SmallLog {
    @Test
    void anUntouchedFolderVerifiesWithAndWithoutTrust() {
        assertThat(verify().text())
                .contains("ok    checkpoint: 6 records", "by trusted keys", "side store: 2 values open and match")
                .contains("UNWITNESSED from 0")
                .endsWith("verified\n")
                .doesNotContain("FAIL", "self-asserted");
        var alone = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
        assertThat(alone.passed()).isTrue();
        assertThat(alone.text()).contains("keys: self-asserted");
    }

    @Test
    void theSecondVerifierAgrees() throws Exception {
        var answer = NodeOracle.run("log", log);
        assertThat(answer.lines()).hasSize(1);
        assertThat(answer.lines().getFirst()).contains("\"ok\":true", "\"size\":6");
        var root = new LogFolder(log).checkpoint().root().toString();
        assertThat(answer.lines().getFirst()).contains(root);
    }

    @Test
    void theSecondVerifierAgreesOnEveryProofOfAReceipt() throws Exception {
        var keys = Files.writeString(folder.resolve("keys"), trust.text());
        for (var item : Receipt.parse(receipt).items()) {
            var proof = Files.writeString(folder.resolve("p.tlog-proof"), item.proof());
            var leaf = Files.writeString(folder.resolve("leaf"), item.leaf());
            assertThat(NodeOracle.run("proof", proof, leaf, keys).code()).isZero();
            Files.writeString(leaf, item.leaf() + " ");
            assertThat(NodeOracle.run("proof", proof, leaf, keys).code()).isEqualTo(5);
        }
    }

    @Test
    void aLogSignedWithAnotherKeyIsFound() throws Exception {
        var forged = folder.resolve("forged");
        try (var ledger = Sample.open(forged)) {
            ledger.append(TENANT, Sample.note("forged"), Map.of());
        }
        copyFolder(forged.resolve("ledger/acme/node-1"), log);
        assertThat(EvidenceVerifier.verify(forged, Optional.empty(), Optional.empty())
                        .passed())
                .isTrue();
        assertThat(EvidenceVerifier.verify(forged, Optional.of(trust), Optional.empty())
                        .text())
                .contains("FAIL  checkpoint of ledger.example/writ/acme/node-1: no signature by a trusted key");
    }

    @Test
    void anOldStatePutBackIsFoundWithACheckpointKeptElsewhere() throws Exception {
        var kept = Checkpoint.parse(Files.readAllBytes(log.resolve("checkpoint")));
        var older = Checkpoint.parse(early);
        assertThat(EvidenceVerifier.verify(data, Optional.of(trust), Optional.of(older))
                        .text())
                .contains("consistent with the checkpoint of 1 records")
                .endsWith("verified\n");
        Files.write(log.resolve("checkpoint"), early);
        assertThat(EvidenceVerifier.verify(data, Optional.of(trust), Optional.of(kept))
                        .text())
                .contains("the log has 1 records and had 6", "NOT VERIFIED");
    }

    @Test
    void aRewrittenHistoryIsFoundWithACheckpointKeptElsewhere() throws Exception {
        var forged = folder.resolve("forged");
        copyFolder(data.resolve("keys"), forged.resolve("keys"));
        try (var ledger = Sample.open(forged)) {
            for (int i = 0; i < 9; i++) ledger.append(TENANT, Sample.note("another history"), Map.of());
        }
        var kept = Checkpoint.parse(Files.readAllBytes(log.resolve("checkpoint")));
        assertThat(EvidenceVerifier.verify(forged, Optional.of(trust), Optional.empty())
                        .passed())
                .as("the keys are the real ones")
                .isTrue();
        assertThat(EvidenceVerifier.verify(forged, Optional.of(trust), Optional.of(kept))
                        .text())
                .contains("history was rewritten", "NOT VERIFIED");
    }

    @Test
    void consistencyHoldsFromEveryOlderSize() throws Exception {
        var grown = folder.resolve("grown");
        var older = new ArrayList<Checkpoint>();
        Trust keys;
        try (var ledger = Sample.open(grown)) {
            for (int i = 0; i < 530; i++) {
                ledger.append(TENANT, Sample.note("n" + i), Map.of());
                if (i % 31 == 0 || i == 255 || i == 511) older.add(ledger.checkpoint(TENANT));
            }
            keys = Trust.parse(ledger.trust(TENANT));
        }
        for (var checkpoint : older)
            assertThat(EvidenceVerifier.verify(grown, Optional.of(keys), Optional.of(checkpoint))
                            .text())
                    .contains("consistent with the checkpoint of " + checkpoint.size() + " records")
                    .endsWith("verified\n");
        assertThat(NodeOracle.run("log", grown.resolve("ledger/acme/node-1")).code())
                .isZero();
    }

    // ---- side values and exports

    @Test
    void anErasedSideValueIsToldFromAMissingOne() throws Exception {
        try (var ledger = Sample.open(data)) {
            var order = ledger.append(TENANT, Sample.note("erase"), Map.of());
            assertThat(ledger.erase(TENANT, 4, "payload", order.index())).isTrue();
        }
        assertThat(verify().text()).contains("payload erased under record 6").endsWith("\nverified\n");
        Files.write(data.resolve("side/acme/node-1/slots"), new byte[0]);
        assertThat(verify().text()).contains("commits to side value payload, which is missing", "NOT VERIFIED");
    }

    @Test
    void anExportVerifiesAsFolderAndAsZipAndAloneElsewhere() throws Exception {
        try (var ledger = Sample.open(data)) {
            ledger.export(TENANT, folder.resolve("export"), "action"::equals);
            ledger.export(TENANT, folder.resolve("export.zip"), _ -> true);
        }
        for (var name : List.of("export", "export.zip")) {
            var report = EvidenceVerifier.verify(folder.resolve(name), Optional.of(trust), Optional.empty());
            assertThat(report.text())
                    .contains((name.equals("export") ? 1 : 2) + " disclosed side values match")
                    .endsWith("\nverified\n");
        }
        var lines = folder.resolve("export/ledger/acme/node-1/side-values.jsonl");
        var bytes = Files.readAllBytes(lines);
        for (int i = 0; i < bytes.length; i += 3) {
            var changed = bytes.clone();
            changed[i] ^= 1;
            Files.write(lines, changed);
            assertThat(EvidenceVerifier.verify(folder.resolve("export"), Optional.of(trust), Optional.empty())
                            .passed())
                    .as("byte " + i)
                    .isFalse();
        }
    }

    // ---- the command

    @Test
    void theCommandsExitCodesAreThoseOfTheManual() throws Exception {
        var keys = Files.writeString(folder.resolve("trust"), trust.text()).toString();
        var file = Files.write(folder.resolve("receipt.json"), receipt).toString();
        var old = Files.write(folder.resolve("old"), early).toString();
        assertThat(Main.run(List.of(data.toString(), "--trust", keys), quiet(), quiet()))
                .isZero();
        assertThat(Main.run(List.of(file, "--trust", keys), quiet(), quiet())).isZero();
        assertThat(Main.run(List.of("--since", old, data.toString()), quiet(), quiet()))
                .isZero();
        assertThat(Main.run(List.of(), quiet(), quiet())).isEqualTo(2);
        assertThat(Main.run(List.of(file, file), quiet(), quiet())).isEqualTo(2);
        assertThat(Main.run(List.of(file, "--trust"), quiet(), quiet())).isEqualTo(2);
        assertThat(Main.run(List.of(file, "--other", "x"), quiet(), quiet())).isEqualTo(2);
        assertThat(Main.run(List.of(file, "--trust", file), quiet(), quiet())).isEqualTo(2);
        assertThat(Main.run(List.of(folder.resolve("nothing").toString()), quiet(), quiet()))
                .isEqualTo(1);
        assertThat(Main.run(List.of(file, "--trust", folder.resolve("no").toString()), quiet(), quiet()))
                .isEqualTo(1);
        assertThat(Main.run(List.of(folder.resolve("trust").toString()), quiet(), quiet()))
                .isEqualTo(5);
        assertThat(Main.run(List.of(log.toString()), quiet(), quiet())).isEqualTo(5);
    }

    // ---- who authorised

    @Test
    void whoAuthorisedIsAnsweredFromTheRecordsOfAReceiptAlone() {
        var records = Receipt.parse(receipt).items().stream()
                .map(i -> dev.writ.base.JsonReader.readObject(i.leaf().getBytes(UTF_8)))
                .toList();
        var answer = WhoAuthorised.whoAuthorised(records, decision.text()).orElseThrow();
        assertThat(answer.sentence())
                .contains("tool:call shop/refund was permitted to agent support-bot for per_")
                .contains("by policy refunds of bundle bbb", "approved by per_", "of finance with passkey")
                .endsWith("outcome: done.");
        assertThat(answer.approvals()).hasSize(1);
        assertThat(answer.json().string("outcome")).contains("done");
        assertThat(WhoAuthorised.whoAuthorised(records, answer.record())).contains(answer);
        assertThat(WhoAuthorised.whoAuthorised(records, "dec_nobody")).isEmpty();
    }

    @Test
    void aReceiptHoldsTheWholeStoryAndOnlyThat() {
        var kinds = Receipt.parse(receipt).items().stream()
                .map(i -> dev.writ.base.JsonReader.readObject(i.leaf().getBytes(UTF_8)))
                .map(r -> r.string("kind").orElseThrow()
                        + r.string("event").map(e -> ":" + e).orElse(""))
                .toList();
        assertThat(kinds)
                .containsExactly("approval:requested", "approval:approved", "approval:consumed", "intent", "outcome");
        assertThat(Receipt.parse(receipt).items().get(3).side()).containsOnlyKeys("action", "payload");
    }

    @Test
    void nobodyGetsAReceiptForWhatIsNotThere() {
        try (Ledger ledger = Sample.open(data)) {
            assertThat(ledger.receipt(TENANT, Sample.IDS.next("dec"), _ -> true))
                    .isEmpty();
        }
    }
}
