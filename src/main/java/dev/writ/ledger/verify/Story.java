package dev.writ.ledger.verify;

import dev.writ.base.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold between the records of a log beside the hashes: every outcome closes one earlier intent and is its
 * only one, every approval that an intent cites was given before, still stood, and was not used more often than it
 * allows, and no record id comes twice.
 */
final class Story {
    /** An approval as far as the records so far tell. */
    private static final class Approval {
        private boolean approved;
        private String ended = "";
        private long uses = 1;
        private long consumed;
        private long cited;
    }

    private final Report report;
    private final IdTable intents = new IdTable();
    private final IdTable outcomes = new IdTable();
    private final IdTable records = new IdTable();
    private final Map<String, Approval> approvals = new HashMap<>();
    private final Map<String, String> approvalOfRecord = new HashMap<>();

    Story(Report report) {
        this.report = report;
    }

    /** Names a record for people: index, id and kind. */
    static String name(long index, Json.Obj record) {
        return "record " + index + " (" + record.string("id").orElse("no id") + ", "
                + record.string("kind").orElse("no kind") + ")";
    }

    void tell(long index, Json.Obj record) {
        RecordForm.objection(record).ifPresent(why -> fail(index, record, why));
        var id = record.string("id").orElse("");
        if (records.put(id, index) >= 0) fail(index, record, "has the id of record " + records.at(id));
        switch (record.string("kind").orElse("")) {
            case "intent" -> intent(index, record, id);
            case "outcome" -> outcome(index, record);
            case "approval" -> approval(index, record, id);
            default -> {}
        }
    }

    private void intent(long index, Json.Obj record, String id) {
        intents.put(id, index);
        for (var cited : record.array("approvals").map(Json.Arr::items).orElse(List.of()))
            if (cited instanceof Json.Obj citation) cites(index, record, citation);
            else fail(index, record, "cites an approval that is not an object");
    }

    private void cites(long index, Json.Obj record, Json.Obj citation) {
        var name = citation.string("approval").orElse("");
        var approval = approvals.get(name);
        if (approval == null || !approval.approved) {
            fail(index, record, "cites approval " + name + ", which no earlier record gives");
            return;
        }
        if (!name.equals(approvalOfRecord.get(citation.string("record").orElse(""))))
            fail(index, record, "cites a record that is not of approval " + name);
        if (!approval.ended.isEmpty())
            fail(index, record, "cites approval " + name + ", which was " + approval.ended + " before");
        if (++approval.cited > approval.uses)
            fail(index, record, "cites approval " + name + " more often than its " + approval.uses + " uses");
    }

    private void outcome(long index, Json.Obj record) {
        var intent = record.string("intent").orElse("");
        if (intents.at(intent) < 0) fail(index, record, "cites intent " + intent + ", which no earlier record is");
        else if (outcomes.put(intent, index) >= 0)
            fail(index, record, "is a second outcome of intent " + intent + ", after record " + outcomes.at(intent));
    }

    private void approval(long index, Json.Obj record, String id) {
        var name = record.string("approval").orElse("");
        var approval = approvals.computeIfAbsent(name, _ -> new Approval());
        approvalOfRecord.put(id, name);
        var event = record.string("event").orElse("");
        switch (event) {
            case "approved" -> {
                approval.approved = true;
                approval.uses = Math.max(1, record.integer("uses").orElse(1L));
            }
            case "refused", "expired", "voided" -> approval.ended = event;
            case "consumed" -> {
                if (!approval.approved) fail(index, record, "uses approval " + name + ", which nobody gave before");
                if (++approval.consumed > approval.uses)
                    fail(index, record, "uses approval " + name + " more often than its " + approval.uses + " uses");
            }
            default -> {}
        }
    }

    private void fail(long index, Json.Obj record, String why) {
        report.failed(name(index, record) + " " + why);
    }
}
