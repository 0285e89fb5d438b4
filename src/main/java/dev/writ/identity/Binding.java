package dev.writ.identity;

import java.util.Locale;

/** How a credential is bound to whoever may use it: a fact for policy, and in every intent. */
public enum Binding {
    /** A proof of possession at each request (RFC 9449). */
    DPOP,
    /** The client's certificate (RFC 8705 §3). */
    MTLS,
    /** A channel that only its holder can use, a socket of the system for instance. */
    CHANNEL,
    /** Whoever has it can use it. */
    NONE;

    /** As policies and records write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
