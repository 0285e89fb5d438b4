/**
 * The offline verifier: files and public keys in, a list of what was checked out. Ships as a jar of its own.
 * Start with {@link dev.writ.ledger.verify.Main}; {@link dev.writ.ledger.verify.WhoAuthorised} answers the auditor's question.
 * Nothing here writes a file, reaches the network, or trusts what it has not hashed.
 */
@NullMarked
package dev.writ.ledger.verify;

import org.jspecify.annotations.NullMarked;
