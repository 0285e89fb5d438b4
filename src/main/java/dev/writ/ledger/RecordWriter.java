package dev.writ.ledger;

import dev.writ.base.CanonicalWriter;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.verify.RecordForm;
import dev.writ.ledger.verify.SideCommitment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a record straight to its canonical text, for what is recorded at every call. Whoever writes gives the members
 * in ascending order of their names; those that every record has (v, id, kind, node, tenant, time) and the place of the
 * commitments put themselves in where they belong. Used by one thread, once.
 */
public final class RecordWriter {
    private static final String[] OWN = {"id", "kind", "node", SideCommitment.MEMBER, "tenant", "time", "v"};

    private final CanonicalWriter out = new CanonicalWriter(1_280);
    private final List<Draft.Value> side = new ArrayList<>(4);
    private final String kind;
    private final Id id;
    private final String time;
    private final Name tenant;
    private final Name node;
    private String decision = "";
    private String intent = "";
    private String subject = "";
    private int written;
    private int sideAt;

    /** @throws IllegalArgumentException when kind or id have not the form that every record has */
    public RecordWriter(String kind, Id id, Instant time, Name tenant, Name node) {
        if (!RecordForm.isKind(kind)) throw new IllegalArgumentException("not a kind of record: " + kind);
        this.kind = kind;
        this.id = id.require("rec");
        this.time = RecordTime.of(time);
        this.tenant = tenant;
        this.node = node;
        out.object();
    }

    public RecordWriter string(String name, String value) {
        before(name);
        switch (name) {
            case "decision" -> decision = value;
            case "intent" -> intent = value;
            case "approval", "consent", "task" -> {
                if (name.equals(kind)) subject = value;
            }
            default -> {}
        }
        out.string(name, value);
        return this;
    }

    public RecordWriter integer(String name, long value) {
        before(name);
        out.integer(name, value);
        return this;
    }

    public RecordWriter texts(String name, Iterable<String> values) {
        before(name);
        out.texts(name, values);
        return this;
    }

    public RecordWriter json(String name, Json value) {
        before(name);
        out.json(name, value);
        return this;
    }

    /** A member whose value was written before, in canonical form. */
    public RecordWriter written(String name, byte[] canonical) {
        before(name);
        out.written(name, canonical);
        return this;
    }

    /** Where the value of a member is to be written. */
    public CanonicalWriter value(String name) {
        before(name);
        return out.name(name);
    }

    /** A value for the side store, to which the record will commit. */
    public RecordWriter side(String name, byte[] value) {
        side.add(new Draft.Value(name, value));
        return this;
    }

    /** Puts in what every record has and comes before this. */
    private void before(String name) {
        while (written < OWN.length && OWN[written].compareTo(name) < 0) own();
    }

    private void own() {
        var name = OWN[written++];
        switch (name) {
            case "id" -> out.string(name, id.text());
            case "kind" -> out.string(name, kind);
            case "node" -> out.string(name, node.text());
            case "tenant" -> out.string(name, tenant.text());
            case "time" -> out.string(name, time);
            case "v" -> out.integer(name, 1);
            default -> sideAt = out.reserve(name);
        }
    }

    public Draft draft() {
        while (written < OWN.length) own();
        side.sort(java.util.Comparator.comparing(Draft.Value::name));
        var keys = new RecordKeys(kind, id.text(), decision, intent, subject);
        return new Draft(id, tenant, node, keys, out.end().bytes(), sideAt, side);
    }
}
