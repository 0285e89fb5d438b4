package dev.writ.ledger.verify;

import static dev.writ.ledger.Sample.OTHER;
import static dev.writ.ledger.Sample.TENANT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.Sample;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody with the disk could do to the files, and what the verifier says to it. */
class EvidenceTest {
    @TempDir
    Path folder;

    private Path data;
    private Path log;
    private Trust trust;
    private Id decision;
    private byte[] receipt;
    private byte[] early;

    @BeforeEach
    void aSmallLogOfTwoTenants() throws Exception {
        data = folder.resolve("data");
        log = data.resolve("ledger/acme/node-1");
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, Sample.record("task").put("tenant", "acme").build(), Map.of());
            early = ledger.checkpoint(TENANT).bytes();
            decision = Sample.story(ledger, TENANT);
            receipt = ledger.receipt(TENANT, decision, _ -> true).orElseThrow();
            trust = Trust.parse(ledger.trust(TENANT));
            Sample.story(ledger, OTHER);
            ledger.append(OTHER, Sample.record("task").put("tenant", "globex").build(), Map.of());
            trust = new Trust(
                    concat(trust.keys(), Trust.parse(ledger.trust(OTHER)).keys()));
        }
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private Report verify() {
        return EvidenceVerifier.verify(data, Optional.of(trust), Optional.empty());
    }

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
    void aChangedByteOfALogOrItsSideValuesIsFoundWhereverItIs() throws Exception {
        assertThat(unnoticedChanges(37)).isEmpty();
    }

    @Test
    @Tag("extended")
    void everyChangedByteOfALogAndItsSideValuesIsFound() throws Exception {
        assertThat(unnoticedChanges(1)).isEmpty();
    }

    /** Changes one byte at a time in every file; of long files each {@code step}th behind the first 64. */
    private List<String> unnoticedChanges(int step) throws Exception {
        var unnoticed = new ArrayList<String>();
        for (var file : evidence()) {
            var bytes = Files.readAllBytes(file);
            for (int i = 0; i < bytes.length; i += i < 64 ? 1 : step) {
                var changed = bytes.clone();
                changed[i] ^= (byte) (1 << (i % 8));
                Files.write(file, changed);
                if (verify().passed()) unnoticed.add(data.relativize(file) + " byte " + i);
            }
            Files.write(file, bytes);
        }
        assertThat(verify().passed()).isTrue();
        return unnoticed;
    }

    /** The files of one tenant's log and side store; the other tenant is put away so that each look is short. */
    private List<Path> evidence() throws Exception {
        Files.move(data.resolve("ledger/globex"), folder.resolve("globex"));
        var found = new ArrayList<Path>();
        for (var part : List.of(log, data.resolve("side/acme/node-1")))
            try (var walk = Files.walk(part)) {
                found.addAll(walk.filter(Files::isRegularFile).sorted().toList());
            }
        assertThat(found).hasSizeGreaterThan(6);
        return found;
    }

    @Test
    void aTruncationOfAnyFileIsFoundWhereverItIs() throws Exception {
        assertThat(unnoticedTruncations(61)).isEmpty();
    }

    @Test
    @Tag("extended")
    void everyTruncationOfEveryFileIsFound() throws Exception {
        assertThat(unnoticedTruncations(1)).isEmpty();
    }

    private List<String> unnoticedTruncations(int step) throws Exception {
        var unnoticed = new ArrayList<String>();
        for (var file : evidence()) {
            var bytes = Files.readAllBytes(file);
            for (int length = 0; length < bytes.length; length++) {
                boolean edge = length < 32 || bytes[length] == '\n' || bytes[length - 1] == '\n';
                if (!edge && length % step != 0) continue;
                Files.write(file, Arrays.copyOf(bytes, length));
                if (verify().passed()) unnoticed.add(data.relativize(file) + " cut to " + length);
            }
            Files.write(file, bytes);
        }
        return unnoticed;
    }

    @Test
    void everyChangedByteOfAReceiptsLeavesAndProofsIsFound() {
        var text = new String(receipt, java.nio.charset.StandardCharsets.ISO_8859_1);
        var unnoticed = new ArrayList<Integer>();
        for (int i = 0; i < receipt.length; i++) {
            boolean leafOrPath = text.lastIndexOf("\"leaf\":", i) > text.lastIndexOf("\\n\\n", i);
            if ((leafOrPath || i % 97 == 0) && unnoticed(i)) unnoticed.add(i);
        }
        assertThat(unnoticed).isEmpty();
        assertThat(unnoticed(-1)).as("the receipt as it is").isTrue();
    }

    @Test
    @Tag("extended")
    void everyChangedByteOfAReceiptIsFound() {
        for (int i = 0; i < receipt.length; i++)
            assertThat(unnoticed(i)).as("byte " + i).isFalse();
    }

    private boolean unnoticed(int changedByte) {
        var changed = receipt.clone();
        if (changedByte >= 0) changed[changedByte] ^= (byte) (1 << (changedByte % 7));
        var report = new Report();
        new ReceiptVerifier(Optional.of(trust), report).verify(changed);
        return report.passed();
    }

    // ---- whole records

    private Path bundle() {
        return log.resolve("tile/entries/000.p/6");
    }

    private List<byte[]> entries() {
        return new ArrayList<>(new LogFolder(log).entries(0, 6));
    }

    private void write(List<byte[]> entries) throws Exception {
        var out = new ByteArrayOutputStream();
        for (var entry : entries) {
            out.write(entry.length >>> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        Files.write(bundle(), out.toByteArray());
    }

    private String id(int index) {
        return dev.writ.base.JsonReader.readObject(entries().get(index))
                .string("id")
                .orElseThrow();
    }

    @Test
    void aDroppedRecordIsNamed() throws Exception {
        var entries = entries();
        entries.remove(3);
        write(entries);
        assertThat(verify().text()).contains("FAIL", "000.p/6: holds 5 of 6 entries");
    }

    @Test
    void swappedRecordsAreNamed() throws Exception {
        var first = id(1);
        var second = id(2);
        var entries = entries();
        java.util.Collections.swap(entries, 1, 2);
        write(entries);
        assertThat(verify().text())
                .contains("record 1 (" + second + ", approval) does not hash")
                .contains("record 2 (" + first + ", approval) does not hash");
    }

    @Test
    void aDuplicatedRecordIsNamed() throws Exception {
        var twin = id(1);
        var entries = entries();
        entries.set(2, entries.get(1));
        write(entries);
        assertThat(verify().text())
                .contains("record 2 (" + twin + ", approval) does not hash")
                .contains("has the id of record 1");
    }

    @Test
    void aRecordOfAnotherTenantIsNamed() throws Exception {
        var others = new LogFolder(data.resolve("ledger/globex/node-1")).entries(0, 6);
        var entries = entries();
        entries.set(0, others.get(5));
        write(entries);
        assertThat(verify().text()).contains("record 0 (", "does not hash", "is of tenant globex, not acme");
    }

    @Test
    void aChangedRecordIsNamedWithIndexIdAndKind() throws Exception {
        var intent = id(4);
        var entries = entries();
        entries.set(
                4, new String(entries.get(4), UTF_8).replace("permit", "refuse").getBytes(UTF_8));
        write(entries);
        assertThat(verify().text()).contains("record 4 (" + intent + ", intent) does not hash");
    }

    @Test
    void aRewrittenTreeFailsTheRootThatWasSigned() throws Exception {
        var entries = entries();
        entries.set(
                4, new String(entries.get(4), UTF_8).replace("permit", "refuse").getBytes(UTF_8));
        write(entries);
        var tile = new ByteArrayOutputStream();
        for (var entry : entries) tile.writeBytes(new TreeHash().leaf(entry));
        Files.write(log.resolve("tile/0/000.p/6"), tile.toByteArray());
        assertThat(verify().text()).contains("do not have the root that the checkpoint signs");
    }

    @Test
    void anotherTenantsLogInThisOnesPlaceIsFound() throws Exception {
        copy(data.resolve("ledger/globex/node-1"), log);
        assertThat(verify().text()).contains("the checkpoint of acme/node-1 is of another log");
    }

    @Test
    void aLogSignedWithAnotherKeyIsFound() throws Exception {
        var forged = folder.resolve("forged");
        try (var ledger = Sample.open(forged)) {
            ledger.append(TENANT, Sample.note("forged"), Map.of());
        }
        copy(forged.resolve("ledger/acme/node-1"), log);
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
        copy(data.resolve("keys"), forged.resolve("keys"));
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

    private static void copy(Path from, Path to) throws Exception {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.write(target, Files.readAllBytes(file));
            }
        }
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

    @Test
    void aZipWithChangedBytesNeverVerifiesToSomethingElse() throws Exception {
        var zip = folder.resolve("export.zip");
        try (var ledger = Sample.open(data)) {
            ledger.export(TENANT, zip, _ -> true);
        }
        var bytes = Files.readAllBytes(zip);
        for (int i = 0; i < bytes.length; i += 37) {
            var changed = bytes.clone();
            changed[i] ^= 4;
            Files.write(zip, changed);
            int code = Main.run(List.of(zip.toString()), quiet(), quiet());
            // Dates and attributes inside a zip say nothing; all else is found.
            assertThat(code).isIn(Main.VERIFIED, Main.FAILED, Main.UNREADABLE);
        }
    }

    // ---- the command

    private static PrintStream quiet() {
        return new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    }

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
