package dev.writ.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the policies whose heads match a question without looking at the others. Policies are filed under action, then
 * resource, then principal, each by the entity that the head names or {@link Scope#ANYTHING}; a question looks under
 * each of its entities, their ancestors, and anything. This is sound because a head is a necessary condition that
 * cannot fail. A policy whose head lists several actions is filed under each of them and taken once.
 */
final class ScopeIndex {
    private final Map<Uid, Map<Uid, Map<Uid, Policy[]>>> byAction;

    private ScopeIndex(Map<Uid, Map<Uid, Map<Uid, Policy[]>>> byAction) {
        this.byAction = byAction;
    }

    static ScopeIndex of(Collection<Policy> policies) {
        var lists = new HashMap<Uid, Map<Uid, Map<Uid, List<Policy>>>>();
        for (var policy : policies)
            for (var action : policy.action().keys())
                for (var resource : policy.resource().keys())
                    for (var principal : policy.principal().keys())
                        lists.computeIfAbsent(action, _ -> new HashMap<>())
                                .computeIfAbsent(resource, _ -> new HashMap<>())
                                .computeIfAbsent(principal, _ -> new ArrayList<>())
                                .add(policy);
        return new ScopeIndex(packed(lists));
    }

    /** The policies whose heads match, in no particular order. */
    List<Policy> applicable(Evaluation at) {
        var found = new ArrayList<Policy>();
        var resources = keys(at.resource.uid(), at.resourceKnown());
        var principals = keys(at.principal.uid(), at.principalKnown());
        var actions = keys(at.action.uid(), at.actionKnown());
        for (int a = 0; a < actions.length; a++) {
            var byResource = byAction.get(actions[a]);
            if (byResource == null) continue;
            for (int r = 0; r < resources.length; r++) {
                var byPrincipal = byResource.get(resources[r]);
                if (byPrincipal == null) continue;
                for (int p = 0; p < principals.length; p++) {
                    var filed = byPrincipal.get(principals[p]);
                    if (filed == null) continue;
                    // The first key is the entity itself.
                    for (var policy : filed)
                        if (policy.resource().matchesUnder(r == 0, at.resource.uid())
                                && policy.principal().matchesUnder(p == 0, at.principal.uid())
                                && policy.action().matchesUnder(a == 0, at.action.uid())
                                && firstKey(policy, actions[a], at)) found.add(policy);
                }
            }
        }
        return found;
    }

    private static boolean firstKey(Policy policy, Uid key, Evaluation at) {
        if (!(policy.action() instanceof Scope.InOneOf(var these))) return true;
        var known = at.actionKnown();
        for (var one : these)
            if (one.equals(at.action.uid())
                    || (known != null && known.ancestors().contains(one))) return one.equals(key);
        return false;
    }

    private static Uid[] keys(Uid uid, Entities.@Nullable Known known) {
        return known == null ? Entities.Known.keys(uid, Set.of()) : known.keys();
    }

    private static Map<Uid, Map<Uid, Map<Uid, Policy[]>>> packed(Map<Uid, Map<Uid, Map<Uid, List<Policy>>>> lists) {
        var byAction = new HashMap<Uid, Map<Uid, Map<Uid, Policy[]>>>();
        lists.forEach((action, resources) -> {
            var byResource = new HashMap<Uid, Map<Uid, Policy[]>>();
            resources.forEach((resource, principals) -> {
                var byPrincipal = new HashMap<Uid, Policy[]>();
                principals.forEach(
                        (principal, policies) -> byPrincipal.put(principal, policies.toArray(Policy[]::new)));
                byResource.put(resource, byPrincipal);
            });
            byAction.put(action, byResource);
        });
        return byAction;
    }
}
