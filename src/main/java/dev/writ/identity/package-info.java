/**
 * Who is calling: keys of agents, each bound to one agent and one task, and command-line credentials of people.
 * Start with {@link dev.writ.identity.Identity#callerOf}.
 * A key is shown once, when it is made; only its SHA-256 is kept. Looking one up touches no disk.
 * Nothing here knows what a caller may do, and no key is good for a second tenant, agent or task.
 */
@NullMarked
package dev.writ.identity;

import org.jspecify.annotations.NullMarked;
