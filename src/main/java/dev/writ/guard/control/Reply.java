package dev.writ.guard.control;

import dev.writ.base.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a person gets back from {@link Control}. */
public sealed interface Reply<T> {
    /** @param warnings what went along with it that the person should know */
    record Done<T>(T value, List<String> warnings) implements Reply<T> {
        public Done {
            warnings = List.copyOf(warnings);
        }

        public Done(T value) {
            this(value, List.of());
        }
    }

    /** Refused by policy or role. */
    record Forbidden<T>(String why, Optional<Id> decision) implements Reply<T> {}

    /** @param what for example {@code agent support-bot} */
    record NotFound<T>(String what) implements Reply<T> {}

    /**
     * It contradicts what is: it exists already, changed meanwhile, or names more than one thing.
     *
     * @param findings what is wrong in the policies, where that is the reason
     */
    record Conflict<T>(String why, List<Shortcoming> findings) implements Reply<T> {
        public Conflict {
            findings = List.copyOf(findings);
        }

        public Conflict(String why) {
            this(why, List.of());
        }
    }

    /** It breaks a rule, whatever else there is. */
    record Invalid<T>(String why) implements Reply<T> {}

    /**
     * It waits for a second administrator.
     *
     * @param change by which it is confirmed
     */
    record Waiting<T>(Id change, Instant until) implements Reply<T> {}

    /** A part that decides, proves or stores is down. */
    record Unavailable<T>(String why) implements Reply<T> {}

    /**
     * Something to tell the author of a policy.
     *
     * @param severity {@code error} or {@code warning}
     * @param line from 1, 0 for the file as a whole; so is the column
     */
    record Shortcoming(
            String severity, String file, int line, int column, String message, Optional<String> suggestion) {
        public String text() {
            var at = line == 0 ? file : file + ":" + line + ":" + column;
            return at + ": " + message + suggestion.map(s -> " (" + s + ")").orElse("");
        }
    }

    default <U> Reply<U> then(Function<T, Reply<U>> next) {
        return switch (this) {
            case Done<T>(var value, var warnings) -> next.apply(value).warned(warnings);
            case Forbidden<T>(var why, var decision) -> new Forbidden<>(why, decision);
            case NotFound<T>(var what) -> new NotFound<>(what);
            case Conflict<T>(var why, var findings) -> new Conflict<>(why, findings);
            case Invalid<T>(var why) -> new Invalid<>(why);
            case Unavailable<T>(var why) -> new Unavailable<>(why);
            case Waiting<T>(var change, var until) -> new Waiting<>(change, until);
        };
    }

    default <U> Reply<U> map(Function<T, U> change) {
        return then(value -> new Done<>(change.apply(value)));
    }

    /** This answer with further warnings in front of its own. */
    default Reply<T> warned(List<String> more) {
        if (more.isEmpty() || !(this instanceof Done<T>(var value, var warnings))) return this;
        var all = new java.util.ArrayList<>(more);
        all.addAll(warnings);
        return new Done<>(value, all);
    }

    /** In one sentence why it is not done; empty when it is. */
    default Optional<String> obstacle() {
        return switch (this) {
            case Done<T> _ -> Optional.empty();
            case Forbidden<T>(var why, var _) -> Optional.of(why);
            case NotFound<T>(var what) -> Optional.of("there is no " + what);
            case Conflict<T>(var why, var _) -> Optional.of(why);
            case Invalid<T>(var why) -> Optional.of(why);
            case Unavailable<T>(var why) -> Optional.of(why);
            case Waiting<T>(var change, var _) ->
                Optional.of("it waits for a second administrator to confirm " + change);
        };
    }
}
