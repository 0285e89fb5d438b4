package dev.writ.guard;

import dev.writ.base.Id;

/** Guard's answer to an attempt. It exists only after its record is durable. */
public sealed interface Verdict permits Permit, Refusal, Held {
    /** The id under which people and records speak of this decision, {@code dec_…}. */
    Id decision();
}
