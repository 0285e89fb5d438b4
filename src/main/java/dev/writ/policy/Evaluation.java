package dev.writ.policy;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One question being evaluated: its entities looked up once, its variables as values. Notes the first entity that an
 * expression looked at and nobody described. Used by one thread.
 */
final class Evaluation {
    final Value.Entity principal;
    final Value.Entity action;
    final Value.Entity resource;
    final Value.Record context;

    private final Entities entities;
    private final Entities.@Nullable Known principalKnown;
    private final Entities.@Nullable Known actionKnown;
    private final Entities.@Nullable Known resourceKnown;
    private @Nullable Uid missing;

    Evaluation(Question question) {
        principal = new Value.Entity(question.principal());
        action = new Value.Entity(question.action());
        resource = new Value.Entity(question.resource());
        context = question.context();
        entities = question.entities();
        principalKnown = entities.find(question.principal());
        actionKnown = entities.find(question.action());
        resourceKnown = entities.find(question.resource());
    }

    private Evaluation(Evaluation like, Value.Record context) {
        principal = like.principal;
        action = like.action;
        resource = like.resource;
        this.context = context;
        entities = like.entities;
        principalKnown = like.principalKnown;
        actionKnown = like.actionKnown;
        resourceKnown = like.resourceKnown;
    }

    /** The same question with another context and nothing noted yet. */
    Evaluation with(Value.Record changed) {
        return new Evaluation(this, changed);
    }

    Entities.@Nullable Known principalKnown() {
        return principalKnown;
    }

    Entities.@Nullable Known actionKnown() {
        return actionKnown;
    }

    Entities.@Nullable Known resourceKnown() {
        return resourceKnown;
    }

    Entities.@Nullable Known look(Uid uid) {
        if (uid.equals(principal.uid())) return noted(uid, principalKnown);
        if (uid.equals(resource.uid())) return noted(uid, resourceKnown);
        return noted(uid, entities.find(uid));
    }

    boolean isIn(Uid uid, Uid ancestor) {
        if (uid.equals(ancestor)) return true;
        var known = look(uid);
        if (known == null) return false;
        if (known.ancestors().contains(ancestor)) return true;
        if (known.missing() != null) note(known.missing());
        return false;
    }

    /** @param ancestors entities only */
    boolean isInAny(Uid uid, Set<Value> ancestors) {
        if (ancestors.isEmpty()) return false;
        if (ancestors.contains(new Value.Entity(uid))) return true;
        var known = look(uid);
        if (known == null) return false;
        for (var ancestor : ancestors)
            if (ancestor instanceof Value.Entity(var wanted)
                    && known.ancestors().contains(wanted)) return true;
        if (known.missing() != null) note(known.missing());
        return false;
    }

    @Nullable
    Uid missing() {
        return missing;
    }

    /** The first of principal, action, resource and their ancestors that nobody described. */
    @Nullable
    Uid undescribed() {
        var first = undescribed(principal.uid(), principalKnown);
        if (first == null) first = undescribed(action.uid(), actionKnown);
        return first == null ? undescribed(resource.uid(), resourceKnown) : first;
    }

    private static @Nullable Uid undescribed(Uid uid, Entities.@Nullable Known known) {
        return known == null ? uid : known.missing();
    }

    private Entities.@Nullable Known noted(Uid uid, Entities.@Nullable Known known) {
        if (known == null) note(uid);
        return known;
    }

    private void note(Uid uid) {
        if (missing == null) missing = uid;
    }
}
