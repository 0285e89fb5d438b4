package dev.writ.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Authorization codes: good once and for a minute (RFC 6749 §4.1.2). They live in memory alone; after a restart a client
 * asks again. A used one is remembered for longer than it was good, so that its second use takes back what the first gave.
 */
final class Codes {
    static final Duration GOOD = Duration.ofSeconds(60);
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int CODES_MAX = 10_000;
    private static final int RANDOM_BYTES = 32;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<Digest, Entry> codes = new LinkedHashMap<>();

    private static final class Entry {
        private final CodeFor what;
        private final Instant given;
        private Optional<Id> grant = Optional.empty();
        private boolean used;
        private boolean usedAgain;

        Entry(CodeFor what, Instant given) {
            this.what = what;
            this.given = given;
        }
    }

    /** What a code turned out to be. */
    sealed interface Taken {
        record First(CodeFor what) implements Taken {}

        /** @param grant what its first use gave, if anything */
        record Again(CodeFor what, Optional<Id> grant) implements Taken {}

        record Unknown() implements Taken {}
    }

    Codes(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    synchronized Optional<String> give(CodeFor what) {
        var now = clock.instant();
        codes.values().removeIf(entry -> !now.isBefore(entry.given.plus(REMEMBERED)));
        if (codes.size() >= CODES_MAX) return Optional.empty();
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        var text = "writ_code_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        codes.put(digest(text), new Entry(what, now));
        return Optional.of(text);
    }

    synchronized Taken take(String text) {
        var entry = text.length() > 100 ? null : codes.get(digest(text));
        if (entry == null) return new Taken.Unknown();
        if (entry.used) {
            entry.usedAgain = true;
            return new Taken.Again(entry.what, entry.grant);
        }
        entry.used = true;
        return clock.instant().isBefore(entry.given.plus(GOOD)) ? new Taken.First(entry.what) : new Taken.Unknown();
    }

    /** Notes what a code gave; false when it was shown again meanwhile, so that it must be taken back. */
    synchronized boolean gave(String text, Id grant) {
        var entry = codes.get(digest(text));
        if (entry == null || entry.usedAgain) return false;
        entry.grant = Optional.of(grant);
        return true;
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(US_ASCII));
    }
}
