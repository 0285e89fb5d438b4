package dev.writ.storm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import dev.writ.ledger.Entry;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerSettings;
import dev.writ.ledger.SideValue;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.Frontier;
import dev.writ.ledger.verify.TreeHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Holds the ledger against what was promised and what was counted, and tells where the kills fell. */
final class Audit {
    private static final Name TENANT = new Name("default");
    private static final Name NODE = new Name("node-1");
    private static final String INSTALLATION = "writ.local";
    private static final int HITS_EXPECTED_FROM = 40;
    private static final Pattern CALL_ID = Pattern.compile("r(\\d+)-[a-z]+\\d*-\\d+;");

    private final Path data;
    private final Weather.Told told;
    private final Set<Integer> whileStarting = new HashSet<>();
    private final Set<Integer> replacing = new HashSet<>();
    private final Map<Integer, Checkpoint> checkpoints = new TreeMap<>();

    Audit(Path data, Weather.Told told) {
        this.data = data;
        this.told = told;
    }

    /** Notes what the disk looks like right after a kill: every checkpoint that was ever there stays true. */
    void killed(int round, boolean starting) {
        if (starting) whileStarting.add(round);
        try {
            if (halfMade()) replacing.add(round);
            var file = data.resolve("ledger/" + TENANT + "/" + NODE + "/checkpoint");
            if (Files.exists(file)) checkpoints.put(round, Checkpoint.parse(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean halfMade() throws IOException {
        try (var files = Files.walk(data)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.endsWith(".new") || name.endsWith(".tmp"));
        }
    }

    /** What the log says of each call: how often it was intended, and what was said of its end. */
    private static final class Log {
        final Map<String, Integer> intents = new HashMap<>();
        final Map<String, String> statusOf = new HashMap<>();
        final Set<String> ids = new HashSet<>();
        final Map<String, String> open = new HashMap<>();
        final Set<String> closed = new HashSet<>();
        long records;
        long outcomes;
    }

    /** @param received what the server behind counted; @return the histogram */
    String look(int rounds, Map<String, Integer> received) {
        var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
        var log = read();
        assertThat(log.open).as("intents without an outcome").isEmpty();
        received.forEach((call, times) -> {
            assertThat(times).as("%s reached the server behind", call).isEqualTo(1);
            assertThat(log.intents).as("forwarded without a durable intent").containsKey(call);
        });
        log.intents.forEach(
                (call, times) -> assertThat(times).as("intents of %s", call).isEqualTo(1));
        told.through.forEach(call -> assertThat(received).as("answered").containsKey(call));
        told.refused.forEach(call -> assertThat(received).as("refused").doesNotContainKey(call));
        told.afterRevocation.forEach(
                call -> assertThat(received).as("after its revocation").doesNotContainKey(call));
        return text(rounds, log, received);
    }

    private Log read() {
        var log = new Log();
        var frontier = new Frontier();
        var hash = new TreeHash();
        var expected = new HashMap<Long, Digest>();
        checkpoints.forEach((_, checkpoint) -> expected.put(checkpoint.size(), checkpoint.root()));
        var settings = new LedgerSettings(data, INSTALLATION, NODE);
        try (var ledger = Ledger.open(settings, InstantSource.system(), new SecureRandom())) {
            ledger.scan(TENANT, 0, entry -> {
                assertThat(entry.index()).isEqualTo(log.records++);
                frontier.add(hash.leaf(entry.leaf()));
                var wanted = expected.get(frontier.size());
                if (wanted != null) assertThat(Digest.ofBytes(frontier.root())).isEqualTo(wanted);
                note(log, ledger, entry);
                return true;
            });
        }
        assertThat(expected.keySet()).allMatch(size -> size <= log.records);
        return log;
    }

    private static void note(Log log, Ledger ledger, Entry entry) {
        var record = entry.record();
        var id = entry.id().text();
        assertThat(log.ids.add(id)).as("%s is there twice", id).isTrue();
        switch (entry.kind()) {
            case "intent" -> {
                var call =
                        record.object("action").flatMap(a -> a.string("kind")).equals(Optional.of("call-tool"))
                                ? call(ledger, entry)
                                : "";
                if (!call.isEmpty()) log.intents.merge(call, 1, Integer::sum);
                log.open.put(id, call);
            }
            case "outcome" -> {
                log.outcomes++;
                var intent = record.string("intent").orElseThrow();
                assertThat(log.closed.add(intent))
                        .as("%s has two outcomes", intent)
                        .isTrue();
                var call = log.open.remove(intent);
                assertThat(call)
                        .as("the outcome of an intent that is not there")
                        .isNotNull();
                log.statusOf.put(call, record.string("status").orElseThrow());
            }
            default -> {}
        }
    }

    private static String call(Ledger ledger, Entry entry) {
        if (!(ledger.side(TENANT, entry.index(), "payload") instanceof SideValue.Present(var value, var _)))
            throw new AssertionError(
                    "an intent without its payload: " + entry.record().text());
        var matcher = CALL_ID.matcher(new String(value, UTF_8));
        assertThat(matcher.find()).isTrue();
        return matcher.group();
    }

    private String text(int rounds, Log log, Map<String, Integer> received) {
        var histogram = new EnumMap<Phase, Integer>(Phase.class);
        for (var phase : Phase.values()) histogram.put(phase, 0);
        var caught = new HashSet<Integer>();
        for (var call : told.sent) {
            var phase = phase(call, log, received);
            if (phase.isEmpty()) continue;
            histogram.merge(phase.get(), 1, Integer::sum);
            caught.add(round(call));
        }
        for (int round = 1; round <= rounds; round++)
            if (whileStarting.contains(round)) histogram.merge(Phase.STARTING, 1, Integer::sum);
            else if (!caught.contains(round)) histogram.merge(Phase.BETWEEN_CALLS, 1, Integer::sum);
        histogram.put(Phase.WITHIN_REPLACEMENT, replacing.size());
        // A storm that hits nothing proves nothing.
        if (rounds >= HITS_EXPECTED_FROM)
            assertThat(histogram).allSatisfy((phase, count) -> {
                if (phase != Phase.WITHIN_REPLACEMENT && phase != Phase.BETWEEN_OUTCOME_AND_ANSWER)
                    assertThat(count).as(phase.text()).isPositive();
            });
        var text = new StringBuilder("kills=" + rounds + " records=" + log.records + " intents=" + log.closed.size()
                + " forwarded=" + received.size() + " answered=" + told.through.size() + " checkpoints kept="
                + checkpoints.size() + " refused=" + told.refused.size() + " payments approved="
                + told.through.stream().filter(call -> call.contains("-pay-")).count() + " revocations="
                + told.revoked.size() + "\n");
        histogram.forEach(
                (phase, count) -> text.append(String.format(java.util.Locale.ROOT, "%8d  %s%n", count, phase.text())));
        return text.toString();
    }

    /** Where the kill found a call; empty for one that was answered. */
    private Optional<Phase> phase(String call, Log log, Map<String, Integer> received) {
        if (told.through.contains(call) || told.refused.contains(call)) return Optional.empty();
        if (!log.intents.containsKey(call))
            return call.contains("-pay-") ? Optional.empty() : Optional.of(Phase.BEFORE_INTENT);
        if (!"indeterminate".equals(log.statusOf.get(call))) return Optional.of(Phase.BETWEEN_OUTCOME_AND_ANSWER);
        return Optional.of(
                received.containsKey(call) ? Phase.BETWEEN_FORWARD_AND_OUTCOME : Phase.BETWEEN_INTENT_AND_FORWARD);
    }

    private static int round(String call) {
        return Integer.parseInt(call.substring(1, call.indexOf('-')));
    }
}
