/**
 * Evidence: one append-only log per tenant, durable before its index is told, in the C2SP tiled format; its checkpoints,
 * proofs, receipts, and the side store for values that may be erased.
 * Start with {@link dev.writ.ledger.Ledger}; then Writer (durability) and TenantLog (tiles and checkpoints).
 * Nothing here changes or removes a record, retries a failed sync, or decides what is worth recording.
 */
@NullMarked
package dev.writ.ledger;

import org.jspecify.annotations.NullMarked;
