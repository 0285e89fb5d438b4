package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.base.Visible;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * One person's yes or no.
 *
 * @param groups the groups for which the caller found the person eligible at this moment
 * @param reason what the person wrote, may be empty
 */
public record Vote(Id person, Choice choice, Set<Name> groups, Proof proof, String reason, Instant at) {
    /** Yes or no. */
    public enum Choice {
        APPROVE,
        REFUSE
    }

    public Vote {
        person.require("per");
        groups = Set.copyOf(groups);
        if (!reason.isEmpty()) Visible.line("a reason", reason, 500);
        at = at.truncatedTo(ChronoUnit.MILLIS);
    }
}
