package dev.writ.base;

/** How a person showed that it was they, from the weakest to the strongest. */
public enum Proof {
    CLI,
    SESSION,
    PASSKEY;

    /** Whether this proof is at least as strong as the wanted one. */
    public boolean meets(Proof wanted) {
        return compareTo(wanted) >= 0;
    }
}
