package dev.writ.ledger.verify;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a log's own records say of its keys: rotations, which must be those of its handovers, and compromises. */
final class KeyRecords {
    private record Rotation(long index, Json.Obj record) {}

    private record Compromise(String name, List<VerifierKey> keys, long from) {}

    private final Report report;
    private final List<Rotation> rotations = new ArrayList<>();
    private final List<Compromise> compromises = new ArrayList<>();

    KeyRecords(Report report) {
        this.report = report;
    }

    void tell(long index, Json.Obj record) {
        if (!record.string("kind").orElse("").equals(Handover.KIND)) return;
        try {
            if (Handover.isRotation(record)) rotations.add(new Rotation(index, record));
            if (Handover.isCompromise(record))
                compromises.add(new Compromise(
                        Story.name(index, record),
                        Handover.keys(record, Handover.KEYS),
                        record.integer(Handover.FROM).orElseThrow(() -> new IllegalArgumentException("no from"))));
        } catch (IllegalArgumentException e) {
            report.failed(Story.name(index, record) + " names no keys: " + e.getMessage());
        }
    }

    /** Every handover is of a record at its place, and a rotation that is in force has its handover. */
    void against(KeyChain chain, Checkpoint head) {
        for (var handover : chain.handovers()) {
            boolean found = rotations.stream()
                    .anyMatch(rotation -> rotation.index == handover.proof().index()
                            && Arrays.equals(Canonical.bytes(rotation.record), handover.leafBytes()));
            if (!found)
                report.failed("a handover of keys is of a record "
                        + handover.proof().index() + " that the log does not have");
        }
        for (var rotation : rotations) {
            if (chain.handovers().stream().anyMatch(h -> h.proof().index() == rotation.index)) continue;
            var name = Story.name(rotation.index, rotation.record);
            if (inForce(rotation.record, head))
                report.failed(
                        name + " names the keys of the checkpoint, and no checkpoint of the old keys hands over to"
                                + " them");
            else report.note(name + " names new keys that are not in force");
        }
    }

    private static boolean inForce(Json.Obj record, Checkpoint head) {
        try {
            return Handover.keys(record, Handover.KEYS).stream().anyMatch(head::names);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether a checkpoint is signed by a key that the log itself says is not to be believed for that size. */
    void against(String what, Checkpoint checkpoint) {
        for (var compromise : compromises)
            if (checkpoint.size() > compromise.from && compromise.keys.stream().anyMatch(checkpoint::names))
                report.failed(what + " is signed by a key that " + compromise.name
                        + " says is not to be believed beyond " + compromise.from + " records");
    }
}
