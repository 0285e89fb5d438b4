/**
 * The program: reads the command line and the settings, puts the parts together, starts and stops them.
 * Start with {@link dev.writ.app.Wiring}, which is the picture of the system in dependency order.
 * Only this part reads configuration, and only this part knows all others.
 * Nothing here decides, records or speaks a protocol.
 */
@NullMarked
package dev.writ.app;

import org.jspecify.annotations.NullMarked;
