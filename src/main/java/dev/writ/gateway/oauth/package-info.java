/**
 * The authorization server: metadata, consent, codes, tokens, registration of clients, as OAuth 2.1 and MCP want it.
 * Start with {@link dev.writ.gateway.oauth.OauthEndpoint}.
 * Messages are read and written here; what may be given is decided by guard, which alone makes tokens.
 * No redirect leaves before the client and its redirect URI are known to belong together.
 */
@NullMarked
package dev.writ.gateway.oauth;

import org.jspecify.annotations.NullMarked;
