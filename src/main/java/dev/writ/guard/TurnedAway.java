package dev.writ.guard;

/**
 * What was turned away without a record of its own, since the start.
 *
 * @param unknown attempts without a credential in force
 * @param folded refusals that were counted onto an earlier one
 */
public record TurnedAway(long unknown, long folded) {}
