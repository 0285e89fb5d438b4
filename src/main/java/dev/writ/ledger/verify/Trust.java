package dev.writ.ledger.verify;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whom a verifier believes: keys of logs, each named by the origin that it may sign for, and witnesses. As text one
 * verifier key per line, or a policy ({@code c2sp.org/tlog-policy}) where there are witnesses.
 */
public record Trust(List<VerifierKey> keys, Witnesses witnesses) {
    private static final int KEYS_MAX = 10_000;

    public Trust {
        keys = List.copyOf(keys);
    }

    public Trust(List<VerifierKey> keys) {
        this(keys, Witnesses.NONE);
    }

    public static Trust parse(String text) {
        if (TrustPolicy.looksLike(text)) return TrustPolicy.parse(text);
        var keys = new ArrayList<VerifierKey>();
        if (!text.endsWith("\n")) throw new IllegalArgumentException("a trust file is lines, each ending in a newline");
        for (var line : text.substring(0, text.length() - 1).split("\n", -1)) keys.add(VerifierKey.parse(line));
        if (keys.size() > KEYS_MAX) throw new IllegalArgumentException("more than " + KEYS_MAX + " keys");
        return new Trust(keys);
    }

    /** What a log's own statement of its keys lacks: one of every type, each named by the origin, and nothing else. */
    Optional<String> incomplete(String origin) {
        var missing = EnumSet.copyOf(VerifierKey.Type.OF_LOGS);
        for (var key : keys) {
            if (!key.name().equals(origin)) return Optional.of("a key of another log: " + key.name());
            if (!VerifierKey.Type.OF_LOGS.contains(key.type())) return Optional.of("a key that is not a log's");
            missing.remove(key.type());
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("no key of type " + missing.iterator().next().algorithm());
    }

    /** Whether both hold the same keys for an origin. */
    boolean agrees(Trust other, String origin) {
        return of(origin).equals(other.of(origin));
    }

    List<VerifierKey> of(String origin) {
        return keys.stream().filter(k -> k.name().equals(origin)).toList();
    }

    /** The same witnesses, and these keys for their origins instead of those that were there. */
    Trust with(List<VerifierKey> others) {
        var names = others.stream().map(VerifierKey::name).collect(Collectors.toSet());
        var all = new ArrayList<>(
                keys.stream().filter(key -> !names.contains(key.name())).toList());
        all.addAll(others);
        return new Trust(all, witnesses);
    }

    public String text() {
        var text = new StringBuilder();
        for (var key : keys) text.append(key).append('\n');
        return text.toString();
    }

    /**
     * Why a checkpoint is not to be believed, if so. Of every type that we hold a key of for its origin, one key must
     * have signed: were one type enough, breaking that one would do, and cutting a line off would go unnoticed.
     */
    public Optional<String> objection(Checkpoint checkpoint) {
        var of = of(checkpoint.origin());
        if (of.isEmpty()) return Optional.of("no trusted key for the origin " + checkpoint.origin());
        var open = EnumSet.noneOf(VerifierKey.Type.class);
        for (var key : of) open.add(key.type());
        for (var key : of) {
            if (checkpoint.signedBy(key)) open.remove(key.type());
            // signed-note: a note with a bad signature of a known key is rejected whole.
            else if (checkpoint.names(key))
                return Optional.of("the " + key.type().label() + " signature does not verify");
        }
        return open.isEmpty()
                ? Optional.empty()
                : Optional.of("no signature by a trusted key of type "
                        + open.iterator().next().label());
    }
}
