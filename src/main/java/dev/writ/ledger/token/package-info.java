/**
 * A signing key in a PKCS#11 token, reached through the token's own library by the JDK's foreign functions: the JDK's
 * provider for such tokens has no EdDSA.
 * Start with {@link dev.writ.ledger.token.Token}; then Session (the verbs) and Cryptoki (the binary interface).
 * Nothing here keeps a PIN, tries a refused one again, unloads a library, or believes a length that it was told.
 */
@NullMarked
package dev.writ.ledger.token;

import org.jspecify.annotations.NullMarked;
