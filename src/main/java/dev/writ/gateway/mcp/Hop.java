package dev.writ.gateway.mcp;

import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.ToolHeaders;
import java.util.Optional;

/**
 * Who asks, and by which way the server is reached: all that a call needs to know of the era that it comes from.
 *
 * @param upstream empty when the caller's authority has ended: calls then only say so
 * @param headers what was read of the server's tools, as long as this way to it stands
 */
record Hop(
        Caller.OfAgent caller,
        Name server,
        Optional<McpLink> upstream,
        Freshness definitions,
        ToolHeaders.Known headers) {
    Hop(Caller.OfAgent caller, Name server, Optional<McpLink> upstream, Freshness definitions) {
        this(caller, server, upstream, definitions, new ToolHeaders.Known());
    }
}
