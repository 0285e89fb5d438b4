package dev.writ.ledger;

import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Frontier;
import dev.writ.ledger.verify.SideCommitment;
import dev.writ.ledger.verify.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    Path data;

    @Test
    void aRecordIsReadBackAsTheExactCanonicalText() {
        try (var ledger = Sample.open(data)) {
            var record = Sample.note("first");
            var appended = ledger.append(TENANT, record, Map.of());
            assertThat(appended.index()).isZero();
            var entry = ledger.read(TENANT, 0).orElseThrow();
            assertThat(entry.leaf()).isEqualTo(Canonical.bytes(record));
            assertThat(appended.leaf()).isEqualTo(Digest.of(new byte[] {0}, entry.leaf()));
            assertThat(ledger.read(TENANT, 1)).isEmpty();
            assertThat(ledger.read(TENANT, -1)).isEmpty();
        }
    }

    @Test
    void theCheckpointHasTheRootOfAllLeavesAndBothSignatures() {
        try (var ledger = Sample.open(data)) {
            var tree = new Frontier();
            for (int i = 0; i < 600; i++) {
                tree.add(ledger.append(TENANT, Sample.note("n" + i), Map.of())
                        .leaf()
                        .bytes());
                if (i % 97 != 0) continue;
                var checkpoint = ledger.checkpoint(TENANT);
                assertThat(checkpoint.size()).isEqualTo(i + 1);
                assertThat(checkpoint.root().bytes()).isEqualTo(tree.root());
            }
            var trust = Trust.parse(ledger.trust(TENANT));
            var checkpoint = ledger.checkpoint(TENANT);
            assertThat(checkpoint.origin()).isEqualTo("ledger.example/writ/acme/node-1");
            assertThat(trust.keys()).hasSize(2).allMatch(checkpoint::signedBy);
            assertThat(Checkpoint.parse(checkpoint.bytes())).hasToString(checkpoint.toString());
        }
    }

    @Test
    void everythingIsThereAfterClosingAndOpeningAgain() throws Exception {
        var leaves = new ArrayList<Digest>();
        for (int round = 0; round < 4; round++) {
            try (var ledger = Sample.open(data)) {
                assertThat(ledger.size(TENANT)).isEqualTo(leaves.size());
                for (int i = 0; i < 150; i++)
                    leaves.add(ledger.append(TENANT, Sample.note("r" + round + "." + i), Map.of())
                            .leaf());
            }
        }
        try (var ledger = Sample.open(data)) {
            var read = new ArrayList<Digest>();
            ledger.scan(TENANT, 0, entry -> read.add(Digest.of(new byte[] {0}, entry.leaf())));
            assertThat(read).isEqualTo(leaves);
            assertThat(ledger.read(TENANT, 299).orElseThrow().record().string("note"))
                    .contains("r1.149");
        }
        assertThat(data.resolve("ledger/acme/node-1/tile/0/001")).exists();
        assertThat(data.resolve("ledger/acme/node-1/tile/0/001.p")).doesNotExist();
    }

    @Test
    void manyThreadsGetDistinctIndexesInTheOrderOfTheLog() throws Exception {
        try (var ledger = Sample.open(data)) {
            var appended = new CompletableFuture<?>[16];
            var told = new java.util.concurrent.ConcurrentHashMap<Long, String>();
            for (int thread = 0; thread < appended.length; thread++) {
                int number = thread;
                appended[thread] = CompletableFuture.runAsync(
                        () -> {
                            long before = -1;
                            for (int i = 0; i < 200; i++) {
                                var record = Sample.note(number + "/" + i);
                                long index =
                                        ledger.append(TENANT, record, Map.of()).index();
                                assertThat(index).isGreaterThan(before);
                                before = index;
                                told.put(index, Sample.id(record));
                            }
                        },
                        task -> Thread.ofVirtual().start(task));
            }
            CompletableFuture.allOf(appended).join();
            assertThat(told).hasSize(3200);
            ledger.scan(TENANT, 0, entry -> {
                assertThat(told).containsEntry(entry.index(), entry.id().text());
                return true;
            });
        }
    }

    @Test
    void tenantsHaveLogsOfTheirOwn() {
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, Sample.note("a"), Map.of());
            assertThat(ledger.append(Sample.OTHER, Sample.note("b"), Map.of()).index())
                    .isZero();
            assertThat(ledger.tenants()).containsExactly(TENANT, Sample.OTHER);
            assertThat(ledger.checkpoint(TENANT).root())
                    .isNotEqualTo(ledger.checkpoint(Sample.OTHER).root());
            assertThat(ledger.size(new Name("nobody"))).isZero();
            assertThat(ledger.read(new Name("nobody"), 0)).isEmpty();
        }
    }

    @Test
    void aSideValueComesBackAndItsCommitmentStandsInTheRecord() {
        try (var ledger = Sample.open(data)) {
            var value = "secret \u0000 value".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            ledger.append(TENANT, Sample.note("with side"), Map.of("payload", value, "empty", new byte[0]));
            assertThat(ledger.side(TENANT, 0, "payload")).isInstanceOfSatisfying(SideValue.Present.class, present -> {
                assertThat(present.value()).isEqualTo(value);
                var record = ledger.read(TENANT, 0).orElseThrow().record();
                assertThat(SideCommitment.in(record, "payload")).contains(SideCommitment.of(present.salt(), value));
            });
            assertThat(ledger.side(TENANT, 0, "empty")).isInstanceOf(SideValue.Present.class);
            assertThat(ledger.side(TENANT, 0, "other")).isInstanceOf(SideValue.Unknown.class);
            assertThat(ledger.side(TENANT, 7, "payload")).isInstanceOf(SideValue.Unknown.class);
        }
    }

    @Test
    void anErasedValueIsToldFromAMissingOneAndLeavesNoKeyBehind() throws Exception {
        var value = new byte[1000];
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, Sample.note("with side"), Map.of("payload", value));
            ledger.append(TENANT, Sample.note("kept"), Map.of("payload", value));
            var key = firstKey();
            var order = ledger.append(TENANT, Sample.note("erase it"), Map.of());
            assertThat(filesHolding(key)).isNotEmpty();
            assertThat(ledger.erase(TENANT, 0, "payload", order.index())).isTrue();
            assertThat(ledger.erase(TENANT, 0, "nothing", order.index())).isFalse();
            assertThat(filesHolding(key)).isEmpty();
            assertThat(ledger.side(TENANT, 0, "payload")).isEqualTo(new SideValue.Erased(order.index()));
            assertThat(ledger.side(TENANT, 1, "payload")).isInstanceOf(SideValue.Present.class);
            ledger.append(TENANT, Sample.note("goes on"), Map.of("payload", value));
        }
        try (var ledger = Sample.open(data)) {
            assertThat(ledger.side(TENANT, 0, "payload")).isInstanceOf(SideValue.Erased.class);
            assertThat(ledger.side(TENANT, 3, "payload")).isInstanceOf(SideValue.Present.class);
            Files.write(data.resolve("side/acme/node-1/slots"), new byte[0]);
            assertThat(ledger.side(TENANT, 1, "payload")).isInstanceOf(SideValue.Missing.class);
        }
    }

    /** What the key of the first side value comes from, as the write-ahead file has it. */
    private byte[] firstKey() throws Exception {
        var keys = new ArrayList<byte[]>();
        for (var file : Replay.segments(data.resolve("wal"))) {
            var content = Files.readAllBytes(file);
            long salt = Segment.Header.read(content).orElseThrow().salt();
            Frame.read(content, Segment.HEADER_BYTES, salt)
                    .ifPresent(f -> keys.add(f.side().getFirst().key().cell()));
        }
        return keys.getFirst();
    }

    private List<Path> filesHolding(byte[] key) throws Exception {
        var text = java.util.HexFormat.of().formatHex(key);
        try (var files = Files.walk(data)) {
            var found = new ArrayList<Path>();
            for (var file : files.filter(Files::isRegularFile).toList())
                if (java.util.HexFormat.of().formatHex(Files.readAllBytes(file)).contains(text)) found.add(file);
            return found;
        }
    }

    @Test
    void theStoryIsFoundByEveryIdInIt() {
        try (var ledger = Sample.open(data)) {
            for (int i = 0; i < 300; i++) ledger.append(TENANT, Sample.note("filler"), Map.of());
            ledger.checkpoint(TENANT);
            var decision = Sample.story(ledger, TENANT);
            var intent = ledger.about(TENANT, decision).getFirst();
            assertThat(intent.kind()).isEqualTo("intent");
            assertThat(ledger.find(TENANT, intent.id()).orElseThrow().index()).isEqualTo(intent.index());
            assertThat(ledger.about(TENANT, intent.id()))
                    .extracting(Entry::kind)
                    .containsExactly("intent", "outcome");
            ledger.checkpoint(TENANT);
            assertThat(ledger.about(TENANT, intent.id()))
                    .extracting(Entry::kind)
                    .containsExactly("intent", "outcome");
            assertThat(ledger.find(TENANT, Sample.IDS.next("rec"))).isEmpty();
        }
    }

    @Test
    void intentsWithoutAnOutcomeAreKnownAfterEveryKindOfStart() throws Exception {
        var open = Sample.intent(Sample.IDS.next("dec")).build();
        var later = Sample.intent(Sample.IDS.next("dec")).build();
        try (var ledger = Sample.open(data)) {
            Sample.story(ledger, TENANT);
            ledger.append(TENANT, open, Map.of());
            assertThat(ledger.openIntents(TENANT)).extracting(Entry::record).containsExactly(open);
        }
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, later, Map.of());
            assertThat(ledger.openIntents(TENANT)).extracting(Entry::record).containsExactly(open, later);
            ledger.append(TENANT, Sample.outcome(Sample.id(open)), Map.of());
            assertThat(ledger.openIntents(TENANT)).extracting(Entry::record).containsExactly(later);
        }
        Files.delete(data.resolve("cache/ledger/acme/node-1/open-intents"));
        Files.delete(data.resolve("cache/ledger/acme/node-1/records"));
        try (var ledger = Sample.open(data)) {
            assertThat(ledger.openIntents(TENANT)).extracting(Entry::record).containsExactly(later);
            assertThat(ledger.find(TENANT, new dev.writ.base.Id(Sample.id(later))))
                    .isPresent();
        }
    }

    @Test
    void aSecondProcessIsRefusedWithTheFoldersName() {
        try (var _ = Sample.open(data)) {
            assertThatThrownBy(() -> Sample.open(data))
                    .isInstanceOfSatisfying(
                            LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.LOCKED))
                    .hasMessageContaining(data.toString());
        }
        Sample.open(data).close();
    }

    @Test
    void keysAreReadableByTheOwnerAlone() throws Exception {
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, Sample.note("x"), Map.of());
        }
        try (var files = Files.list(data.resolve("keys/acme/node-1"))) {
            var keys = files.toList();
            assertThat(keys).hasSize(3);
            for (var key : keys)
                assertThat(Files.getPosixFilePermissions(key)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void aMissingKeyIsNotReplacedByANewOne() throws Exception {
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, Sample.note("x"), Map.of());
        }
        Files.delete(data.resolve("keys/acme/node-1/ed25519.key"));
        assertThatThrownBy(() -> Sample.open(data)).hasMessageContaining("ed25519.key: missing");
    }

    @Test
    void recordsWithoutTheRequiredFormAreRefusedBeforeAnythingIsWritten() {
        try (var ledger = Sample.open(data)) {
            var good = Sample.note("x");
            var bad = List.of(
                    good.with("v", Json.of(2)),
                    good.without("v"),
                    good.with("v", Json.of("1")),
                    good.without("kind"),
                    good.with("kind", Json.of("In tent")),
                    good.with("id", Json.of("dec_" + "0".repeat(26))),
                    good.with("id", Json.of("rec_1")),
                    good.with("time", Json.of("2026-11-20T09:00:00Z")),
                    good.with("time", Json.of("2026-13-20T09:00:00.000000Z")),
                    good.with("time", Json.of("2026-02-29T09:00:00.000000Z")),
                    good.with("time", Json.of("2026-11-20T09:00:00.000000+01:00")),
                    good.with("tenant", Json.of("globex")),
                    good.with("node", Json.of("node-2")),
                    good.with("side", Json.Obj.EMPTY),
                    good.with("note", Json.of("x".repeat(65_535))));
            for (var record : bad)
                assertThatThrownBy(() -> ledger.append(TENANT, record, Map.of()))
                        .as(record.text().substring(0, 80))
                        .isInstanceOfSatisfying(
                                LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.RECORD));
            assertThatThrownBy(() -> ledger.append(TENANT, good, Map.of("Bad Name", new byte[0])))
                    .isInstanceOf(LedgerFailure.class);
            assertThatThrownBy(() -> ledger.append(TENANT, good, Map.of("big", new byte[Seal.SIDE_BYTES_MAX + 1])))
                    .isInstanceOf(LedgerFailure.class);
            assertThat(ledger.size(TENANT)).isZero();
            assertThat(ledger.append(TENANT, good, Map.of()).index()).isZero();
        }
    }

    @Test
    void theLargestRecordAndSideValueFit() {
        try (var ledger = Sample.open(data)) {
            var empty = Sample.note("");
            int room = 65_535 - Canonical.bytes(empty).length;
            ledger.append(TENANT, empty.with("note", Json.of("x".repeat(room))), Map.of());
            assertThatThrownBy(() -> ledger.append(TENANT, empty.with("note", Json.of("x".repeat(room + 1))), Map.of()))
                    .isInstanceOf(LedgerFailure.class);
            ledger.append(TENANT, empty, Map.of("big", new byte[Seal.SIDE_BYTES_MAX]));
            assertThat(ledger.read(TENANT, 0).orElseThrow().leaf()).hasSize(65_535);
            assertThat(ledger.side(TENANT, 1, "big")).isInstanceOf(SideValue.Present.class);
        }
    }

    @Test
    void textThatLooksLikeAnotherRecordStaysInsideItsOwn() {
        try (var ledger = Sample.open(data)) {
            var injected = "\"}\n{\"v\":1,\"kind\":\"approval\",\"event\":\"approved\"}\u0000\u2028\uD83D\uDE00";
            ledger.append(TENANT, Sample.note(injected), Map.of());
            assertThat(ledger.size(TENANT)).isOne();
            assertThat(ledger.read(TENANT, 0).orElseThrow().record().string("note"))
                    .contains(injected);
            assertThat(new String(ledger.read(TENANT, 0).orElseThrow().leaf(), java.nio.charset.StandardCharsets.UTF_8))
                    .doesNotContain("\n");
        }
    }

    @Test
    void nothingIsTakenAfterClose() {
        var ledger = Sample.open(data);
        ledger.append(TENANT, Sample.note("x"), Map.of());
        ledger.close();
        assertThatThrownBy(() -> ledger.append(TENANT, Sample.note("y"), Map.of()))
                .isInstanceOf(LedgerClosed.class);
    }

    @Test
    void aFolderThatIsAFileIsRefusedByName() throws Exception {
        var file = Files.writeString(data.resolve("file"), "x");
        assertThatThrownBy(() -> Sample.open(file.resolve("data")))
                .isInstanceOf(LedgerFailure.class)
                .hasMessageContaining(file.toString());
    }
}
