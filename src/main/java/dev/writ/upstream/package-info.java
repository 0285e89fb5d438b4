/**
 * The only way out for an agent's action: MCP servers over Streamable HTTP and over the standard streams of a process.
 * Start with {@link dev.writ.upstream.Upstreams} and {@link dev.writ.upstream.McpLink}, one case for each era of MCP.
 * Nothing leaves here without a fresh {@link dev.writ.guard.Permit} whose payload digest fits the bytes.
 */
@NullMarked
package dev.writ.upstream;

import org.jspecify.annotations.NullMarked;
