/**
 * Everything that a person does: to people, groups, agents, servers, tasks, approvals, policies and secrets.
 * Start with {@link dev.writ.guard.control.Control}; {@link dev.writ.guard.control.Orders} is how each change goes.
 * A change is admitted by guard, then recorded, then applied; taking authority away applies first.
 * Nothing here speaks HTTP, and nothing is changed that guard has not admitted; no secret is ever in an answer twice.
 */
@NullMarked
package dev.writ.guard.control;

import org.jspecify.annotations.NullMarked;
