package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Follows the citation with which a log begins that continues another one after a restore: the first record, of kind
 * {@code origin}, holds the checkpoint of the log before it. Where that log is here too, its records must have the root
 * that was cited.
 */
final class Citations {
    private final List<Path> logs;
    private final Optional<Trust> trust;
    private final Report report;

    Citations(List<Path> logs, Optional<Trust> trust, Report report) {
        this.logs = logs;
        this.trust = trust;
        this.report = report;
    }

    void check() {
        for (var folder : logs) {
            var log = new LogFolder(folder);
            try {
                long size = log.checkpoint().size();
                if (size == 0) continue;
                var first = JsonReader.readObject(log.entries(0, size).getFirst());
                if (!first.string("kind").equals(Optional.of("origin"))) continue;
                for (var cited : first.array("cites").map(Json.Arr::items).orElse(List.of()))
                    if (cited instanceof Json.Obj citation)
                        follow(log.checkpoint().origin(), citation);
            } catch (EvidenceFailure | JsonError e) {
                // A log that cannot be read is told where it is verified itself.
            }
        }
    }

    private void follow(String origin, Json.Obj citation) {
        Checkpoint cited;
        try {
            cited = Checkpoint.parse(citation.string("checkpoint").orElse("").getBytes(UTF_8));
        } catch (IllegalArgumentException e) {
            report.failed(origin + " begins with a citation that is no checkpoint: " + e.getMessage());
            return;
        }
        boolean same = citation.string("origin").equals(Optional.of(cited.origin()))
                && citation.integer("size").equals(Optional.of(cited.size()))
                && citation.string("root").equals(Optional.of(cited.root().toString()));
        if (!same) report.failed(origin + " cites other figures than the checkpoint that it cites");
        var before = logs.stream().filter(folder -> is(folder, cited.origin())).findFirst();
        if (before.isEmpty()) {
            report.note(origin + " continues " + cited.origin() + " from its checkpoint of " + cited.size()
                    + " records; that log is not here");
            return;
        }
        compare(origin, cited, new LogFolder(before.get()));
    }

    private void compare(String origin, Checkpoint cited, LogFolder before) {
        try {
            var keys = trust.filter(all ->
                            all.keys().stream().anyMatch(key -> key.name().equals(cited.origin())))
                    .orElseGet(() ->
                            Trust.parse(new String(LogFolder.read(before.path().resolve("trust")), UTF_8)));
            keys.objection(cited).ifPresent(why -> report.failed(origin + " cites a checkpoint: " + why));
            var head = before.checkpoint();
            if (cited.size() > head.size()) {
                report.failed(origin + " continues " + cited.origin() + " from " + cited.size()
                        + " records, of which only " + head.size() + " are here");
                return;
            }
            if (!root(before, head, cited.size()).equals(cited.root())) {
                report.failed(origin + " continues a log " + cited.origin() + " that is not the one here");
                return;
            }
            report.held(
                    origin + " continues " + cited.origin() + " from its checkpoint of " + cited.size() + " records");
            if (head.size() > cited.size())
                report.note(cited.origin() + " has " + (head.size() - cited.size())
                        + " records after that, which nothing continues");
        } catch (EvidenceFailure | IllegalArgumentException e) {
            report.failed(origin + " continues " + cited.origin() + ", which cannot be read: " + e.getMessage());
        }
    }

    private static Digest root(LogFolder log, Checkpoint head, long size) {
        if (size == head.size()) return head.root();
        return size == 0 ? Digest.of() : Digest.ofBytes(log.proofs(head.size()).range(0, size));
    }

    private static boolean is(Path folder, String origin) {
        if (!Files.exists(folder.resolve("checkpoint"))) return false;
        try {
            return new LogFolder(folder).checkpoint().origin().equals(origin);
        } catch (EvidenceFailure e) {
            return false;
        }
    }
}
