/**
 * What people see in a browser: pages of blocks, rendered on the server, each readable without scripts.
 * Start with {@link dev.writ.pages.Page} and {@link dev.writ.pages.Pages}; who asks is told by {@link dev.writ.pages.Visits}.
 * Text is escaped by the templates, and the policy of every page lets nothing in that is not ours.
 * Nothing here decides, records or stores, and nothing here knows what a session is.
 */
@NullMarked
package dev.writ.pages;

import org.jspecify.annotations.NullMarked;
