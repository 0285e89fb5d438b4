package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.LogProof;
import dev.writ.ledger.verify.Proofs;
import dev.writ.ledger.verify.Receipt;
import dev.writ.ledger.verify.SideCommitment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Makes receipts: collects a decision's records and what they cite, and proves each under one checkpoint. */
final class Receipts {
    /** Records in one receipt; a standing approval may have thousands of uses, of which the first are told. */
    private static final int RECORDS_MAX = 256;

    private final TenantLog log;
    private final Records records;
    private final Checkpoint checkpoint;
    private final Proofs proofs;

    Receipts(TenantLog log, Checkpoint checkpoint) {
        this.log = log;
        this.records = new Records(log);
        this.checkpoint = checkpoint;
        this.proofs = log.folder().proofs(checkpoint.size());
    }

    Optional<byte[]> receipt(Id subject, Predicate<String> disclose) {
        var cited = new TreeMap<Long, Entry>();
        collect(subject, cited);
        if (cited.isEmpty()) return Optional.empty();
        var head = head(cited.lastKey());
        var items = cited.values().stream().map(e -> item(e, head, disclose)).toList();
        return Optional.of(
                new Receipt(head.origin(), subject.text(), items, log.keys().trust(), log.handovers()).bytes());
    }

    /** Under the checkpoint that others vouch for, where it covers all of it; else under the newest. */
    private Checkpoint head(long newest) {
        return log.witnessed()
                .last()
                .filter(witnessed -> newest < witnessed.size())
                .orElse(checkpoint);
    }

    /** Follows citations from the subject; what a citation's own approval was used for elsewhere is not this call's. */
    private void collect(Id subject, Map<Long, Entry> cited) {
        Deque<String> open = new ArrayDeque<>(List.of(subject.text()));
        var seen = new LinkedHashSet<String>();
        while (!open.isEmpty() && cited.size() < RECORDS_MAX) {
            var id = open.removeFirst();
            if (!seen.add(id)) continue;
            for (var entry : records.about(id)) {
                if (entry.index() >= checkpoint.size() || cited.size() >= RECORDS_MAX) break;
                if (cited.put(entry.index(), entry) == null) open.addAll(citations(entry.record()));
            }
        }
    }

    private static Set<String> citations(Json.Obj record) {
        var ids = new LinkedHashSet<String>();
        switch (record.string("kind").orElse("")) {
            case "intent", "refusal", "hold" -> {
                record.string("id").ifPresent(ids::add);
                record.string("decision").ifPresent(ids::add);
                record.string("consent").ifPresent(ids::add);
                for (var approval :
                        record.array("approvals").map(Json.Arr::items).orElse(List.of()))
                    if (approval instanceof Json.Obj cited) {
                        cited.string("record").ifPresent(ids::add);
                        cited.string("approval").ifPresent(ids::add);
                    }
            }
            case "outcome" -> record.string("intent").ifPresent(ids::add);
            default -> {}
        }
        return ids;
    }

    private Receipt.Item item(Entry entry, Checkpoint head, Predicate<String> disclose) {
        var path = proofs.inclusion(entry.index(), head.size());
        var proof = new LogProof(entry.index(), path, head);
        return new Receipt.Item(
                entry.index(), new String(entry.leaf(), UTF_8), proof.toString(), opened(records, entry, disclose));
    }

    /** The side values of a record that are still there and may be disclosed. */
    static Map<String, Receipt.Opened> opened(Records records, Entry entry, Predicate<String> disclose) {
        var opened = new TreeMap<String, Receipt.Opened>();
        var side = entry.record().object(SideCommitment.MEMBER).orElse(Json.Obj.EMPTY);
        for (var name : side.members().keySet())
            if (disclose.test(name)
                    && records.side(entry.index(), name) instanceof SideValue.Present(var value, var salt))
                opened.put(name, new Receipt.Opened(value, salt));
        return opened;
    }
}
