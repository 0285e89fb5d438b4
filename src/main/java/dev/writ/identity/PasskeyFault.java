package dev.writ.identity;

/** Why a ceremony counts for nothing. */
public enum PasskeyFault {
    /** Not the form of an answer. */
    MALFORMED("the browser's answer cannot be read"),
    CHALLENGE("the page was open for too long, or its answer was used before"),
    UNKNOWN("this passkey is not known here"),
    /** Signature, origin, party, or the person was not verified. */
    WRONG("the passkey's answer does not verify"),
    /** It has signed less often than it had before: there may be a copy of it. */
    COUNTER("the passkey counts backwards, so there may be a copy of it");

    private final String why;

    PasskeyFault(String why) {
        this.why = why;
    }

    public String why() {
        return why;
    }
}
