package dev.writ.policy;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A tenant's policies, compiled and indexed. Immutable and free of I/O: any number of threads may ask at once.
 * {@link #evaluate} is plain Cedar; {@link #decide} adds Writ's rules for errors, approvals and consent;
 * {@link #mayPermit} answers for lists, when the arguments are not known yet.
 */
public final class PolicySet {
    private final List<Policy> policies;
    private final ScopeIndex index;

    private PolicySet(List<Policy> policies) {
        this.policies = policies;
        this.index = ScopeIndex.of(policies);
    }

    /**
     * Compiles a policy set in Cedar's JSON policy format: {@code {"staticPolicies":{id: policy, …}}}.
     *
     * @throws PolicyException when anything in it is unknown to this version
     */
    public static PolicySet compile(Json.Obj bundle) {
        return new PolicySet(EstReader.policies(bundle));
    }

    public int size() {
        return policies.size();
    }

    /** The ids of all policies, in order. */
    public List<String> ids() {
        return policies.stream().map(Policy::id).toList();
    }

    /** The groups that some policy asks for an approval. */
    public Set<Uid> approvalGroups() {
        var groups = new TreeSet<Uid>();
        for (var policy : policies) groups.addAll(policy.groups());
        return Set.copyOf(groups);
    }

    /** What Cedar's specification answers, errors and all. */
    public Answer evaluate(Question question) {
        var at = new Evaluation(question);
        return Tally.of(index.applicable(at), at).answer();
    }

    /** The same by looking at every policy: what the index is tested against. */
    Answer evaluateLinearly(Question question) {
        var at = new Evaluation(question);
        var applicable = new ArrayList<Policy>();
        for (var policy : policies) if (policy.applies(at)) applicable.add(policy);
        return Tally.of(applicable, at).answer();
    }

    /** What Writ does: allow, ask or deny. */
    public Decision decide(Question question) {
        var at = new Evaluation(question);
        return new Deliberation(index.applicable(at), at).decide();
    }

    /**
     * Whether some arguments, approvals and consent could make this allowed or asked for. Never false when they could;
     * may be true when they could not.
     */
    public boolean mayPermit(Question question) {
        var at = new Evaluation(question);
        if (at.undescribed() != null) return false;
        var possibility = new Possibility(at);
        boolean permitted = false;
        for (var policy : index.applicable(at)) {
            if (policy.permits()) permitted = permitted || possibility.mayHold(policy);
            else if (possibility.mustDeny(policy)) return false;
        }
        return permitted;
    }

    /** The same for a question that will be asked again and again, of which only the time changes. */
    public Prospect prospect(Question question) {
        var at = new Evaluation(question);
        return Prospect.of(at, index.applicable(at));
    }
}
