package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.base.Name;

/**
 * A record that is on disk.
 *
 * @param index its place in the tenant's log, from 0
 * @param leaf its leaf hash (RFC 6962 §2.1)
 */
public record Appended(Name tenant, long index, Digest leaf) {}
