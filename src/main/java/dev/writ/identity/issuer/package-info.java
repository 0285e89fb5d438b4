/**
 * Our tokens: signing keys of each tenant with their rotation, minting, verifying, and proofs of possession.
 * Start with {@link dev.writ.identity.issuer.Issuer}.
 * Signing keys leave this package only as public keys; a token is verified by our own keys and never by one that it names.
 * Nothing here knows whether what a token hangs on is still in force: whoever asks guard learns that.
 */
@NullMarked
package dev.writ.identity.issuer;

import org.jspecify.annotations.NullMarked;
