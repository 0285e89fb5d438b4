package dev.writ.ledger;

import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Trust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Whatever somebody writes into a file of a log, the verifier says that it is not what was signed. */
@Tag("fuzz")
class TilesFuzzTest {
    private static Path data = Path.of("");
    private static List<Path> files = List.of();
    private static Optional<Trust> trust = Optional.empty();

    @BeforeAll
    static void write() throws IOException {
        data = Files.createTempDirectory("tiles-fuzz");
        try (var ledger = Sample.open(data)) {
            for (int i = 0; i < 5; i++)
                ledger.append(TENANT, Sample.note("n" + i), Map.of("payload", new byte[] {(byte) i}));
            trust = Optional.of(Trust.parse(ledger.trust(TENANT)));
        }
        try (var all = Files.walk(data.resolve("ledger"))) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(2);
        assertThat(EvidenceVerifier.verify(data, trust, Optional.empty()).passed())
                .isTrue();
    }

    @FuzzTest(maxDuration = "10s")
    void noOtherBytesPass(FuzzedDataProvider input) throws IOException {
        var file = files.get(input.consumeInt(0, files.size() - 1));
        var before = Files.readAllBytes(file);
        int from = input.consumeInt(0, before.length);
        int to = input.consumeInt(from, before.length);
        var changed = new ByteArrayOutputStream();
        changed.write(before, 0, from);
        changed.writeBytes(input.consumeRemainingAsBytes());
        changed.write(before, to, before.length - to);
        if (Arrays.equals(changed.toByteArray(), before)) return;
        Files.write(file, changed.toByteArray());
        try {
            var report = EvidenceVerifier.verify(data, trust, Optional.empty());
            assertThat(report.passed()).as(file + "\n" + report.text()).isFalse();
        } finally {
            Files.write(file, before);
        }
    }
}
