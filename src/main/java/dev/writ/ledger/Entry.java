package dev.writ.ledger;

import dev.writ.base.Id;
import dev.writ.base.Json;

/** A record as it stands in a log: its index, its exact leaf text and the same text parsed. Never change the array. */
@SuppressWarnings("ArrayRecordComponent") // the exact bytes are the point; identity is the index
public record Entry(long index, byte[] leaf, Json.Obj record) {
    public String kind() {
        return record.string("kind").orElse("");
    }

    public Id id() {
        return new Id(record.string("id").orElse(""));
    }
}
