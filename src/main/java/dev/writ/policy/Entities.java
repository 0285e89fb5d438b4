package dev.writ.policy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entities that a question may look at, with their ancestors worked out once. Immutable; {@link #with} lays a few
 * more over a shared snapshot without copying it, so a snapshot of all agents and tools can serve every call.
 */
public final class Entities {
    public static final Entities NONE = new Entities(null, Map.of());

    private final @Nullable Entities under;
    private final Map<Uid, Known> known;

    private Entities(@Nullable Entities under, Map<Uid, Known> known) {
        this.under = under;
        this.known = known;
    }

    /** @throws IllegalArgumentException when two entities have the same uid */
    public static Entities of(Collection<Entity> entities) {
        return NONE.with(entities);
    }

    /**
     * These entities and some more, which hide those of the same uid below them. The ancestors of the entities below
     * stay as they were: lay leaves (a run, this call's tool) over a snapshot, not groups.
     */
    public Entities with(Collection<Entity> more) {
        var added = new HashMap<Uid, Entity>();
        for (var entity : more)
            if (added.put(entity.uid(), entity) != null)
                throw new IllegalArgumentException("two entities with the uid " + entity.uid());
        var resolved = new HashMap<Uid, Known>();
        for (var entity : added.values()) resolved.put(entity.uid(), resolve(entity, added));
        return new Entities(this == NONE ? null : this, resolved);
    }

    public Optional<Entity> entity(Uid uid) {
        return Optional.ofNullable(find(uid)).map(Known::entity);
    }

    @Nullable
    Known find(Uid uid) {
        for (Entities layer = this; layer != null; layer = layer.under) {
            var found = layer.known.get(uid);
            if (found != null) return found;
        }
        return null;
    }

    private Known resolve(Entity entity, Map<Uid, Entity> added) {
        var ancestors = new HashSet<Uid>();
        Uid missing = null;
        var next = new ArrayDeque<>(entity.parents());
        while (!next.isEmpty()) {
            var uid = next.poll();
            if (!ancestors.add(uid)) continue;
            var fresh = added.get(uid);
            if (fresh != null) {
                next.addAll(fresh.parents());
                continue;
            }
            var below = find(uid);
            if (below == null) missing = missing == null || uid.compareTo(missing) < 0 ? uid : missing;
            else next.addAll(below.entity().parents());
        }
        return new Known(entity, Set.copyOf(ancestors), missing);
    }

    /** An entity with all its ancestors, and the first ancestor that nobody described, if there is one. */
    static final class Known {
        private final Entity entity;
        private final Set<Uid> ancestors;
        private final @Nullable Uid missing;
        private final Uid[] keys;

        Known(Entity entity, Set<Uid> ancestors, @Nullable Uid missing) {
            this.entity = entity;
            this.ancestors = ancestors;
            this.missing = missing;
            this.keys = keys(entity.uid(), ancestors);
        }

        Entity entity() {
            return entity;
        }

        Set<Uid> ancestors() {
            return ancestors;
        }

        @Nullable
        Uid missing() {
            return missing;
        }

        /** What the index looks under: the entity, its ancestors, and anything. Shared; nobody writes to it. */
        Uid[] keys() {
            return keys;
        }

        static Uid[] keys(Uid uid, Set<Uid> ancestors) {
            var keys = new ArrayList<Uid>();
            keys.add(uid);
            for (var ancestor : ancestors) if (!ancestor.equals(uid)) keys.add(ancestor);
            keys.add(Scope.ANYTHING);
            return keys.toArray(Uid[]::new);
        }
    }
}
