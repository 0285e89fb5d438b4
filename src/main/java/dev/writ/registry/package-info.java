/**
 * Who and what there is in a tenant: people, groups, agents with their owners, servers, tools and their pinned definitions.
 * Start with {@link dev.writ.registry.Registry} and {@link dev.writ.registry.RegistrySnapshot}.
 * Decisions read snapshots; changes are plain commands that guard calls after it has recorded them.
 * Nothing here knows tasks, approvals or policies, decides anything, or crosses tenants; no name is ever given again.
 */
@NullMarked
package dev.writ.registry;

import org.jspecify.annotations.NullMarked;
