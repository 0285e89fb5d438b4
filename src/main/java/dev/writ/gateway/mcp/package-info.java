/**
 * MCP as its clients speak it (revisions 2025-03-26 to 2026-07-28, Streamable HTTP): parse once, ask guard, pass on.
 * Start with {@link dev.writ.gateway.mcp.McpEndpoint}, and {@link dev.writ.gateway.mcp.Stateless} for the era without sessions; {@link dev.writ.gateway.mcp.Denials} is what a model reads.
 * No decision is made here, and policy, registry, authority, evidence and secrets are out of reach.
 */
@NullMarked
package dev.writ.gateway.mcp;

import org.jspecify.annotations.NullMarked;
