package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import dev.writ.policy.PolicySet;
import dev.writ.policy.publish.LivePolicies;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The policies of each tenant. A tenant without a published bundle has none, and then nothing is permitted. */
public final class Policies {
    private final Map<Name, LivePolicies> tenants = new ConcurrentHashMap<>();

    /** What decides now; {@code bundle} names the text that decided, in every record. */
    record Live(PolicySet set, Digest bundle) {}

    public void add(Name tenant, LivePolicies policies) {
        tenants.put(tenant, policies);
    }

    public Optional<LivePolicies> of(Name tenant) {
        return Optional.ofNullable(tenants.get(tenant));
    }

    Optional<Live> current(Name tenant) {
        var policies = tenants.get(tenant);
        if (policies == null) return Optional.empty();
        var live = policies.current();
        return live.bundle().map(bundle -> new Live(live.policies(), bundle));
    }
}
