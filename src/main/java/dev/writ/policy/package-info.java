/**
 * The decision: a question goes in, allow, ask or deny comes out; plus what a tool's schema means in Cedar.
 * Start with {@link dev.writ.policy.PolicySet}, then {@code Expr} for the language and {@link dev.writ.policy.ToolAction}.
 * Nothing here reads a clock, a file, the network or a store, logs, or skips what it does not know.
 */
@NullMarked
package dev.writ.policy;

import org.jspecify.annotations.NullMarked;
