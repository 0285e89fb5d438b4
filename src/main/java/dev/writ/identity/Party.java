package dev.writ.identity;

/**
 * For whom passkeys are: the relying party of WebAuthn. Both are compared exactly.
 *
 * @param id the host's name, never an address
 * @param origin scheme, host and port as a browser says them
 */
public record Party(String id, String origin) {
    public Party {
        if (id.isEmpty() || id.matches("[0-9.]+") || id.contains(":"))
            throw new IllegalArgumentException("a passkey belongs to a name, not to an address: " + id);
    }
}
