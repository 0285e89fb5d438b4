package dev.writ.ledger.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The files of a log that its current size does not need: partial tiles of earlier checkpoints must be prefixes of
 * what was verified, what lies beyond the checkpoint is told, and nothing else may be there.
 */
final class Leftovers {
    private static final Set<String> KNOWN =
            Set.of("checkpoint", "trust", SideLines.FILE, LogFolder.WITNESSED, LogFolder.CONTRADICTED, Handover.FILE);
    private static final Pattern TILE = Pattern.compile(
            "tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

    private final LogFolder log;
    private final long size;
    private final Report report;
    private long beyond;

    Leftovers(LogFolder log, long size, Report report) {
        this.log = log;
        this.size = size;
        this.report = report;
    }

    void check() {
        try (var files = Files.walk(log.path())) {
            for (var file : files.filter(Files::isRegularFile).toList()) check(file);
        } catch (IOException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, log.path(), "cannot be listed", e);
        }
        log.contradiction().ifPresent(why -> report.note("a witness contradicts this log: " + why));
        if (beyond > 0) report.note(beyond + " files lie beyond the checkpoint and are not covered by it");
    }

    private void check(Path file) {
        var name = log.path().relativize(file).toString();
        if (KNOWN.contains(name) || name.endsWith(".tmp")) return;
        var tile = TILE.matcher(name);
        if (!tile.matches()) {
            report.failed(file + ": does not belong to a log");
            return;
        }
        long index = Long.parseLong(tile.group(2).replaceAll("[x/]", ""));
        int width = tile.group(3) == null ? TilePath.WIDTH : Integer.parseInt(tile.group(3));
        int level = tile.group(1).equals("entries") ? 0 : Integer.parseInt(tile.group(1));
        int covered = LogFolder.width(level, index, size);
        if (width > covered) beyond++;
        else if (width < covered) prefix(file, tile.group(1).equals("entries"), level, index, width);
    }

    private void prefix(Path file, boolean entries, int level, long index, int width) {
        try {
            boolean fits = entries
                    ? Arrays.equals(
                            LogFolder.read(file),
                            joined(log.entries(index, size).subList(0, width)))
                    : Arrays.equals(
                            LogFolder.read(file), Arrays.copyOf(log.tile(level, index, size), width * TreeHash.BYTES));
            if (!fits) report.failed(file + ": is not the beginning of what was verified");
        } catch (EvidenceFailure e) {
            // A running ledger removes partial tiles once the full one is there.
            if (Files.exists(file)) report.failed(e.getMessage() + "");
        }
    }

    private static byte[] joined(List<byte[]> entries) {
        var out = new java.io.ByteArrayOutputStream();
        for (var entry : entries) {
            out.write(entry.length >>> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }
}
