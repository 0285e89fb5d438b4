/**
 * Makes the database agree with the ledger at start: the ledger is the authority on what was used, revoked and closed.
 * Start with {@link dev.writ.guard.replay.Reconciliation}, then {@link dev.writ.guard.replay.Redo}.
 * Nothing here decides; nothing gives authority but what the ledger shows to have been given and made.
 */
@NullMarked
package dev.writ.guard.replay;

import org.jspecify.annotations.NullMarked;
