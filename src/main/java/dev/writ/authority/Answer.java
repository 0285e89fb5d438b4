package dev.writ.authority;

import dev.writ.base.Name;
import java.util.Set;

/** What people have said about an action of a task so far. */
public sealed interface Answer {
    /** Nothing that still fits was asked: never, expired, used, void, or asked before the task touched new labels. */
    record None() implements Answer {}

    /** @param satisfied groups that have approved already */
    record Waiting(Approval approval, Set<Name> satisfied) implements Answer {}

    /** Approved and unused; {@link Approvals#consume} uses it. */
    record Approved(Approval approval, Set<Name> satisfied) implements Answer {}

    record Refused(Approval approval) implements Answer {}
}
