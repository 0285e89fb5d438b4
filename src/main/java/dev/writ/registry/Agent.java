package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A registered non-human identity with exactly one owner.
 *
 * @param modelTier the highest tier of model it may use, 0 to 9
 * @param recertifyBy after this moment its owner must confirm it before it may act again
 */
public record Agent(
        Name name, Id owner, String purpose, Status status, int modelTier, Instant recertifyBy, Instant registeredAt) {
    /** Where an agent stands; there is no way back from retired. */
    public enum Status {
        ACTIVE,
        SUSPENDED,
        RETIRED
    }

    public Agent {
        owner.require("per");
        Visible.line("a purpose", purpose, 500);
        if (modelTier < 0 || modelTier > 9) throw new IllegalArgumentException("a model tier is 0 to 9");
        recertifyBy = recertifyBy.truncatedTo(ChronoUnit.MILLIS);
        registeredAt = registeredAt.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Whether the agent itself may act at a moment; whether its owner is active stands elsewhere. */
    public boolean mayAct(Instant now) {
        return status == Status.ACTIVE && now.isBefore(recertifyBy);
    }

    Agent withStatus(Status now) {
        return status == Status.RETIRED
                ? this
                : new Agent(name, owner, purpose, now, modelTier, recertifyBy, registeredAt);
    }

    Agent withOwner(Id now) {
        return new Agent(name, now, purpose, status, modelTier, recertifyBy, registeredAt);
    }

    Agent withRecertifyBy(Instant now) {
        return new Agent(name, owner, purpose, status, modelTier, now, registeredAt);
    }
}
