package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What is kept about a person's session in a browser; the cookie's value itself is kept nowhere.
 *
 * @param digest SHA-256 of the cookie's value
 * @param until when it ends whatever happens
 * @param seen when it was last used, as far as the database knew when it was read
 */
public record Session(
        Name tenant,
        Id id,
        Digest digest,
        Id person,
        Instant createdAt,
        Instant until,
        Instant seen,
        Optional<Instant> endedAt) {
    /** A session lasts no longer than this. */
    public static final Duration LIFE = Duration.ofHours(12);
    /** A session that is not used for this long is over. */
    public static final Duration IDLE = Duration.ofHours(1);

    public Session {
        id.require("ses");
        person.require("per");
        createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
        until = until.truncatedTo(ChronoUnit.MILLIS);
        seen = seen.truncatedTo(ChronoUnit.MILLIS);
        endedAt = endedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
    }

    Session ended(Instant at) {
        return endedAt.isPresent()
                ? this
                : new Session(tenant, id, digest, person, createdAt, until, seen, Optional.of(at));
    }
}
