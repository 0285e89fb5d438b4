package dev.writ.ledger.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Verifies whatever a path holds: a data folder, an export (folder or zip) or a receipt. */
public final class EvidenceVerifier {
    private static final long RECEIPT_BYTES_MAX = 256L << 20;

    private final Optional<Trust> trust;
    private final @Nullable Checkpoint since;
    private final Report report = new Report();

    private EvidenceVerifier(Optional<Trust> trust, Optional<Checkpoint> since) {
        this.trust = trust;
        this.since = since.orElse(null);
    }

    /**
     * @param trust the keys to believe; without, the evidence can only be held against itself
     * @param since an older checkpoint, kept elsewhere, that the log must still contain
     */
    public static Report verify(Path path, Optional<Trust> trust, Optional<Checkpoint> since) {
        var verifier = new EvidenceVerifier(trust, since);
        try {
            verifier.any(path);
        } catch (IOException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, path, "cannot be read: " + e.getMessage(), e);
        }
        return verifier.report;
    }

    private void any(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            folder(path);
            return;
        }
        if (!Files.isRegularFile(path))
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, path, "there is no such file or folder");
        if (!path.toString().endsWith(".zip")) {
            receipt(path);
            return;
        }
        try (var zip = FileSystems.newFileSystem(path)) {
            folder(zip.getPath("/"));
        } catch (UncheckedIOException e) { // from walking its folders
            report.failed(path + ": damaged: " + e.getCause());
        } catch (ZipException | ProviderNotFoundException e) {
            report.failed(path + ": not a zip file: " + e.getMessage());
        }
    }

    private void receipt(Path path) throws IOException {
        if (Files.size(path) > RECEIPT_BYTES_MAX) {
            report.failed(path + ": too large for a receipt");
            return;
        }
        if (since != null) report.note("--since does not apply to a receipt, which holds no proof of consistency");
        new ReceiptVerifier(trust, report).verify(Files.readAllBytes(path));
    }

    private void folder(Path root) throws IOException {
        var logs = logs(root.resolve("ledger"));
        if (logs.isEmpty()) report.failed(root + ": holds no log (expected ledger/<tenant>/<node>/checkpoint)");
        boolean covered = since == null;
        for (var log : logs) covered |= log(root, log);
        new Citations(logs, trust, report).check();
        if (!covered && since != null)
            report.failed("no log here is " + since.origin() + ", whose checkpoint was given with --since");
    }

    private static List<Path> logs(Path ledger) throws IOException {
        if (!Files.isDirectory(ledger)) return List.of();
        try (var folders = Files.walk(ledger, 2)) {
            return folders.filter(f -> ledger.relativize(f).getNameCount() == 2 && Files.isDirectory(f))
                    .sorted()
                    .toList();
        }
    }

    private boolean log(Path root, Path folder) {
        var node = String.valueOf(folder.getFileName());
        var parent = java.util.Objects.requireNonNull(folder.getParent());
        var tenant = String.valueOf(parent.getFileName());
        var log = new LogFolder(folder);
        var verifier = new LogVerifier(log, clean(tenant), clean(node), trust, since, report);
        var place = clean(tenant) + "/" + clean(node);
        var lines = folder.resolve(SideLines.FILE);
        var side = root.resolve("side").resolve(place);
        if (Files.exists(lines)) {
            try (var reader = new SideLines(lines, report)) {
                verifier.verify(reader);
            }
        } else if (Files.isDirectory(side)) {
            var key = root.resolve("keys").resolve(place).resolve("side.key");
            var head = head(log);
            try (var reader = new SideAudit(
                    side,
                    head.map(Checkpoint::origin).orElse(""),
                    head.map(Checkpoint::size).orElse(0L),
                    key,
                    report)) {
                verifier.verify(reader);
            }
        } else {
            verifier.verify(new NoSideValues(report));
        }
        return since != null
                && head(log).map(c -> c.origin().equals(since.origin())).orElse(false);
    }

    /** Folder names in a zip may end in a slash. */
    private static String clean(String name) {
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }

    private static Optional<Checkpoint> head(LogFolder log) {
        try {
            return Optional.of(log.checkpoint());
        } catch (EvidenceFailure e) {
            return Optional.empty(); // told where the log itself is verified
        }
    }

    /** Where no side values came along. */
    private record NoSideValues(Report report) implements LogVerifier.Reader {
        @Override
        public void record(long index, dev.writ.base.Json.Obj record) {}

        @Override
        public void end() {
            report.note("side values: none here; the records' commitments to them were not opened");
        }
    }
}
