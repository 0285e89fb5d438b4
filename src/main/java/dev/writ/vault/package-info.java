/**
 * Secrets that Writ presents to servers, envelope-encrypted: a data key for each, wrapped by a master key in a file.
 * Start with {@link dev.writ.vault.Vault}.
 * A secret is bound to its tenant and name; a row moved elsewhere does not open. No secret shows itself in a text.
 * Nothing here knows for which server a secret is, hands out the master key, or makes a new one where secrets exist.
 */
@NullMarked
package dev.writ.vault;

import org.jspecify.annotations.NullMarked;
