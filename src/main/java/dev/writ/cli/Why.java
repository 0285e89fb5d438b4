package dev.writ.cli;

import dev.writ.base.Json;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The reason for which somebody ends something. */
final class Why {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is recorded.")
    private Optional<String> reason = Optional.empty();

    /** The body of the request; who gives no reason has it said which command it was. */
    Json.Obj orElse(String command) {
        return Resource.reason(reason.or(() -> Optional.of("by " + command)));
    }
}
