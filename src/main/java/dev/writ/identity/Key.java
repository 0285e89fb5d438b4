package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What is kept about a key; the key itself is kept nowhere. */
public sealed interface Key {
    Name tenant();

    Id id();

    /** SHA-256 of the key's text. */
    Digest digest();

    Instant createdAt();

    Optional<Instant> revokedAt();

    /** A key of one agent for one task. */
    record AgentKey(
            Name tenant,
            Id id,
            Digest digest,
            Name agent,
            Id task,
            Instant createdAt,
            Optional<Instant> endedAt,
            Optional<Instant> revokedAt)
            implements Key {
        /** For this long the key of an ended task is still good to be told that the task has ended. */
        public static final Duration FAREWELL = Duration.ofHours(24);

        public AgentKey {
            id.require("key");
            task.require("tsk");
            createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
            endedAt = endedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
            revokedAt = revokedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
        }

        AgentKey ended(Instant at) {
            return endedAt.isPresent()
                    ? this
                    : new AgentKey(tenant, id, digest, agent, task, createdAt, Optional.of(at), revokedAt);
        }

        @Override
        public AgentKey revoked(Instant at) {
            return revokedAt.isPresent()
                    ? this
                    : new AgentKey(tenant, id, digest, agent, task, createdAt, endedAt, Optional.of(at));
        }
    }

    /** A command-line credential of a person. */
    record PersonKey(Name tenant, Id id, Digest digest, Id person, Instant createdAt, Optional<Instant> revokedAt)
            implements Key {
        public PersonKey {
            id.require("key");
            person.require("per");
            createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
            revokedAt = revokedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
        }

        @Override
        public PersonKey revoked(Instant at) {
            return revokedAt.isPresent() ? this : new PersonKey(tenant, id, digest, person, createdAt, Optional.of(at));
        }
    }

    /** The key as it is from the moment of its revocation; the first moment stays. */
    Key revoked(Instant at);
}
