package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.base.JsonReader;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.SideCommitment;
import dev.writ.ledger.verify.SideFolder;
import dev.writ.ledger.verify.SideSlot;
import dev.writ.ledger.verify.TilePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads one log: what is in tiles from there, what is younger from memory. */
final class Records {
    private final TenantLog log;

    Records(TenantLog log) {
        this.log = log;
    }

    Optional<Entry> read(long index) {
        if (index < 0 || index >= log.durable()) return Optional.empty();
        return log.waitingLeaf(index).or(() -> Optional.of(stored(index))).map(leaf -> entry(index, leaf));
    }

    private byte[] stored(long index) {
        return bundle(index, log.integrated()).get((int) (index % TilePath.WIDTH));
    }

    private List<byte[]> bundle(long index, long size) {
        try {
            return log.folder().entries(index / TilePath.WIDTH, size);
        } catch (EvidenceFailure e) {
            throw LedgerFailure.of(e, "record " + index + " of " + log.tenant() + " cannot be read");
        }
    }

    private static Entry entry(long index, byte[] leaf) {
        return new Entry(index, leaf, JsonReader.readObject(leaf));
    }

    void scan(long from, Predicate<Entry> visitor) {
        long index = Math.max(0, from);
        for (long end = log.integrated(); index < end; ) {
            var bundle = bundle(index, end);
            for (int i = (int) (index % TilePath.WIDTH); i < bundle.size(); i++)
                if (!visitor.test(entry(index++, bundle.get(i)))) return;
        }
        for (var entry = read(index); entry.isPresent(); entry = read(++index)) if (!visitor.test(entry.get())) return;
    }

    List<Entry> about(String id) {
        // Waiting first: a record that moves into tiles meanwhile is then found twice, and never not at all.
        var waiting = log.waitingAbout(id);
        var indexes = new java.util.TreeSet<>(waiting);
        try {
            indexes.addAll(log.records().candidates(id, log.integrated()));
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the index of records cannot be read");
        }
        var found = new ArrayList<Entry>();
        for (var index : indexes)
            read(index).filter(e -> RecordKeys.of(e.record()).has(id)).ifPresent(found::add);
        return found;
    }

    SideValue side(long index, String name) {
        var commitment = read(index).flatMap(entry -> SideCommitment.in(entry.record(), name));
        if (commitment.isEmpty()) return new SideValue.Unknown();
        try {
            return stored(index, name, commitment.get());
        } catch (EvidenceFailure e) {
            return new SideValue.Missing(e.getMessage() + "");
        }
    }

    private SideValue stored(long index, String name, Digest commitment) {
        var slot = log.side().reader().find(index, name).map(SideFolder.Found::slot);
        if (slot.isEmpty()) return new SideValue.Missing("the side store has no slot for it");
        if (slot.get().isErased()) return new SideValue.Erased(slot.get().orderedBy());
        return opened(slot.get(), name)
                .filter(v -> SideCommitment.of(v.salt(), v.value()).equals(commitment))
                .<SideValue>map(v -> new SideValue.Present(v.value(), v.salt()))
                .orElse(new SideValue.Missing("what the side store has does not match the record's commitment"));
    }

    private Optional<SideCipher.Opened> opened(SideSlot slot, String name) {
        var bound = SideFolder.boundTo(log.checkpoint().origin(), name);
        return log.keys().cipher().open(slot.key(), bound, log.side().reader().ciphertext(slot));
    }
}
