package dev.writ.ledger;

import static dev.writ.ledger.Sample.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import dev.writ.ledger.verify.EvidenceVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
    @TempDir
    Path data;

    private final Map<Name, Map<Long, String>> told = new HashMap<>();

    @Test
    void aKilledProcessLosesNoRecordItToldAndWritesNoneTwice() throws Exception {
        killAndLook(20, 400);
    }

    @Test
    @Tag("extended")
    void manyKillsLoseNothingEither() throws Exception {
        killAndLook(120, 3000);
    }

    private void killAndLook(int times, int linesMax) throws Exception {
        var random = new Random(7);
        for (int round = 0; round < times; round++) {
            runAndKill(1 + random.nextInt(linesMax));
            // Looking repairs, so that every other kill meets a folder straight from the one before.
            if (round % 4 == 3) look();
        }
        look();
        assertThat(told.get(TENANT)).hasSizeGreaterThan(times * 3);
    }

    private Process child() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashChild.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private void runAndKill(int lines) throws Exception {
        var child = child();
        try (var out = child.inputReader()) {
            for (int i = 0; i < lines; i++) {
                var line = out.readLine();
                assertThat(line).isNotNull();
                note(line);
            }
            child.toHandle().destroyForcibly(); // SIGKILL; through the handle, so that the rest can still be read
            for (var line = out.readLine(); line != null; line = out.readLine()) note(line);
        }
        child.waitFor();
    }

    private void note(String line) {
        var words = line.split(" ");
        if (words.length != 3 || words[2].length() != 30) return; // "ready", or cut off by the kill
        var before =
                told.computeIfAbsent(new Name(words[0]), _ -> new HashMap<>()).put(Long.parseLong(words[1]), words[2]);
        assertThat(before).as("index %s was told twice", words[1]).isNull();
    }

    private void look() {
        try (var ledger = Sample.open(data)) {
            for (var tenant : told.keySet()) {
                var ids = new HashSet<String>();
                var expected = told.getOrDefault(tenant, Map.of());
                var seen = new HashSet<Long>();
                ledger.scan(tenant, 0, entry -> {
                    assertThat(ids.add(entry.id().text())).as("a record twice").isTrue();
                    if (expected.containsKey(entry.index())) {
                        seen.add(entry.index());
                        assertThat(entry.id().text()).isEqualTo(expected.get(entry.index()));
                    }
                    return true;
                });
                assertThat(seen).isEqualTo(expected.keySet());
            }
        }
        var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
    }

    @Test
    void aFolderThatAnotherProcessHoldsIsRefusedUntilThatOneEnds() throws Exception {
        var child = child();
        try (var out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("ready");
            assertThatThrownBy(() -> Sample.open(data))
                    .isInstanceOfSatisfying(
                            LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.LOCKED))
                    .hasMessageContaining(data.toString());
            child.toHandle().destroyForcibly();
        }
        child.waitFor();
        Sample.open(data).close();
    }

    // ---- what a crash cannot do

    private Path lastSegment() throws Exception {
        return Replay.segments(data.resolve("wal")).getLast();
    }

    /** Leaves a folder as a kill does: records in the write-ahead file that no checkpoint covers. */
    private Path killedFolder() throws Exception {
        runAndKill(40);
        return lastSegment();
    }

    @Test
    void aTornTailIsCutOffAndEverythingBeforeItStays() throws Exception {
        var file = killedFolder();
        var content = Files.readAllBytes(file);
        long salt = Segment.Header.read(content).orElseThrow().salt();
        int at = Segment.HEADER_BYTES;
        int last = at;
        for (var frame = Frame.read(content, at, salt); frame.isPresent(); frame = Frame.read(content, at, salt)) {
            last = at;
            at += frame.get().bytes();
        }
        content[last + Frame.HEADER_BYTES + 3] ^= 1;
        Files.write(file, content);
        Sample.open(data).close();
        var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
    }

    @Test
    void aFrameChangedBeforeLaterOnesIsNoTornTail() throws Exception {
        var file = killedFolder();
        var content = Files.readAllBytes(file);
        content[Segment.HEADER_BYTES + Frame.HEADER_BYTES + 3] ^= 1;
        Files.write(file, content);
        assertThatThrownBy(() -> Sample.open(data))
                .isInstanceOf(LedgerFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("was changed after it had been written");
    }

    @Test
    void aWriteAheadFileThatIsGoneIsNotTakenForAnEmptyOne() throws Exception {
        killedFolder();
        Sample.open(data).close();
        try (var files = Files.list(data.resolve("wal"))) {
            for (var file : files.toList()) Files.delete(file);
        }
        assertThatThrownBy(() -> Sample.open(data)).hasMessageContaining("the write-ahead file is gone");
    }

    @Test
    void aTileThatDoesNotMatchTheCheckpointRefusesToOpenAndIsNamed() throws Exception {
        try (var ledger = Sample.open(data)) {
            for (int i = 0; i < 3; i++) ledger.append(TENANT, Sample.note("n" + i), Map.of());
        }
        for (var name : List.of("tile/0/000.p/3", "tile/entries/000.p/3", "checkpoint")) {
            var file = data.resolve("ledger/acme/node-1").resolve(name);
            var bytes = Files.readAllBytes(file);
            var changed = bytes.clone();
            changed[40] ^= 1;
            Files.write(file, changed);
            assertThatThrownBy(() -> Sample.open(data))
                    .isInstanceOfSatisfying(
                            LedgerFailure.class, e -> assertThat(e.code()).isEqualTo(LedgerFailure.Code.DAMAGED))
                    .hasMessageContaining(name);
            Files.write(file, bytes);
        }
        Sample.open(data).close();
    }
}
