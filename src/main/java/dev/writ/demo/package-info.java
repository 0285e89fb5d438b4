/**
 * The built-in shop: an MCP server with orders, refunds and mails, whose effects can be seen and counted.
 * Start with {@link dev.writ.demo.Shop}, then ShopEndpoint (the transport) and ShopTools (what the tools do).
 * Everything is made up, deterministic and in memory; restarting it forgets all.
 * Never here: a decision, a real effect, the newest protocol era (a gateway must bridge to the older ones).
 */
@NullMarked
package dev.writ.demo;

import org.jspecify.annotations.NullMarked;
