/**
 * Files that people already have (mcp.json of Claude, Cursor and VS Code, server.json of the MCP registry) as our resources.
 * Start with {@link dev.writ.imports.Importer}; {@link dev.writ.imports.Yaml} reads resources written as YAML.
 * A file is read as data: values of headers and variables become secrets, commands stay lists of words.
 * Never here: a file opened, a shell, the network, a guess about a file that can be read in two ways.
 */
@NullMarked
package dev.writ.imports;

import org.jspecify.annotations.NullMarked;
