package dev.writ.witness;

import dev.writ.ledger.verify.Trust;
import dev.writ.ledger.verify.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The logs that a witness serves: a file of verifier keys, one to a line, or of policy lines {@code log <vkey>}. It is
 * read again when it changes; a file that cannot be read then leaves what was known.
 */
final class KnownLogs {
    private static final System.Logger LOG = System.getLogger(KnownLogs.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int BYTES_MAX = 16 << 20;

    private record Loaded(FileTime time, long size, Map<String, List<VerifierKey>> keys) {}

    private final Path file;
    private final InstantSource clock;
    private volatile Loaded loaded;
    private volatile long looked;

    KnownLogs(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        try {
            this.loaded = load(file);
        } catch (IOException | IllegalArgumentException e) {
            throw new WitnessFailure(
                    WitnessFailure.Code.LOGS,
                    "the file of known logs " + file + " cannot be used: " + e.getMessage(),
                    e);
        }
        this.looked = clock.millis();
    }

    /** The keys that may sign for an origin; none for a log that is not known. */
    List<VerifierKey> keys(String origin) {
        refresh();
        return loaded.keys.getOrDefault(origin, List.of());
    }

    int count() {
        return loaded.keys.size();
    }

    private void refresh() {
        long now = clock.millis();
        if (Math.abs(now - looked) < LOOK.toMillis()) return;
        looked = now;
        try {
            if (Files.getLastModifiedTime(file).equals(loaded.time) && Files.size(file) == loaded.size) return;
            loaded = load(file);
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "the file of known logs is passed over: " + e.getMessage());
        }
    }

    private static Loaded load(Path file) throws IOException {
        if (Files.size(file) > BYTES_MAX) throw new IllegalArgumentException("it is too large");
        var time = Files.getLastModifiedTime(file);
        var bytes = Files.readAllBytes(file);
        var text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        // A witness that waits for its first log has an empty file.
        if (text.isBlank()) return new Loaded(time, bytes.length, Map.of());
        // A witness needs no quorum: it asks nobody else.
        boolean policy = text.lines().anyMatch(line -> line.strip().startsWith("log "));
        boolean quorum = text.lines().anyMatch(line -> line.strip().startsWith("quorum "));
        var trust = Trust.parse(policy && !quorum ? text + "quorum none\n" : text);
        return new Loaded(time, bytes.length, trust.keys().stream().collect(Collectors.groupingBy(VerifierKey::name)));
    }
}
