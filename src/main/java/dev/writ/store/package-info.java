/**
 * Durable state: transactions on SQLite or PostgreSQL, forward-only migrations, and books that keep a snapshot and its table in step.
 * Start with {@link dev.writ.store.Store}, then {@link dev.writ.store.Book}.
 * SQL stays within what SQLite and PostgreSQL share; native code runs on a few platform threads of its own.
 * Nothing here knows what the tables of other parts mean, and nothing is ever migrated backwards.
 */
@NullMarked
package dev.writ.store;

import org.jspecify.annotations.NullMarked;
