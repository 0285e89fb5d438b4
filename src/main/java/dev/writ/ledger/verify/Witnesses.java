package dev.writ.ledger.verify;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The witnesses that somebody knows, by names of their own choice, and how many of them must have cosigned. A witness
 * that signs with two keys is two entries here; a quorum may join them in a group.
 */
public record Witnesses(Map<String, VerifierKey> keys, Quorum quorum) {
    public static final Witnesses NONE = new Witnesses(Map.of(), new Quorum.None());

    public Witnesses {
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        keys.forEach((name, key) -> {
            if (!VerifierKey.Type.OF_WITNESSES.contains(key.type()))
                throw new IllegalArgumentException("the key of witness " + name + " is not for cosignatures");
        });
    }

    /**
     * What the witnesses say of a checkpoint.
     *
     * @param cosigned who cosigned it, by name
     * @param objection a signature that claims to be a known witness's and does not verify: signed-note then rejects the
     *     whole note
     */
    public record Testimony(Set<String> cosigned, boolean enough, Optional<String> objection) {}

    /** Signatures of keys that are not known here are ignored (signed-note, "Signatures"); twice the same counts once. */
    public Testimony of(Checkpoint checkpoint) {
        var cosigned = new TreeSet<String>();
        var objection = Optional.<String>empty();
        for (var entry : keys.entrySet()) {
            var key = entry.getValue();
            if (!checkpoint.names(key)) continue;
            if (checkpoint.cosignedBy(key)) cosigned.add(entry.getKey());
            else
                objection = Optional.of("the " + key.type().label() + " of witness " + entry.getKey() + " ("
                        + key.name() + ") does not verify");
        }
        return new Testimony(cosigned, objection.isEmpty() && quorum.met(cosigned), objection);
    }

    /** Whether any cosignature is asked for. */
    public boolean asked() {
        return !(quorum instanceof Quorum.None);
    }
}
