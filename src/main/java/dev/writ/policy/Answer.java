package dev.writ.policy;

import java.util.List;

/**
 * What plain Cedar says, as its specification has it: allowed when a permit and no forbid is satisfied, policies that
 * fail are skipped. {@code determining} holds the satisfied forbids, or else the satisfied permits, in order of id.
 */
public record Answer(boolean allowed, List<String> determining, List<PolicyError> errors) {
    public Answer {
        determining = List.copyOf(determining);
        errors = List.copyOf(errors);
    }
}
