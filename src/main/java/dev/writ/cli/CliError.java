package dev.writ.cli;

import dev.writ.base.Json;
import java.util.Optional;

/** A command that did not come to its end: what happened, why, and what to do next. */
final class CliError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exit;
    private final String why;
    private final String next;
    private final transient Optional<Json.Obj> problem;

    private CliError(int exit, String what, String why, String next, Optional<Json.Obj> problem) {
        super(what);
        this.exit = exit;
        this.why = why;
        this.next = next;
        this.problem = problem;
    }

    /** @param exit one of {@link Exit}; it is this exception's code */
    CliError(int exit, String what, String why, String next) {
        this(exit, what, why, next, Optional.empty());
    }

    static CliError usage(String what, String next) {
        return new CliError(Exit.USAGE, what, "", next);
    }

    /** With the server's own words (RFC 9457), for readers that are programs. */
    static CliError of(Json.Obj problem, int exit, String what, String why, String next) {
        return new CliError(exit, what, why, next, Optional.of(problem));
    }

    int exit() {
        return exit;
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String why() {
        return why;
    }

    String next() {
        return next;
    }

    Json.Obj problem() {
        return problem.orElseGet(() -> Json.object()
                .put("title", what())
                .put("detail", why)
                .put("next", next)
                .put("exit", exit)
                .build());
    }
}
