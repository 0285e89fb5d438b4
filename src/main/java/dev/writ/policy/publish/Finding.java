package dev.writ.policy.publish;

import java.util.Optional;

/**
 * Something to tell the author of a policy.
 *
 * @param line from 1; 0 when the finding is about the file as a whole
 * @param column from 1, in code points; 0 with line 0
 * @param suggestion what to write instead, when that is known
 */
public record Finding(
        Severity severity, String file, int line, int column, String message, Optional<String> suggestion) {
    public enum Severity {
        /** The policies cannot be published. */
        ERROR,
        /** They can, but one of them does not do what its author probably means. */
        WARNING
    }

    static Finding ofFile(String file, String message) {
        return new Finding(Severity.ERROR, file, 0, 0, message, Optional.empty());
    }

    /** {@code file:line:column: message (suggestion)}, as compilers write it. */
    public String text() {
        var at = line == 0 ? file : file + ":" + line + ":" + column;
        return at + ": " + message + suggestion.map(s -> " (" + s + ")").orElse("");
    }
}
