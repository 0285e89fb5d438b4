package dev.writ.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outcome of every applicable policy for one question. */
final class Tally {
    private final List<String> permits = new ArrayList<>();
    private final List<String> forbids = new ArrayList<>();
    private final List<PolicyError> errors = new ArrayList<>();
    private final List<PolicyError> forbidErrors = new ArrayList<>();
    private final @Nullable Uid missing;

    private Tally(List<Policy> applicable, Evaluation at) {
        for (var policy : applicable) count(policy, policy.condition().eval(at));
        sort();
        missing = at.missing();
    }

    static Tally of(List<Policy> applicable, Evaluation at) {
        return new Tally(applicable, at);
    }

    private void count(Policy policy, Value outcome) {
        if (outcome instanceof Value.Bool(boolean holds)) {
            if (holds) (policy.permits() ? permits : forbids).add(policy.id());
            return;
        }
        var fault = outcome instanceof Value.Broken broken ? broken : Faults.TYPE;
        var error = new PolicyError(policy.id(), fault.reason());
        errors.add(error);
        if (!policy.permits()) forbidErrors.add(error);
    }

    private void sort() {
        if (permits.size() > 1) permits.sort(null);
        if (forbids.size() > 1) forbids.sort(null);
        if (errors.size() > 1) errors.sort(Comparator.comparing(PolicyError::policy));
        if (forbidErrors.size() > 1) forbidErrors.sort(Comparator.comparing(PolicyError::policy));
    }

    /** Cedar's answer: a forbid overrides, an error skips. */
    Answer answer() {
        boolean allowed = forbids.isEmpty() && !permits.isEmpty();
        return new Answer(allowed, forbids.isEmpty() ? permits : forbids, errors);
    }

    /** Writ's answer: an error in a forbid and an undescribed entity do not allow either. */
    boolean allows() {
        return !permits.isEmpty() && forbids.isEmpty() && forbidErrors.isEmpty() && missing == null;
    }

    List<String> permits() {
        return permits;
    }

    List<String> forbids() {
        return forbids;
    }

    List<PolicyError> errors() {
        return errors;
    }

    Decision allow() {
        return new Decision.Allow(permits, errors);
    }

    Decision deny() {
        return new Decision.Deny(forbids, errors, reason());
    }

    private Decision.Reason reason() {
        if (missing != null) return new Decision.Reason.IncompleteEntities(missing);
        if (!forbids.isEmpty()) return new Decision.Reason.Forbidden(forbids);
        if (!forbidErrors.isEmpty()) return new Decision.Reason.PolicyFailed(forbidErrors);
        return new Decision.Reason.NoPermit();
    }
}
