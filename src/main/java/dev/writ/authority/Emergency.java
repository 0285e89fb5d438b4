package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Breaking the glass: one person asks for a task in an emergency, a second one opens it, and afterwards somebody else
 * looks at what was done.
 */
public record Emergency(
        Id id, Terms terms, Id askedBy, Instant askedAt, Optional<Opened> opened, Optional<Review> review) {
    /** How long a task of an emergency may live. */
    public static final Duration LASTING_MAX = Duration.ofHours(1);
    /** How long it waits for the second person. */
    public static final Duration WAITS = Duration.ofMinutes(15);
    /** When somebody has to have looked at it. */
    public static final Duration REVIEW = Duration.ofDays(7);

    /**
     * What the task is like.
     *
     * @param scope of exactly one server
     */
    public record Terms(Name agent, Id person, String reason, Scope scope, long calls, Duration lasting) {
        public Terms {
            person.require("per");
            Visible.line("a reason", reason, 500);
            if (scope.servers().size() != 1)
                throw new IllegalArgumentException("an emergency is about exactly one server");
            if (calls < 1 || calls > Task.CALLS_MAX)
                throw new IllegalArgumentException("a call budget is 1 to " + Task.CALLS_MAX + ", not " + calls);
            if (!lasting.isPositive() || lasting.compareTo(LASTING_MAX) > 0)
                throw new IllegalArgumentException("a task of an emergency lives at most an hour");
        }

        public Json.Obj json() {
            return Json.object()
                    .put("agent", agent.text())
                    .put("person", person.text())
                    .put("reason", reason)
                    .put("scope", scope.json())
                    .put("calls", calls)
                    .put("seconds", lasting.toSeconds())
                    .build();
        }

        static Terms of(Json.Obj json) {
            return new Terms(
                    new Name(json.string("agent").orElse("")),
                    new Id(json.string("person").orElse("")),
                    json.string("reason").orElse(""),
                    Scope.of(json.object("scope").orElse(Json.Obj.EMPTY)),
                    json.integer("calls").orElse(0L),
                    Duration.ofSeconds(json.integer("seconds").orElse(0L)));
        }
    }

    /** @param by the second person */
    public record Opened(Id by, Instant at, Id task) {
        public Opened {
            by.require("per");
            task.require("tsk");
            at = at.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    public record Review(Id by, Instant at, String note) {
        public Review {
            by.require("per");
            at = at.truncatedTo(ChronoUnit.MILLIS);
            Visible.line("a note", note, 500);
        }
    }

    public Emergency {
        id.require("brk");
        askedBy.require("per");
        askedAt = askedAt.truncatedTo(ChronoUnit.MILLIS);
        if (opened.filter(second -> second.by().equals(askedBy)).isPresent())
            throw new IllegalArgumentException("it takes two people");
    }

    /** {@code waiting}, {@code expired}, {@code opened} (a review is due), {@code overdue} or {@code reviewed}. */
    public String state(Instant now) {
        if (review.isPresent()) return "reviewed";
        if (opened.isPresent()) return now.isBefore(reviewDue().orElseThrow()) ? "opened" : "overdue";
        return now.isBefore(askedAt.plus(WAITS)) ? "waiting" : "expired";
    }

    public Optional<Instant> reviewDue() {
        return opened.map(second -> second.at().plus(REVIEW));
    }

    boolean involves(Id person) {
        return askedBy.equals(person)
                || opened.filter(second -> second.by().equals(person)).isPresent();
    }

    Emergency with(Opened second) {
        return new Emergency(id, terms, askedBy, askedAt, Optional.of(second), review);
    }

    Emergency with(Review looked) {
        return new Emergency(id, terms, askedBy, askedAt, opened, Optional.of(looked));
    }
}
