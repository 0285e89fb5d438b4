/**
 * The control plane's API: one route for each thing a person can do, JSON both ways.
 * Start with {@link dev.writ.admin.Api#routes}; {@link dev.writ.admin.OpenApi} describes the same routes.
 * Each route tells who calls, reads the request strictly, asks guard.control and writes its reply down.
 * Nothing here decides, records or stores; without a person's credential nothing but the description is answered.
 */
@NullMarked
package dev.writ.admin;

import org.jspecify.annotations.NullMarked;
