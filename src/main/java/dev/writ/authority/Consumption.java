package dev.writ.authority;

import dev.writ.base.Name;
import java.util.Set;

/** What came of using an approval. Exactly one caller ever receives {@link Consumed} for an approval. */
public sealed interface Consumption {
    record Consumed(Approval approval, Set<Name> satisfied) implements Consumption {}

    /** @param state consumed already, pending, refused, expired or void */
    record NotUsable(Approval.State state) implements Consumption {}

    /** The task has labels that people did not know of when they were asked. */
    record LabelsGrew() implements Consumption {}

    record TaskOver() implements Consumption {}

    /** No such approval for this task and action. */
    record NotFound() implements Consumption {}
}
