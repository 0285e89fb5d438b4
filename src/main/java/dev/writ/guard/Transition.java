package dev.writ.guard;

import dev.writ.base.Json;
import java.util.Map;
import java.util.Set;

/**
 * A change of state as its record tells it; guard adds who ordered it, when and where.
 *
 * @param kind of the record, one of {@link RecordKinds#ALL}
 * @param members names people by id and holds no personal text but purposes and reasons, and never a secret
 * @param side values that the record commits to, encrypted in the side store
 */
public record Transition(String kind, String event, Json.Obj members, Map<String, byte[]> side) {
    private static final Set<String> OURS =
            Set.of("v", "kind", "id", "time", "tenant", "node", "event", "decision", "by", "byAgent", "side");

    public Transition {
        RecordKinds.known(kind);
        side = Map.copyOf(side);
        for (var name : members.members().keySet())
            if (OURS.contains(name)) throw new IllegalArgumentException("guard itself writes " + name);
    }

    public Transition(String kind, String event, Json.Obj members) {
        this(kind, event, members, Map.of());
    }

    /** Tells that this was recorded and then could not be done. */
    public Transition voided() {
        return new Transition(kind, "voided", members.with("of", Json.of(event)));
    }
}
