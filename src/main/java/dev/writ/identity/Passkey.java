package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Instant;
import java.util.Optional;

/**
 * A passkey of a person: what is public of it. Everything here may stand in a record.
 *
 * @param credential the id that the authenticator gave it, in base64url
 * @param publicKey the attested credential data (WebAuthn §6.5.1), in base64url
 * @param counter how often it has signed, as far as it counts
 * @param backedUp whether it may be kept in more than one place; it stays as it was made
 */
public record Passkey(
        Name tenant,
        Id id,
        Id person,
        String credential,
        String publicKey,
        long counter,
        boolean backedUp,
        Instant createdAt,
        Optional<Instant> usedAt) {
    static final int CREDENTIAL_CHARS_MAX = 1_364;

    public Passkey {
        id.require("psk");
        person.require("per");
        if (credential.isEmpty() || credential.length() > CREDENTIAL_CHARS_MAX)
            throw new IllegalArgumentException("a credential's id has 1 to 1023 bytes");
    }
}
