package dev.writ.guard;

import java.util.Map;

/**
 * Somebody wants to do something.
 *
 * @param claims what the client says about the call (its tool-use id, its name and version): recorded as claimed,
 *     believed by nobody; at most {@value #CLAIMS_MAX} of at most {@value #CLAIM_CHARS_MAX} characters
 */
public record Attempt(Caller caller, Action action, Map<String, String> claims) {
    public static final int CLAIMS_MAX = 16;
    public static final int CLAIM_CHARS_MAX = 256;

    public Attempt {
        claims = Map.copyOf(claims);
        if (claims.size() > CLAIMS_MAX) throw new IllegalArgumentException("more than " + CLAIMS_MAX + " claims");
        for (var claim : claims.entrySet())
            if (claim.getKey().length() > CLAIM_CHARS_MAX || claim.getValue().length() > CLAIM_CHARS_MAX)
                throw new IllegalArgumentException("a claim longer than " + CLAIM_CHARS_MAX + " characters");
    }

    public Attempt(Caller caller, Action action) {
        this(caller, action, Map.of());
    }

    Attempt with(Action other) {
        return other.equals(action) ? this : new Attempt(caller, other, claims);
    }
}
