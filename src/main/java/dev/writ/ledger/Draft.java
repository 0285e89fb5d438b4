package dev.writ.ledger;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import java.util.List;

/**
 * A record that is ready to be sealed: its canonical text but for the commitments, where those go, by what it is found,
 * and the values it commits to. {@link RecordWriter} makes one; what has not the form of a record cannot be one.
 */
@SuppressWarnings("ArrayRecordComponent") // passed to the ledger once, never changed
public final class Draft {
    /** A value for the side store. */
    record Value(String name, byte[] bytes) {}

    private final Id id;
    private final Name tenant;
    private final Name node;
    private final RecordKeys keys;
    private final byte[] text;
    private final int sideAt;
    private final List<Value> side;

    Draft(Id id, Name tenant, Name node, RecordKeys keys, byte[] text, int sideAt, List<Value> side) {
        this.id = id;
        this.tenant = tenant;
        this.node = node;
        this.keys = keys;
        this.text = text;
        this.sideAt = sideAt;
        this.side = side;
    }

    /** The record's id. */
    public Id id() {
        return id;
    }

    /** What it says, but for the commitments. */
    public Json.Obj record() {
        return JsonReader.readObject(text);
    }

    Name tenant() {
        return tenant;
    }

    Name node() {
        return node;
    }

    RecordKeys keys() {
        return keys;
    }

    byte[] text() {
        return text;
    }

    /** The place in the text where the member {@code side} goes, before the comma that follows it. */
    int sideAt() {
        return sideAt;
    }

    List<Value> side() {
        return side;
    }
}
