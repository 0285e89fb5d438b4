package dev.writ.ledger;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads whatever records a write-ahead folder still holds whole, for one that the ledger itself refuses to open. */
public final class Salvage {
    private Salvage() {}

    /** A record that may never have reached the tiles. */
    public record Found(Name tenant, long index, Json.Obj record) {}

    /** Every whole frame, in the order of its index; changes nothing. */
    public static List<Found> records(Path wal) {
        var found = new ArrayList<Found>();
        try {
            for (var file : Replay.segments(wal)) {
                var content = Files.readAllBytes(file);
                var header = Segment.Header.read(content);
                if (header.isPresent()) read(content, header.get().salt(), found);
            }
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the write-ahead file in " + wal + " cannot be read");
        }
        found.sort(java.util.Comparator.comparingLong(Found::index));
        return List.copyOf(found);
    }

    private static void read(byte[] content, long salt, List<Found> found) {
        for (int at = Segment.HEADER_BYTES; ; ) {
            var frame = Frame.read(content, at, salt);
            if (frame.isEmpty()) return;
            var read = frame.get();
            found.add(new Found(read.tenant(), read.index(), JsonReader.readObject(read.leaf())));
            at += read.bytes();
        }
    }
}
