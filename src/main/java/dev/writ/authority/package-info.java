/**
 * Authority that people gave: tasks with their scope, labels and call budget, consents, approvals, and their end.
 * Start with {@link dev.writ.authority.Authority} and {@link dev.writ.authority.AuthoritySnapshot}.
 * What takes authority away is in force before it is saved; what gives authority is saved before it is in force.
 * Nothing here knows who is in which group or what a tool is, decides anything, or crosses tenants.
 */
@NullMarked
package dev.writ.authority;

import org.jspecify.annotations.NullMarked;
