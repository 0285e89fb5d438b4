package dev.writ.upstream;

import dev.writ.base.Json;
import java.util.List;

/** The levels of a server's log, from talkative to grave (MCP server/utilities/logging; RFC 5424 §6.2.1). */
public final class LogLevel {
    public static final List<String> ALL =
            List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

    private LogLevel() {}

    /** Whether a message of the log is at least as grave as asked for. */
    public static boolean reaches(String from, Json.Obj params) {
        int at = ALL.indexOf(params.string("level").orElse(""));
        return at >= 0 && at >= ALL.indexOf(from);
    }
}
