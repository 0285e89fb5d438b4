/**
 * MCP as its clients speak it (revisions 2025-03-26 to 2025-11-25, Streamable HTTP): parse once, ask guard, pass on.
 * Start with {@link dev.writ.gateway.mcp.McpEndpoint}; {@link dev.writ.gateway.mcp.Denials} is what a model reads.
 * No decision is made here, and policy, registry, authority, evidence and secrets are out of reach.
 */
@NullMarked
package dev.writ.gateway.mcp;

import org.jspecify.annotations.NullMarked;
