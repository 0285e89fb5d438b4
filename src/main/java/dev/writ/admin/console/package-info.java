/**
 * The pages of people: signing in with a passkey, a link or the company's provider, and what concerns the signed-in person.
 * Start with {@link dev.writ.admin.console.Console#routes}; every page is made of the blocks of {@code pages}.
 * Who signs in is found out by {@code guard.Entrance}; what a page orders goes through {@code guard.control}.
 * Nothing here decides, records or stores, and no page of a tenant tells whether another tenant exists.
 */
@NullMarked
package dev.writ.admin.console;

import org.jspecify.annotations.NullMarked;
