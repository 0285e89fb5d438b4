package dev.writ.ledger;

import static dev.writ.ledger.Sample.NODE;
import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Canonical;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.SideCommitment;
import dev.writ.ledger.verify.SideFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A record written as text is the record that a tree of JSON would have been. */
class RecordWriterTest {
    private static final Id ID = Sample.IDS.next("rec");
    private static final Instant NOW = Instant.parse("2026-11-20T09:00:00.000001234Z");
    private static final String[] NAMES = {
        "action",
        "agent",
        "approval",
        "zebra",
        "decision",
        "intent",
        "kinds",
        "jd",
        "consent",
        "task",
        "sid",
        "side2",
        "person",
        "tim",
        "uuu",
        "va",
        "ids",
        "ic",
        "note",
        "nod",
        "tenants",
        "timer"
    };

    private final SideCipher cipher = new SideCipher(new byte[32]);
    private final Seal seal = new Seal(TENANT, Sample.settings(Path.of("/nowhere")), cipher, Sample.RANDOM);

    @Test
    void anyMembersGiveTheSameLeafAndAreFoundByTheSameIds() {
        var random = new Random(5);
        var kinds = List.of("intent", "outcome", "approval", "task", "consent");
        for (int round = 0; round < 2_000; round++) {
            var kind = kinds.get(random.nextInt(kinds.size()));
            var members = new TreeMap<String, String>();
            for (int i = random.nextInt(NAMES.length); i > 0; i--)
                members.put(NAMES[random.nextInt(NAMES.length)], "v" + random.nextInt(100) + "\"ä");
            var record = common(kind);
            members.forEach(record::put);
            var writer = writer(kind);
            members.forEach(writer::string);
            var tree = seal.seal(record.build(), Map.of());
            var text = seal.seal(writer.draft());
            assertThat(text.leaf()).isEqualTo(tree.leaf());
            assertThat(text.hash()).isEqualTo(tree.hash());
            assertThat(text.keys()).isEqualTo(tree.keys());
        }
    }

    @Test
    void commitmentsStandInTheirPlaceAndOpenToTheValues() {
        var random = new Random(6);
        for (int round = 0; round < 500; round++) {
            var writer = writer("intent");
            if (random.nextBoolean()) writer.string("zebra", "last");
            var side = new HashMap<String, byte[]>();
            for (int i = random.nextInt(5); i > 0; i--) {
                var value = new byte[random.nextInt(3_000)];
                random.nextBytes(value);
                side.put("value-" + random.nextInt(9), value);
            }
            side.forEach(writer::side);
            var sealed = seal.seal(writer.draft());
            var record = JsonReader.readObject(sealed.leaf());
            assertThat(Canonical.bytes(record)).isEqualTo(sealed.leaf());
            assertThat(record.without("side").members().keySet()).doesNotContain("side");
            assertThat(sealed.side())
                    .extracting(Sealed.Side::name)
                    .containsExactlyElementsOf(new TreeMap<>(side).keySet());
            for (var value : sealed.side()) {
                var bound =
                        SideFolder.boundTo(Sample.settings(Path.of("/nowhere")).origin(TENANT), value.name());
                var opened = cipher.open(value.key(), bound, value.ciphertext()).orElseThrow();
                assertThat(opened.value()).isEqualTo(side.get(value.name()));
                assertThat(SideCommitment.in(record, value.name()))
                        .contains(SideCommitment.of(opened.salt(), opened.value()));
            }
        }
    }

    @Test
    void whatHasNotTheFormOfARecordCannotBeWritten() {
        assertThatThrownBy(() -> new RecordWriter("Intent", ID, NOW, TENANT, NODE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RecordWriter("intent", Sample.IDS.next("dec"), NOW, TENANT, NODE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RecordWriter("intent", ID, Instant.MAX.minusSeconds(1), TENANT, NODE))
                .isInstanceOf(IllegalArgumentException.class);
        for (var own : List.of("v", "id", "kind", "node", "side", "tenant", "time"))
            assertThatThrownBy(() -> writer("intent").string(own, "mine").draft())
                    .as(own)
                    .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer("intent").string("b", "").string("a", ""))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () -> seal.seal(writer("intent").side("A", new byte[0]).draft()))
                .isInstanceOf(LedgerFailure.class);
        assertThatThrownBy(() -> seal.seal(writer("intent")
                        .side("a", new byte[0])
                        .side("a", new byte[1])
                        .draft()))
                .isInstanceOf(LedgerFailure.class);
        assertThatThrownBy(() -> seal.seal(writer("intent")
                        .side("a", new byte[Seal.SIDE_BYTES_MAX + 1])
                        .draft()))
                .isInstanceOf(LedgerFailure.class);
        assertThatThrownBy(() -> seal.seal(
                        writer("intent").string("note", "x".repeat(65_535)).draft()))
                .isInstanceOf(LedgerFailure.class);
        var foreign = new RecordWriter("intent", ID, NOW, TENANT, new Name("other-node")).draft();
        assertThatThrownBy(() -> seal.seal(foreign)).isInstanceOf(LedgerFailure.class);
    }

    @Test
    void timesAreThoseOfTheFormatter() {
        var formatter =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
        var random = new Random(8);
        long end = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
        for (int i = 0; i < 20_000; i++) {
            var at = Instant.ofEpochSecond(random.nextLong(-60_000_000_000L, end), random.nextInt(1_000_000_000));
            assertThat(RecordTime.of(at)).isEqualTo(formatter.format(at));
        }
    }

    private static RecordWriter writer(String kind) {
        return new RecordWriter(kind, ID, NOW, TENANT, NODE);
    }

    private static Json.ObjectBuilder common(String kind) {
        return Json.object()
                .put("v", 1)
                .put("kind", kind)
                .put("id", ID.text())
                .put("time", "2026-11-20T09:00:00.000001Z")
                .put("tenant", TENANT.text())
                .put("node", NODE.text());
    }
}
