package dev.writ.ledger.verify;

import dev.writ.base.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds a data folder's side store against the records, slot by slot in the order of the log: every committed value is
 * there, or erased under a later record; nothing else is. With the tenant's master key at hand the values are opened.
 */
final class SideAudit implements LogVerifier.Reader, AutoCloseable {
    private final Path folder;
    private final String origin;
    private final Optional<SideCipher> cipher;
    private final long size;
    private final Report report;
    private final SideFolder values;
    private final InputStream slots;
    private @Nullable SideSlot next;
    private long number;
    private long present;
    private long erased;

    SideAudit(Path folder, String origin, long size, Path key, Report report) {
        this.folder = folder;
        this.origin = origin;
        this.size = size;
        this.report = report;
        this.values = new SideFolder(folder);
        this.cipher = cipher(key, report);
        try {
            var file = folder.resolve(SideFolder.SLOTS);
            this.slots = new BufferedInputStream(
                    Files.exists(file) ? Files.newInputStream(file) : InputStream.nullInputStream());
            next = read(slots);
        } catch (IOException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, folder, "cannot be read", e);
        }
    }

    private static Optional<SideCipher> cipher(Path key, Report report) {
        try {
            if (!Files.isReadable(key)) {
                report.note("side store: its key is not here, so values are not opened");
                return Optional.empty();
            }
            return Optional.of(new SideCipher(
                    Base64.getDecoder().decode(Files.readAllLines(key).get(2))));
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            report.failed(key + ": not a key file");
            return Optional.empty();
        }
    }

    private @Nullable SideSlot read(InputStream in) throws IOException {
        while (true) {
            var bytes = in.readNBytes(SideSlot.BYTES);
            // A short rest is a slot being written; if it was cut off, its record will miss it.
            if (bytes.length < SideSlot.BYTES) return null;
            var slot = SideSlot.read(bytes);
            if (slot.isPresent()) return slot.get();
            report.failed(folder.resolve(SideFolder.SLOTS) + ": slot " + number + " is damaged");
            number++;
        }
    }

    @Override
    public void record(long index, Json.Obj record) {
        var names = new TreeSet<>(record.object(SideCommitment.MEMBER)
                .orElse(Json.Obj.EMPTY)
                .members()
                .keySet());
        for (var slot = next; slot != null && slot.index() <= index; slot = advance()) {
            if (slot.index() < index || !names.remove(slot.name()))
                report.failed("side slot of record " + slot.index() + ", " + slot.name() + ": no record commits to it");
            else check(record, slot);
        }
        for (var name : names)
            report.failed(Story.name(index, record) + " commits to side value " + name + ", which is missing");
    }

    private @Nullable SideSlot advance() {
        try {
            number++;
            next = read(slots);
            return next;
        } catch (IOException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, folder, "cannot be read", e);
        }
    }

    private void check(Json.Obj record, SideSlot slot) {
        var who = Story.name(slot.index(), record) + " ";
        if (slot.isErased()) {
            erased++;
            if (slot.orderedBy() <= slot.index() || slot.orderedBy() >= size)
                report.failed(who + "has side value " + slot.name() + " erased under record " + slot.orderedBy()
                        + ", which is no later record");
            else report.note(who + "has side value " + slot.name() + " erased under record " + slot.orderedBy());
            return;
        }
        present++;
        if (cipher.isEmpty()) return;
        try {
            var opened =
                    cipher.get().open(slot.key(), SideFolder.boundTo(origin, slot.name()), values.ciphertext(slot));
            if (opened.isEmpty()) report.failed(who + "has a damaged side value " + slot.name());
            else
                SideValues.objection(
                                record,
                                slot.name(),
                                opened.get().value(),
                                opened.get().salt())
                        .ifPresent(why -> report.failed(who + why));
        } catch (EvidenceFailure e) {
            report.failed(who + "has a damaged side value " + slot.name() + ": " + e.getMessage());
        }
    }

    @Override
    public void end() {
        // Slots of records after the checkpoint may be there while Writ runs.
        report.held("side store: " + present + " values " + (cipher.isPresent() ? "open and match" : "are there") + ", "
                + erased + " erased by order");
    }

    @Override
    public void close() {
        try {
            slots.close();
        } catch (IOException e) {
            throw new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, folder, "cannot be closed", e);
        }
    }
}
