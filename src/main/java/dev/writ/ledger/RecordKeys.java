package dev.writ.ledger;

import dev.writ.base.Json;

/**
 * By what a record can be found: its id, and the ids of what it is about; an empty text where there is none.
 *
 * @param decision the decision an intent, refusal or hold records
 * @param intent the intent record that an outcome closes
 * @param subject the approval, consent or task that a record of that kind is about
 */
record RecordKeys(String kind, String id, String decision, String intent, String subject) {
    static RecordKeys of(Json.Obj record) {
        var kind = record.string("kind").orElse("");
        return new RecordKeys(
                kind,
                record.string("id").orElse(""),
                record.string("decision").orElse(""),
                record.string("intent").orElse(""),
                switch (kind) {
                    case "approval", "consent", "task" -> record.string(kind).orElse("");
                    default -> "";
                });
    }

    boolean has(String id) {
        return id.equals(this.id) || id.equals(decision) || id.equals(intent) || id.equals(subject);
    }
}
