/**
 * Writ killed at random moments under load, and Writ under load for an hour: the real server in a process of its own, a
 * server behind it that counts, and an audit that holds what was counted against the ledger. Begin with KillStorm.
 * Nothing here looks into the process that is killed: only what clients, the server behind and the disk have seen counts.
 */
@org.jspecify.annotations.NullMarked
package dev.writ.storm;
