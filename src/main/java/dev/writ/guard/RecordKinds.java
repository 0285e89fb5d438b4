package dev.writ.guard;

import java.util.Set;

/**
 * The kinds of record that this version writes, and it writes no other: what a replay, an auditor or the proof that every
 * field is covered does not know of cannot come into a log by the way.
 */
public final class RecordKinds {
    public static final Set<String> ALL = Set.of(
            "administration",
            "approval",
            "consent",
            "credential-use",
            "definition-pin",
            "delegation",
            "enrolment",
            "hold",
            "intent",
            "key-rotation",
            "mandate",
            "origin",
            "outcome",
            "policy-bundle",
            "refusal",
            "revocation",
            "sign-in",
            "task",
            "token");

    private RecordKinds() {}

    static String known(String kind) {
        if (!ALL.contains(kind)) throw new IllegalArgumentException("not a kind that is recorded: " + kind);
        return kind;
    }
}
