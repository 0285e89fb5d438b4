package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.util.Optional;

/**
 * What an authorization code is given for; nothing else can be had with it.
 *
 * @param redirect where the code was sent, as the client wrote it
 * @param challenge the PKCE challenge, S256 (RFC 7636 §4.2)
 * @param resource the one resource
 * @param jkt the key to which the client wants its tokens bound (RFC 9449 §10)
 */
public record CodeFor(
        Name tenant,
        String client,
        String redirect,
        String challenge,
        String resource,
        Name agent,
        Id task,
        Id person,
        Optional<String> jkt) {
    public CodeFor {
        if (!challenge.matches("[A-Za-z0-9_-]{43}")) throw new IllegalArgumentException("not an S256 challenge");
    }
}
