/**
 * What HTTP server and client share: the event loops.
 * Start with {@link dev.writ.http.Loops}; a call whose client and upstream hang on one loop never changes threads.
 * Never here: a protocol, a connection, anything that waits.
 */
@NullMarked
package dev.writ.http;

import org.jspecify.annotations.NullMarked;
