package dev.writ.ledger.verify;

import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.ledger.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One byte changed, one file cut: found, wherever it is. */
class ChangedBytesTest extends SmallLog {
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
}
