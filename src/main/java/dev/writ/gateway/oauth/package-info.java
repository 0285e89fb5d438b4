/**
 * OAuth on both sides: clients of ours get tokens here, and people connect the servers behind Writ.
 * Start with {@link dev.writ.gateway.oauth.ServerConnections} for the second.
 * Nothing here decides: every step is admitted by guard, and no token is shown to a person.
 */
@NullMarked
package dev.writ.gateway.oauth;

import org.jspecify.annotations.NullMarked;
