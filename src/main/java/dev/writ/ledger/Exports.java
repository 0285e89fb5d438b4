package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Handover;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.TilePath;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Copies one log for somebody else: {@code ledger/<tenant>/<node>/} with checkpoint, tiles and verifier keys as in a
 * data folder, and {@code side-values.jsonl} beside them with what is disclosed.
 */
final class Exports {
    static final String SIDE_VALUES = "side-values.jsonl";

    private final TenantLog log;
    private final Checkpoint checkpoint;
    private final LedgerSettings settings;

    Exports(TenantLog log, Checkpoint checkpoint, LedgerSettings settings) {
        this.log = log;
        this.checkpoint = checkpoint;
        this.settings = settings;
    }

    void write(Path target, Predicate<String> disclose) throws IOException {
        if (Files.exists(target)) throw new FileAlreadyExistsException(target.toString());
        if (!target.toString().endsWith(".zip")) {
            copy(target, disclose);
            return;
        }
        try (var zip = FileSystems.newFileSystem(target, Map.of("create", "true"))) {
            copy(zip.getPath("/"), disclose);
        }
    }

    private void copy(Path root, Predicate<String> disclose) throws IOException {
        var folder = root.resolve("ledger")
                .resolve(log.tenant().text())
                .resolve(settings.node().text());
        Files.createDirectories(folder);
        Files.write(folder.resolve("checkpoint"), checkpoint.bytes());
        Files.write(folder.resolve("trust"), log.keys().trust().text().getBytes(UTF_8));
        for (var name : new String[] {LogFolder.WITNESSED, Handover.FILE})
            if (Files.exists(log.folder().path().resolve(name)) && covered(name))
                Files.write(
                        folder.resolve(name),
                        Files.readAllBytes(log.folder().path().resolve(name)));
        copyTiles(folder);
        writeSide(folder.resolve(SIDE_VALUES), disclose);
    }

    /** Others may have cosigned more meanwhile than goes along here. */
    private boolean covered(String name) {
        return !name.equals(LogFolder.WITNESSED)
                || log.folder()
                        .witnessed()
                        .map(w -> w.size() <= checkpoint.size())
                        .orElse(false);
    }

    /** Writes tiles of exactly the checkpointed size, whatever the log has grown to meanwhile. */
    private void copyTiles(Path folder) throws IOException {
        long size = checkpoint.size();
        for (int level = 0; size >>> (8 * level) > 0; level++)
            for (long tile = 0; LogFolder.width(level, tile, size) > 0; tile++)
                write(
                        folder.resolve(TilePath.tile(level, tile, LogFolder.width(level, tile, size))),
                        log.folder().tile(level, tile, size));
        for (long bundle = 0; LogFolder.width(0, bundle, size) > 0; bundle++) {
            var out = new java.io.ByteArrayOutputStream();
            for (var entry : log.folder().entries(bundle, size)) {
                out.write(entry.length >>> 8);
                out.write(entry.length);
                out.writeBytes(entry);
            }
            write(folder.resolve(TilePath.entries(bundle, LogFolder.width(0, bundle, size))), out.toByteArray());
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, content);
    }

    private void writeSide(Path file, Predicate<String> disclose) throws IOException {
        var records = new Records(log);
        try (var out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            for (long index = 0; index < checkpoint.size(); ) {
                var bundle = log.folder().entries(index / TilePath.WIDTH, checkpoint.size());
                for (var leaf : bundle) {
                    var entry = new Entry(index++, leaf, dev.writ.base.JsonReader.readObject(leaf));
                    for (var opened : Receipts.opened(records, entry, disclose).entrySet())
                        out.write(line(
                                entry.index(),
                                opened.getKey(),
                                opened.getValue().value(),
                                opened.getValue().salt()));
                }
            }
        }
    }

    private static byte[] line(long index, String name, byte[] value, byte[] salt) {
        return (Json.object()
                                .put("index", index)
                                .put("name", name)
                                .put("value", Base64.getEncoder().encodeToString(value))
                                .put("salt", Base64.getEncoder().encodeToString(salt))
                                .build()
                                .text()
                        + "\n")
                .getBytes(UTF_8);
    }
}
