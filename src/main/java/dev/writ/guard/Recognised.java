package dev.writ.guard;

import java.util.Optional;

/** Who sends a request, or what it lacks to say so. */
public sealed interface Recognised {
    record Known(Caller caller) implements Recognised {}

    /** @param why for the challenge: about the form of what was shown, never about what there is */
    record Nobody(Lack lack, String why) implements Recognised {}

    /** What a challenge asks for (RFC 6750 §3, RFC 9449 §7.1). */
    enum Lack {
        CREDENTIAL,
        /** A credential that is in force, and of this resource. */
        TOKEN,
        /** A proof of possession. */
        PROOF,
        /** A proof with a nonce of ours. */
        NONCE
    }

    default Optional<Caller> known() {
        return this instanceof Known(var caller) ? Optional.of(caller) : Optional.empty();
    }
}
