package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.identity.Identity;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Makes callers of credentials, and counts what is none. */
final class Callers {
    private final Identity identity;
    private final LongAdder unknown = new LongAdder();

    Callers(Identity identity) {
        this.identity = identity;
    }

    Optional<Caller> of(Presented presented) {
        return switch (identity.callerOf(presented.bearer())) {
            case dev.writ.identity.Caller.AgentCaller agent ->
                Optional.of(new Caller.OfAgent(
                        agent.tenant(),
                        agent.agent(),
                        agent.task(),
                        agent.key(),
                        agent.binding().text()));
            case dev.writ.identity.Caller.PersonCaller person ->
                Optional.of(new Caller.OfPerson(person.tenant(), person.person(), Asks.proof(person.proof())));
            case dev.writ.identity.Caller.Unknown _ -> {
                // Counted and nothing else: anyone can make these, so they must cost no disk.
                unknown.increment();
                yield Optional.empty();
            }
        };
    }

    /** Of an Authorization header's value. Counts nothing: the same request comes to {@link #of} as well. */
    Optional<Name> tenantOf(Optional<String> authorization) {
        var bearer = authorization
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
        return bearer.isEmpty()
                ? Optional.empty()
                : switch (identity.callerOf(bearer)) {
                    case dev.writ.identity.Caller.AgentCaller agent -> Optional.of(agent.tenant());
                    case dev.writ.identity.Caller.PersonCaller person -> Optional.of(person.tenant());
                    case dev.writ.identity.Caller.Unknown _ -> Optional.empty();
                };
    }

    /** Whether a key was revoked; whatever is no key of ours was not. */
    boolean revoked(Name tenant, Id key) {
        return identity.key(tenant, key)
                .filter(known -> known.revokedAt().isPresent())
                .isPresent();
    }

    /** Attempts without a credential in force, since the start. */
    long unknown() {
        return unknown.sum();
    }
}
