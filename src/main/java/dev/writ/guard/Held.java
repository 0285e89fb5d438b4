package dev.writ.guard;

import dev.writ.base.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Not yet: a person must agree first. The identical call goes through once, after they did.
 *
 * @param of the smallest sets of groups that would suffice
 * @param note what the caller should know of an earlier approval that does not fit this call
 */
public record Held(
        Id decision,
        Id approval,
        List<Set<String>> of,
        Instant expires,
        List<String> policies,
        TaskBrief standing,
        Optional<String> note)
        implements Verdict {
    public Held {
        of = List.copyOf(of);
        policies = List.copyOf(policies);
    }
}
