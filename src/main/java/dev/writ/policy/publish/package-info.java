/**
 * From policy text to a bundle that can be loaded: limits, Cedar's official front end in a child process, Writ's own
 * rules, the content-addressed store of bundles, and the policies in force.
 * Start with {@link dev.writ.policy.publish.Publisher}, then {@link dev.writ.policy.publish.LivePolicies}.
 * Cedar's native code never runs in this process, and nothing unverified or half understood is ever put in force.
 */
@NullMarked
package dev.writ.policy.publish;

import org.jspecify.annotations.NullMarked;
