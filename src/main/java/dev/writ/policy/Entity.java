package dev.writ.policy;

import java.util.Map;
import java.util.Set;

/** One thing that policies speak about: its attributes, tags and direct parents. */
public record Entity(Uid uid, Value.Record attributes, Map<String, Value> tags, Set<Uid> parents) {
    public Entity {
        tags = Map.copyOf(tags);
        parents = Set.copyOf(parents);
    }

    public static Entity of(Uid uid, Uid... parents) {
        return new Entity(uid, Value.Record.EMPTY, Map.of(), Set.of(parents));
    }

    public static Entity of(Uid uid, Value.Record attributes, Set<Uid> parents) {
        return new Entity(uid, attributes, Map.of(), parents);
    }
}
