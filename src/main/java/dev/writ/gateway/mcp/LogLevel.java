package dev.writ.gateway.mcp;

import java.util.Locale;
import java.util.Optional;

/** How grave a server's log message is (RFC 5424 §6.2.1; MCP server/utilities/logging), the least first. */
enum LogLevel {
    DEBUG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    static Optional<LogLevel> of(String text) {
        for (var level : values()) if (level.name().toLowerCase(Locale.ROOT).equals(text)) return Optional.of(level);
        return Optional.empty();
    }
}
