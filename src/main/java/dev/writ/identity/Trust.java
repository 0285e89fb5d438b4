package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whose signed word is taken for which agent.
 *
 * @param issuer who says it, exactly; for an agent's own key it is the agent's name
 * @param audience what the word must be addressed to; without one, our authorization server
 * @param claims what it must say besides, each exactly
 * @param jwks the public keys that sign it (RFC 7517 §5)
 */
public record Trust(
        Name tenant,
        Id id,
        Kind kind,
        Name agent,
        String issuer,
        Optional<String> audience,
        Map<String, String> claims,
        Json.Obj jwks,
        Instant createdAt,
        Optional<Instant> revokedAt) {
    /** What is believed. */
    public enum Kind {
        /** The agent itself, by a key of its own (RFC 7523 §2.2). */
        AGENT_KEY,
        /** The platform on which the agent runs: SPIFFE, Kubernetes. */
        WORKLOAD,
        /** The company's identity provider, about a person and a client (ID-JAG). */
        ID_JAG;

        /** As documents write it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public static final int CLAIMS_MAX = 20;

    public Trust {
        id.require("tru");
        Visible.line("an issuer", issuer, 500);
        audience.ifPresent(text -> Visible.line("an audience", text, 500));
        claims = Map.copyOf(claims);
        if (claims.size() > CLAIMS_MAX) throw new IllegalArgumentException("at most " + CLAIMS_MAX + " claims");
        if (kind == Kind.AGENT_KEY && !issuer.equals(agent.text()))
            throw new IllegalArgumentException("an agent's own key is issued by the agent");
        // Whoever runs anything there would be the agent.
        if (kind == Kind.WORKLOAD && !claims.containsKey("sub"))
            throw new IllegalArgumentException("a workload is told from others by its sub at least");
        if (kind == Kind.ID_JAG && !claims.containsKey("client_id"))
            throw new IllegalArgumentException("an agent is told from other clients by client_id at least");
        createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
        revokedAt = revokedAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
    }

    Trust revoked(Instant at) {
        return revokedAt.isPresent()
                ? this
                : new Trust(tenant, id, kind, agent, issuer, audience, claims, jwks, createdAt, Optional.of(at));
    }
}
