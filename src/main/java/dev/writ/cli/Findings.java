package dev.writ.cli;

import dev.writ.base.Json;

/** A finding about a policy, as the server sends it, on one line. */
final class Findings {
    private Findings() {}

    static String text(Json.Obj finding) {
        var file = finding.string("file").orElse("");
        var line = finding.integer("line").orElse(0L);
        var column = finding.integer("column").orElse(0L);
        var at = line == 0 ? file : file + ":" + line + ":" + column;
        var suggestion = finding.string("suggestion").map(s -> " (" + s + ")").orElse("");
        return (at.isEmpty() ? "" : at + ": ") + finding.string("message").orElse(SafeJson.line(finding)) + suggestion;
    }
}
