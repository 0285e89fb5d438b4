package dev.writ.ledger;

import dev.writ.ledger.verify.SideFolder;
import dev.writ.ledger.verify.SideSlot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the side values of one log; {@link SideFolder} describes the files and reads them. */
final class SideStore {
    private final Path folder;
    private final Path slots;
    private final Path erasing;
    private final Path values;
    private final Disk disk;
    private final SideFolder reader;
    private final Gathered newSlots = new Gathered();
    private final Gathered newValues = new Gathered();
    private long slotsEnd;
    private long valuesEnd;
    private boolean settled = true;

    /** Cuts off what belongs to records after the checkpointed size: the write-ahead file brings it again. */
    SideStore(Path folder, long size, Disk disk) throws IOException {
        this.folder = folder;
        this.slots = folder.resolve(SideFolder.SLOTS);
        this.erasing = folder.resolve("erasing");
        this.values = folder.resolve(SideFolder.VALUES);
        this.disk = disk;
        this.reader = new SideFolder(folder);
        disk.createFolders(folder);
        finishErasing();
        try (var channel = disk.open(slots)) {
            slotsEnd = channel.size() - channel.size() % SideSlot.BYTES;
            while (slotsEnd > 0 && beyond(channel, slotsEnd - SideSlot.BYTES, size)) slotsEnd -= SideSlot.BYTES;
            channel.truncate(slotsEnd);
            if (slotsEnd > 0) {
                var last = slot(channel, slotsEnd - SideSlot.BYTES);
                valuesEnd = last.offset() + last.length();
            }
        }
    }

    /** A damaged slot at the end can only be one that a crash left half written: a whole one has been synced. */
    private static boolean beyond(FileChannel channel, long at, long size) throws IOException {
        var bytes = ByteBuffer.allocate(SideSlot.BYTES);
        channel.read(bytes, at);
        return SideSlot.read(bytes.array()).map(s -> s.index() >= size).orElse(true);
    }

    private SideSlot slot(FileChannel channel, long at) throws IOException {
        var bytes = ByteBuffer.allocate(SideSlot.BYTES);
        channel.read(bytes, at);
        return SideSlot.read(bytes.array())
                .orElseThrow(() -> new LedgerFailure(
                        LedgerFailure.Code.DAMAGED, slots + ": the slot at byte " + at + " is damaged"));
    }

    SideFolder reader() {
        return reader;
    }

    void add(long index, Sealed.Side value) {
        var slot = SideSlot.present(
                index, value.name(), valuesEnd + newValues.size(), value.ciphertext().length, value.key());
        newSlots.put(slot.bytes());
        newValues.put(value.ciphertext());
    }

    /** Writes what was added, so that it can be read; it is not durable yet. */
    void write() throws IOException {
        if (newSlots.size() == 0) return;
        write(values, valuesEnd, newValues.view(), false);
        write(slots, slotsEnd, newSlots.view(), false);
        valuesEnd += newValues.size();
        slotsEnd += newSlots.size();
        newValues.clear();
        newSlots.clear();
        settled = false;
    }

    /** Makes everything that was written durable. */
    void settle() throws IOException {
        if (settled) return;
        disk.forceAll(List.of(values, slots));
        settled = true;
    }

    private void write(Path file, long at, ByteBuffer bytes, boolean durably) throws IOException {
        try (var channel = disk.open(file)) {
            disk.write(channel, file, bytes, at);
            if (durably) disk.force(channel, file);
        }
    }

    /** Overwrites the key of a value where it lies; noted before, so that a crash half way is finished at the next start. */
    void erase(SideFolder.Found found, long orderedBy) throws IOException {
        var slot = found.slot().erased(orderedBy).bytes();
        disk.replace(
                erasing,
                ByteBuffer.allocate(Long.BYTES + SideSlot.BYTES)
                        .putLong(found.position())
                        .put(slot)
                        .array());
        finishErasing();
    }

    private void finishErasing() throws IOException {
        if (!Files.exists(erasing)) return;
        var noted = ByteBuffer.wrap(Files.readAllBytes(erasing));
        long position = noted.getLong();
        var slot = new byte[SideSlot.BYTES];
        noted.get(slot);
        write(slots, position, ByteBuffer.wrap(slot), true);
        disk.delete(erasing);
        disk.forceFolder(folder);
    }
}
