package dev.writ.policy;

import java.util.Set;

/**
 * One compiled policy.
 *
 * @param condition all {@code when} and {@code unless} clauses as one expression
 * @param open whether the condition depends on what lists do not know: arguments, approvals, consent
 * @param groups the groups whose approval the condition asks about
 */
record Policy(
        String id,
        boolean permits,
        Scope principal,
        Scope action,
        Scope resource,
        Expr condition,
        boolean open,
        Set<Uid> groups) {
    Policy {
        groups = Set.copyOf(groups);
    }

    boolean applies(Evaluation at) {
        return Scope.matches(action, at.action.uid(), at.actionKnown())
                && Scope.matches(resource, at.resource.uid(), at.resourceKnown())
                && Scope.matches(principal, at.principal.uid(), at.principalKnown());
    }
}
