package dev.writ.guard;

import dev.writ.base.Json;
import dev.writ.base.Name;
import java.time.InstantSource;

/** Puts changes of state on record: under whose permit, or by whom without one. */
final class Transitions {
    private final Recorder recorder;
    private final Evidence evidence;
    private final Journal journal;
    private final InstantSource clock;

    Transitions(Recorder recorder, Evidence evidence, Journal journal, InstantSource clock) {
        this.recorder = recorder;
        this.evidence = evidence;
        this.journal = journal;
        this.clock = clock;
    }

    boolean record(Permit permit, Transition transition) {
        return recorder.durable(permit.attempt().caller().tenant(), draft(permit, transition));
    }

    void recordAfter(Permit permit, Transition transition) {
        recorder.beginOrKeep(permit.attempt().caller().tenant(), draft(permit, transition));
    }

    boolean recordOwn(Name tenant, String by, Transition transition) {
        noticed(tenant, transition);
        var draft = evidence.transition(
                transition, tenant, clock.instant(), Json.object().put("by", by).build());
        return recorder.durable(tenant, draft);
    }

    private Evidence.Told draft(Permit permit, Transition transition) {
        noticed(permit.attempt().caller().tenant(), transition);
        if (!permit.inUse()) throw new IllegalArgumentException("not a permit in use");
        var by = Json.object().put("decision", permit.decision().text());
        switch (permit.attempt().caller()) {
            case Caller.OfPerson person -> by.put("by", person.person().text());
            case Caller.OfAgent agent -> by.put("byAgent", agent.agent().text());
        }
        return evidence.transition(transition, permit.attempt().caller().tenant(), clock.instant(), by.build());
    }

    private void noticed(Name tenant, Transition transition) {
        if (transition.kind().equals("policy-bundle")) journal.policiesAreRecorded(tenant);
    }
}
