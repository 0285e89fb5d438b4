package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;

/** Callers as a good credential makes them, for tests of what is bound to one. */
public final class AgentsCallers {
    private AgentsCallers() {}

    public static Caller.OfAgent of(Name tenant, Name agent, Id task, Id key) {
        return new Caller.OfAgent(tenant, agent, task, key, "none");
    }
}
