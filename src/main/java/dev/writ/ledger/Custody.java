package dev.writ.ledger;

import java.util.List;
import java.util.Optional;

/**
 * Where the private keys of a log are kept, for people.
 *
 * @param token what the token is called in which the next Ed25519 key will be made; without one it will be in a file
 */
public record Custody(List<Place> keys, Optional<String> token) {
    static final String FILE = "file";

    /** @param custody {@code file}, or {@code token} and what that is called */
    public record Place(String algorithm, String custody) {}

    public Custody {
        keys = List.copyOf(keys);
    }

    /** Whether the settings name a token and the log signs with keys in files all the same. */
    public boolean waitsForRotation() {
        return token.isPresent() && keys.stream().allMatch(key -> key.custody().equals(FILE));
    }
}
