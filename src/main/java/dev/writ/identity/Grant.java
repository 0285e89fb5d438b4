package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What tokens hang on: one client's standing for one agent, task and resource. A token is good only while its grant is.
 *
 * @param family the grant that this one came from by exchange, or itself: they are revoked together
 * @param client the client's id as it said it, a URL or a name that we gave
 * @param resource the one audience of its tokens
 * @param jkt the key that tokens and refreshing are bound to (RFC 9449 §5)
 * @param x5t the certificate that they are bound to (RFC 8705 §3.1); never both
 * @param refresh the refresh token that is good now, its SHA-256; a grant without any ends with its token
 * @param generation how often it was refreshed
 */
public record Grant(
        Name tenant,
        Id id,
        Id family,
        String client,
        Name agent,
        Id task,
        Id person,
        String resource,
        Optional<String> jkt,
        Optional<String> x5t,
        Optional<Digest> refresh,
        long generation,
        Instant createdAt,
        Optional<Instant> endedAt,
        Optional<Instant> revokedAt) {
    public static final int CLIENT_CHARS_MAX = 2_048;
    /** How long an access token is good, and with it a grant that cannot be refreshed. */
    public static final Duration TOKEN_LASTS = Duration.ofMinutes(15);
    /** For this long after its task's end, a grant is still good to be told of that end. */
    public static final Duration FAREWELL = Key.AgentKey.FAREWELL;

    public Grant {
        id.require("grt");
        family.require("grt");
        task.require("tsk");
        person.require("per");
        if (client.isEmpty() || client.length() > CLIENT_CHARS_MAX)
            throw new IllegalArgumentException("a client's id has 1 to " + CLIENT_CHARS_MAX + " characters");
        if (jkt.isPresent() && x5t.isPresent()) throw new IllegalArgumentException("bound to a key and a certificate");
        createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
        endedAt = endedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
        revokedAt = revokedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
    }

    /** A new one, not yet refreshable. */
    public static Grant opening(
            Name tenant,
            Id id,
            Id family,
            String client,
            Name agent,
            Id task,
            Id person,
            String resource,
            Optional<String> jkt,
            Optional<String> x5t,
            Instant now) {
        return new Grant(
                tenant,
                id,
                family,
                client,
                agent,
                task,
                person,
                resource,
                jkt,
                x5t,
                Optional.empty(),
                0,
                now,
                Optional.empty(),
                Optional.empty());
    }

    /** Whether its only token ran out before that moment. */
    boolean outlived(Instant moment) {
        return refresh.isEmpty() && createdAt.plus(TOKEN_LASTS).isBefore(moment);
    }

    /** Whether its holder may still show it, be it only to hear that the task is over. */
    public boolean heard(Instant now) {
        return revokedAt.isEmpty()
                && endedAt.filter(end -> !now.isBefore(end.plus(FAREWELL))).isEmpty();
    }

    Grant refreshable(Digest digest) {
        return new Grant(
                tenant,
                id,
                family,
                client,
                agent,
                task,
                person,
                resource,
                jkt,
                x5t,
                Optional.of(digest),
                refresh.isPresent() ? generation + 1 : generation,
                createdAt,
                endedAt,
                revokedAt);
    }

    Grant ended(Instant at) {
        return endedAt.isPresent() ? this : over(Optional.of(at), revokedAt);
    }

    Grant revoked(Instant at) {
        return revokedAt.isPresent() ? this : over(endedAt, Optional.of(at));
    }

    private Grant over(Optional<Instant> ended, Optional<Instant> revoked) {
        return new Grant(
                tenant,
                id,
                family,
                client,
                agent,
                task,
                person,
                resource,
                jkt,
                x5t,
                refresh,
                generation,
                createdAt,
                ended,
                revoked);
    }
}
