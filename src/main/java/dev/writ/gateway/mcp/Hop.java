package dev.writ.gateway.mcp;

import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.upstream.McpLink;
import java.util.Optional;

/**
 * Who asks, and by which way the server is reached: all that a call needs to know of the era that it comes from.
 *
 * @param upstream empty when the caller's authority has ended: calls then only say so
 */
record Hop(Caller.OfAgent caller, Name server, Optional<McpLink> upstream, Freshness definitions) {}
