package dev.writ.authority;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A person's standing order: events of one source may open tasks like this, so many times, until then.
 *
 * @param giver the person in whose name such a task acts
 * @param usesMax how many tasks it may open, 1 to {@value #USES_MAX}
 */
public record Mandate(
        Id id,
        Name name,
        Id giver,
        Instant givenAt,
        Terms terms,
        Instant until,
        long usesMax,
        long used,
        Optional<Task.End> end) {
    public static final long USES_MAX = 100_000;
    public static final Duration LIFETIME_MAX = Duration.ofDays(366);

    /**
     * What each of its tasks is like.
     *
     * @param source the system whose events may open them, by name
     * @param openMax how many of them may be open at the same time
     * @param pins the definitions of its tools as the giver saw them; a changed one is outside the giver's consent
     */
    public record Terms(
            Name agent,
            Name source,
            String purpose,
            Scope scope,
            long calls,
            Duration lasting,
            long openMax,
            Map<String, Digest> pins) {
        public Terms {
            pins = Map.copyOf(pins);
            if (pins.size() > Consent.PINS_MAX)
                throw new IllegalArgumentException("more than " + Consent.PINS_MAX + " pinned tools");
            Visible.line("a purpose", purpose, 500);
            if (calls < 1 || calls > Task.CALLS_MAX)
                throw new IllegalArgumentException("a call budget is 1 to " + Task.CALLS_MAX + ", not " + calls);
            if (!lasting.isPositive() || lasting.compareTo(Authority.TASK_MAX) > 0)
                throw new IllegalArgumentException("a task lives at most " + Authority.TASK_MAX.toDays() + " days");
            if (openMax < 1 || openMax > 1_000)
                throw new IllegalArgumentException("a mandate has 1 to 1000 tasks open at the same time");
        }

        public Json.Obj json() {
            var pinned = Json.object();
            new TreeMap<>(pins).forEach((tool, digest) -> pinned.put(tool, digest.toString()));
            return Json.object()
                    .put("pins", pinned.build())
                    .put("agent", agent.text())
                    .put("source", source.text())
                    .put("purpose", purpose)
                    .put("scope", scope.json())
                    .put("calls", calls)
                    .put("seconds", lasting.toSeconds())
                    .put("openMax", openMax)
                    .build();
        }

        static Terms of(Json.Obj json) {
            var pins = new HashMap<String, Digest>();
            var written = json.object("pins").orElse(Json.Obj.EMPTY);
            for (var tool : written.members().keySet())
                pins.put(tool, Digest.parse(written.string(tool).orElse("")));
            return new Terms(
                    new Name(json.string("agent").orElse("")),
                    new Name(json.string("source").orElse("")),
                    json.string("purpose").orElse(""),
                    Scope.of(json.object("scope").orElse(Json.Obj.EMPTY)),
                    json.integer("calls").orElse(0L),
                    Duration.ofSeconds(json.integer("seconds").orElse(0L)),
                    json.integer("openMax").orElse(0L),
                    pins);
        }
    }

    public Mandate {
        id.require("mdt");
        giver.require("per");
        givenAt = givenAt.truncatedTo(ChronoUnit.MILLIS);
        until = until.truncatedTo(ChronoUnit.MILLIS);
        if (usesMax < 1 || usesMax > USES_MAX || used < 0 || used > usesMax)
            throw new IllegalArgumentException("a mandate opens 1 to " + USES_MAX + " tasks");
        if (!until.isAfter(givenAt) || until.isAfter(givenAt.plus(LIFETIME_MAX)))
            throw new IllegalArgumentException("a mandate stands at most " + LIFETIME_MAX.toDays() + " days");
    }

    /** {@code standing}, {@code revoked}, {@code expired} or {@code exhausted}. */
    public String state(Instant now) {
        if (end.isPresent()) return "revoked";
        if (!now.isBefore(until)) return "expired";
        return used >= usesMax ? "exhausted" : "standing";
    }

    Mandate with(Task.End over) {
        return end.isPresent() ? this : changed(used, Optional.of(over));
    }

    Mandate usedOnceMore() {
        return changed(used + 1, end);
    }

    private Mandate changed(long uses, Optional<Task.End> over) {
        return new Mandate(id, name, giver, givenAt, terms, until, usesMax, uses, over);
    }
}
