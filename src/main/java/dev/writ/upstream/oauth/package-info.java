/**
 * Writ as an OAuth client of other people's servers: finds out whom a server trusts, registers, and gets and renews
 * tokens. Start with {@link dev.writ.upstream.oauth.Tokens} for calls, and with
 * {@link dev.writ.upstream.oauth.Connections} for the person who connects a server. No token is kept here: guard keeps it,
 * and whose it is follows from the permit under which it was obtained. Nothing here repeats what a server said.
 */
@NullMarked
package dev.writ.upstream.oauth;

import org.jspecify.annotations.NullMarked;
