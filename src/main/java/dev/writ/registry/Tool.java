package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A tool of a server: what the server lists now and what people approved. Its state is nothing but the comparison of
 * the two, so a definition that changes back to the approved one is callable again; the episode stays in the history
 * ({@link Tools#history}).
 *
 * @param listed the newest definition, absent when the server no longer lists the tool
 * @param pin the approved definition
 * @param ambiguous whether the newest list cannot be compared: the name was listed twice, or the list was too large
 */
public record Tool(Name server, ToolName name, Optional<Definition> listed, Optional<Pin> pin, boolean ambiguous) {

    /** An approved definition, and who approved it as what. */
    public record Pin(Definition definition, Classification classification, Id approvedBy, Instant approvedAt) {
        public Pin {
            approvedBy.require("per");
            approvedAt = approvedAt.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /** Only an approved tool is called. */
    public enum State {
        /** Never approved, or the approval was withdrawn. */
        PENDING,
        APPROVED,
        /** What the server lists is not, or not clearly, what was approved. */
        QUARANTINED,
        /** The server no longer lists it. */
        GONE
    }

    public State state() {
        if (pin.isPresent() && ambiguous) return State.QUARANTINED;
        if (listed.isEmpty()) return State.GONE;
        if (pin.isEmpty()) return State.PENDING;
        return listed.get().equals(pin.get().definition()) ? State.APPROVED : State.QUARANTINED;
    }

    /** {@code server/tool}, as policies and scopes write it. */
    public String reference() {
        return server + "/" + name;
    }

    Tool withListed(Optional<Definition> newest, boolean nowAmbiguous) {
        return new Tool(server, name, newest, pin, nowAmbiguous);
    }

    Tool withPin(Optional<Pin> now) {
        return new Tool(server, name, listed, now, ambiguous);
    }
}
